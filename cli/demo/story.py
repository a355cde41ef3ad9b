"""The story that the check plays, each step on its own.

A step answers what it saw, as counts and words, and raises when it did not see what it
expected.
"""

from collections.abc import Callable, Iterable, Mapping

from cli.demo.person import Person
from cli.demo.play import NotSeenError, Play, Seen, wait_until_quiet
from cli.demo.watch import Json, issue_of, take_picture

Told = dict[str, object]

_OUT = "pool-scope::out-of-contract"
_DAILY = "pool-scope::daily-change"
_TRIES = 3


def _first_cause(requirement: Json) -> str:
    issue = issue_of(requirement)
    return str([issue["decision"], *issue["earlier_decisions"]][-1]["cause"])


def webhook(play: Play) -> Told:
    """A client raises an issue; its webhook brings it into the pool."""
    sarah = play.person("acme", "Sarah Whitfield")
    told = _raise_issue(play, sarah)
    for _ in range(_TRIES):
        if told["cause"] != "poll":
            break
        _wait_for_poll(play, "acme")  # the last came by chance, and proves nothing
        told = _raise_issue(play, sarah)
    if told["cause"] != "webhook" or not told["webhooks"]:
        raise NotSeenError(
            f"expected a webhook to bring {told['issue']} in, saw a {told['cause']}"
            f" do it, and {told['webhooks']} webhooks"
        )
    return told


def _wait_for_poll(play: Play, source: str) -> None:
    """Right after one there is most time until the next."""
    before = play.pool.sources()[source]["last_poll_at"]
    play.wait(
        f"{source} to be polled",
        lambda: play.pool.sources()[source]["last_poll_at"],
        lambda at: at != before,
        seconds=play.deadline_seconds + play.addresses.poll_seconds,
    )


def _raise_issue(play: Play, client: Person) -> Told:
    title = "Export of the daily cash position to Excel"
    text = "The treasurer needs every fund report as a file, in the layout on screen."
    before = _received(play, "acme")
    path = client.create(title, text)
    found = play.find(title, path)
    return {
        "issue": path,
        "requirement": found["number"],
        "kind": found["kind"],
        "cause": _first_cause(found),
        "webhooks": _received(play, "acme") - before,
    }


def _received(play: Play, source: str) -> int:
    received: int = play.pool.sources()[source]["received"]
    return received


def out_of_contract(play: Play) -> Told:
    """In the trial run somebody wishes what the contract leaves out."""
    title = "希望开发微信小程序和手机 App，随时查看资金余额"
    text = "领导经常出差，没法打开电脑。"
    client = play.person("hdjx", "刘洋")
    path = client.create(title, text)
    found = play.find(title, path)
    labels = play.expect_labels(client, path, _OUT)
    issue = issue_of(play.pool.read(found["number"]))
    evidence = [
        one for one in issue["decision"]["evidence"] if one["text"] and one["matched"]
    ]
    if issue["scope"] != "out_of_contract" or not evidence:
        raise NotSeenError(
            f"expected {path} to be out_of_contract in the pool, with clauses and the"
            f" words that matched, saw {issue['scope']} with {len(evidence)} clauses"
        )
    return {
        "issue": path,
        "requirement": found["number"],
        "phase": issue["phase"],
        "labels": sorted(labels),
        "clauses": len(evidence),
        "nearest_clause": f"{evidence[0]['clause']} {evidence[0]['text']}",
        "matched_words": evidence[0]["matched"],
    }


def priority(play: Play) -> Told:
    """The project manager raises the tracker's own priority; the score follows."""
    title = "合同到期前提醒改为可按合同类型设置天数"
    client, manager = play.person("hdjx", "孙梅"), play.person("hdjx", "陈思远")
    path = client.create(
        title, "采购合同提前 30 天，租赁合同提前 90 天。", priority="中"
    )
    found = play.find(title, path)
    before = int(found["score"])
    _wait_until_answered(play, manager, path)
    manager.edit(path, priority="最高")
    number = int(found["number"])
    after = play.wait(
        f"the score of requirement {number} to rise above {before}",
        lambda: int(play.pool.read(number)["score"]),
        lambda score: score > before,
    )
    return {
        "issue": path,
        "requirement": number,
        "score_before": before,
        "score_after": after,
    }


def _wait_until_answered(play: Play, person: Person, path: str) -> None:
    """A form that was opened before our labels came would take them away again."""
    play.wait(
        f"{path.lstrip('/')} to be labelled in its tracker",
        lambda: person.labels(path),
        lambda labels: any(label.startswith("pool-prio") for label in labels),
        lambda labels: f"the labels {sorted(labels)}",
    )


def override(play: Play) -> Told:
    """The product manager decides otherwise; the client sees it in the tracker."""
    title = "Remember the last filter of the stakeholder list"
    client = play.person("beigang", "Olivia Grant")
    path = client.create(title, "I set the same three filters every morning.")
    found = play.find(title, path)
    _wait_until_answered(play, client, path)
    before = {one for one in client.labels(path) if one.startswith("pool-scope")}
    if _DAILY in before:
        raise NotSeenError(f"expected {path} not to be a daily change yet")
    play.pool.overrule(found["number"], "scope", "daily_change", "林岚")
    play.expect_labels(client, path, _DAILY, next(iter(before), ""))
    return {
        "issue": path,
        "requirement": found["number"],
        "before": sorted(before),
        "after": [_DAILY],
    }


def polling(play: Play) -> Told:
    """All webhooks are cut; what a client changes comes all the same."""
    title = "Approval reminder for payments due tomorrow"
    client = play.person("acme", "Priya Nair")
    path = client.create(title, "One e-mail a day to each approver is enough.")
    number = int(play.find(title, path)["number"])
    _wait_until_answered(play, client, path)
    wait_until_quiet(play)
    for control in play.controls.values():
        play.stack.callback(control.switch, enabled=True)
        control.switch(enabled=False)
    try:
        return _poll_alone(play, client, path, number)
    finally:
        for control in play.controls.values():
            control.switch(enabled=True)


def _poll_alone(play: Play, client: Person, path: str, number: int) -> Told:
    before = play.pool.sources()["acme"]
    title = "Approval reminder for payments due within two days"
    client.edit(path, title=title)
    play.wait(
        f"polling alone to bring the new title of {path.lstrip('/')} in",
        lambda: str(issue_of(play.pool.read(number))["title"]),
        lambda seen: seen == title,
        seconds=play.deadline_seconds + play.addresses.poll_seconds,
    )
    after = play.pool.sources()["acme"]
    if after["last_webhook_at"] != before["last_webhook_at"]:
        raise NotSeenError("expected no webhook while they are cut, saw one arrive")
    return {
        "issue": path,
        "requirement": number,
        "webhooks": 0,
        "last_poll_at": after["last_poll_at"],
    }


def replay(play: Play) -> Told:
    """Every webhook comes again, as it was and under a new id: nothing happens."""
    wait_until_quiet(play)
    before = take_picture(play.pool, play.controls)
    again = [
        control.replay(same_id=same_id)
        for same_id in (True, False)
        for control in play.controls.values()
    ]
    replayed = sum(one["replayed"] for one in again)
    wait_until_quiet(play)
    after = take_picture(play.pool, play.controls)
    _expect_equal("requirements", before.requirements, after.requirements)
    _expect_equal("writes at the trackers", before.writes, after.writes)
    _expect_equal("outboxes", before.outbox, after.outbox)
    _expect_arrived(again, before.heard_at, after.heard_at)
    kept = sum(after.inbox.values()) - sum(before.inbox.values())
    return {
        "replayed": replayed,
        "kept_in_inbox": kept,
        "requirements": len(after.requirements),
        "changed": 0,
        "written": 0,
        "writes_before": sum(before.writes.values()),
        "writes_after": sum(after.writes.values()),
    }


def _expect_arrived(
    again: Iterable[Json], before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    """Nothing happening proves something only when the replay came in."""
    for one in again:
        if set(one["by_status"]) != {"202"}:
            raise NotSeenError(
                f"expected every webhook to be answered 202, saw {one['by_status']}"
            )
    silent = [name for name, at in after.items() if at == before.get(name)]
    if silent:
        raise NotSeenError(f"expected the replay to reach {silent}, saw nothing arrive")


def _expect_equal(
    what: str, before: Mapping[Seen, object], after: Mapping[Seen, object]
) -> None:
    names = before.keys() | after.keys()
    changed = [name for name in names if before.get(name) != after.get(name)]
    if changed:
        told = ", ".join(
            f"{name}: {before.get(name)} became {after.get(name)}"
            for name in changed[:3]
        )
        raise NotSeenError(
            f"expected a replay to change no {what}, saw {len(changed)} changed ({told})"
        )


STEPS: Mapping[str, Callable[[Play], Told]] = {
    "webhook": webhook,
    "out_of_contract": out_of_contract,
    "priority": priority,
    "override": override,
    "polling": polling,
    "replay": replay,
}
"""In the order of the story."""
