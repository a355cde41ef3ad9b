"""How two rulesets differ, rule by rule and line by line."""

from hypothesis import given
from hypothesis import strategies as st

from rules.load_ruleset import load_ruleset
from rules.ruleset import Ruleset
from rules.ruleset_diff import (
    Edit,
    FileDiff,
    How,
    compare_rulesets,
    diff_texts,
)

BEFORE = """\
name: x
kind:
  - {id: a, when: {issue.type: Bug}, set: defect}
  - {id: b, when: {issue.type: Wish}, set: requirement}
  - {id: c, otherwise: task}
priority:
  points: [{id: p, when: {kind: defect}, add: 20}]
  levels: {P0: 20, P1: 0}
"""


def load(text: str) -> Ruleset:
    ruleset, problems = load_ruleset(text, file="x.yaml")
    assert ruleset, problems
    return ruleset


def edits(after: str) -> list[tuple[str, str, How]]:
    found = compare_rulesets(load(BEFORE), load(after))
    return [(edit.part, edit.rule, edit.how) for edit in found]


def test_a_ruleset_does_not_differ_from_itself() -> None:
    assert edits(BEFORE) == []


def test_a_rule_that_only_stands_on_another_line_does_not_differ() -> None:
    assert edits("# said before\n\n" + BEFORE) == []


def test_added_changed_and_removed_rules_are_named() -> None:
    after = BEFORE.replace("Wish}", "[Wish, Story]}").replace("add: 20", "add: 30")
    after = after.replace(
        "  - {id: a, when: {issue.type: Bug}, set: defect}\n",
        "  - {id: n, when: {issue.type: Fault}, set: defect}\n",
    )
    assert edits(after) == [
        ("kind", "n", How.ADDED),
        ("kind", "b", How.CHANGED),
        ("kind", "a", How.REMOVED),
        ("priority", "p", How.CHANGED),
    ]


def test_a_rule_that_changes_places_has_moved() -> None:
    first, second = BEFORE.splitlines()[2:4]
    swapped = BEFORE.replace(f"{first}\n{second}", f"{second}\n{first}")
    ((part, _, how),) = edits(swapped)
    assert (part, how) == ("kind", How.MOVED)


def test_the_one_that_was_put_elsewhere_has_moved_and_not_the_others() -> None:
    first, second, third = BEFORE.splitlines()[2:5]
    wish = "  - {id: w, when: {issue.type: W}, set: task}"
    three = BEFORE.replace(third, f"{wish}\n{third}")
    last = three.replace(f"{first}\n{second}\n{wish}", f"{second}\n{wish}\n{first}")
    [moved] = compare_rulesets(load(three), load(last))
    assert moved == Edit("kind", "a", How.MOVED, "x.yaml:5")
    assert edits(BEFORE.replace("otherwise: task", "otherwise: question")) == [
        ("kind", "c", How.CHANGED)
    ]


def test_a_difference_is_shown_with_three_lines_around_it_and_gaps_between() -> None:
    before = [f"line {number}" for number in range(1, 21)]
    after = ["new", *before[1:15], "other", *before[16:]]
    texts = "\n".join(before), "\n".join(after)
    [found] = diff_texts(*({"f": text, "same": "s"} for text in texts))
    around = [(" ", f"line {n}", n, n) for n in range(1, 21)]
    assert found.file == "f"
    assert [(it.sign, it.text, it.before, it.after) for it in found.lines] == [
        ("-", "line 1", 1, 0),
        ("+", "new", 0, 1),
        *around[1:4],
        ("@", "", 0, 0),
        *around[12:15],
        ("-", "line 16", 16, 0),
        ("+", "other", 0, 16),
        *around[16:19],
    ]
    most = "\n" * 10_000
    assert diff_texts({"f": most}, {"f": most + "x\n"}) == (FileDiff("f", ()),)
    [added] = diff_texts({}, {"f": "x"})
    assert [(it.sign, it.text) for it in added.lines] == [("+", "x")]


def test_what_is_no_rule_is_named_as_a_whole() -> None:
    after = BEFORE.replace("P0: 20", "P0: 10") + "timezone: Asia/Shanghai\n"
    after += "write_back: {release: true}\n"
    assert list(compare_rulesets(load(BEFORE), load(after))) == [
        Edit(part, "", How.CHANGED, "") for part in ("levels", "timezone", "write_back")
    ]


def test_the_place_is_that_of_the_later_ruleset() -> None:
    after = "# first\n" + BEFORE.replace("set: defect", "set: task")
    (edit,) = compare_rulesets(load(BEFORE), load(after))
    assert edit == Edit("kind", "a", How.CHANGED, "x.yaml:4")


def test_a_ruleset_that_got_another_name_is_compared_with_what_it_was() -> None:
    before = {"old": "name: old\nkind: []", "base": "name: base"}
    after = {"new": "name: new\nkind: []", "base": "name: base"}
    (found,) = diff_texts(before, after)
    assert found.file == "new"
    assert [line.sign + line.text for line in found.lines] == [
        "-name: old",
        "+name: new",
        " kind: []",
    ]


LINES = st.lists(st.sampled_from("abcd"), max_size=30)


@given(LINES, LINES)
def test_applying_a_difference_to_the_earlier_text_gives_the_later(
    before: list[str], after: list[str]
) -> None:
    found = diff_texts({"f": "\n".join(before)}, {"f": "\n".join(after)})
    lines = [line for file in found for line in file.lines]
    gone = {line.before for line in lines if line.sign == "-"}
    come = {line.after: line.text for line in lines if line.sign == "+"}
    kept = iter([text for at, text in enumerate(before, 1) if at not in gone])
    built = [come[at] if at in come else next(kept) for at in range(1, len(after) + 1)]
    assert built == after
    assert next(kept, None) is None
