"""What concerns and errors say, and what to do about each.

The codes are those of attention, of :class:`model.errors.TrackerError` and of the
inbox; parameters that a concern does not carry show as a dash.
"""

from web.words.write_remedies import LOOK, WRITE_REMEDIES

_Pair = tuple[str, str]

UNKNOWN: tuple[_Pair, _Pair] = (
    ("出现了需要查看的情况：{code}。", "Something needs a look: {code}."),
    ("运行 reqpool check 查看详情。", "Run reqpool check to see more."),
)
"""For a code that is not in the table."""

_CHECK: _Pair = (
    "运行 reqpool check，按提示处理。",
    "Run reqpool check and follow its hints.",
)
_WAIT: _Pair = (
    "无需操作，reqpool 会自动重试；如持续出现，请检查工单系统和网络。",
    "Nothing: it is tried again by itself. If it lasts, look at the tracker and network.",
)
_UPGRADE: _Pair = (
    "确认地址指向工单系统本身而非代理或登录页；如属实，请反馈此版本差异。",
    (
        "Check that the address is the tracker's own, not a proxy or sign-in page; if it is,"
        " report the tracker's version."
    ),
)

REMEDIES: dict[str, tuple[_Pair, _Pair]] = {
    **WRITE_REMEDIES,
    "transition_unavailable": (
        (
            "{key}：工作流没有到达状态“{status}”的路径。",
            "{key}: the workflow offers no way to the status “{status}”.",
        ),
        (
            "在工单系统中增加该流转，或在来源配置里改用另一个状态。",
            "Add the transition in the tracker, or map another status in the source.",
        ),
    ),
    "transition_needs_field": (
        (
            "{key}：流转到“{status}”需要填写字段 {fields}。",
            "{key}: the transition to “{status}” wants the field {fields}.",
        ),
        (
            "在来源配置的 screen_fields 中给出该字段的值，或由人完成这次流转，或取消必填。",
            (
                "Name a value in the source's screen_fields, make this transition by hand,"
                " or no longer require the field."
            ),
        ),
    ),
    "tracker_down": (
        (
            "{source}：连续 {failures} 次没有得到回应，视为宕机。",
            "{source}: {failures} requests in a row failed; its tracker is taken to be down.",
        ),
        (
            "请检查工单系统和网络。reqpool 每半分钟探测一次，恢复后自动补齐。",
            (
                "Look at the tracker and the network. It is probed every half minute, and"
                " everything is caught up on by itself."
            ),
        ),
    ),
    "unknown_status": (
        ("工单系统没有状态“{status}”。", "The tracker has no status “{status}”."),
        (
            "在来源配置里改正状态名。",
            "Correct the status in the source's configuration.",
        ),
    ),
    "permission_missing": (
        (
            "工单系统拒绝 {method} {path}：令牌缺少权限。",
            "The tracker refused {method} {path}: the token lacks a permission.",
        ),
        (
            "请客户方管理员为集成账号授予该权限，然后运行 reqpool check。",
            (
                "Ask the client's administrator to grant it to our account, then run"
                " reqpool check."
            ),
        ),
    ),
    "credentials_refused": (
        ("工单系统不接受令牌。", "The tracker refuses the token."),
        (
            "更换令牌（可能已过期或被吊销），然后运行 reqpool check。",
            (
                "Replace the token (it may have expired or been revoked), then run"
                " reqpool check."
            ),
        ),
    ),
    "rate_limited": (
        ("工单系统要求稍后再试。", "The tracker asked us to slow down."),
        _WAIT,
    ),
    "not_reachable": (
        ("连不上工单系统。", "The tracker cannot be reached."),
        _WAIT,
    ),
    "first_read_short": (
        (
            "首次读取得到 {read} 个工单，而工单系统自己统计约 {expected} 个。",
            "The first read brought {read} issues; the tracker counted about {expected}.",
        ),
        (
            "稍后运行 reqpool backfill {source} --restart；仍然如此，请核对账号的权限。",
            (
                "Run reqpool backfill {source} --restart later; if it stays so, check what our"
                " account may read."
            ),
        ),
    ),
    "many_issues_missing": (
        (
            "{of} 个工单中有 {missing} 个读不到，多半是权限没有了；没有当作删除处理。",
            (
                "Of {of} issues {missing} do not answer, most likely for lack of permission;"
                " nothing was taken for deleted."
            ),
        ),
        (
            "请检查接入账号的权限；确属删除的，可重新读取这些工单来确认。",
            "Check what our account may read; if they were deleted indeed, read them again.",
        ),
    ),
    "place_hidden": (
        (
            "组内的项目 {place} 不再可见：失去权限、已移走或已删除；其工单保持不变。",
            (
                "The project {place} of the group cannot be seen any more: a permission"
                " was lost, or it was moved or deleted. Its issues stay as they are."
            ),
        ),
        (
            (
                "让令牌所属账号重新可以访问；已移走的，把新位置配置为来源；确已删除的，运行"
                " reqpool reconcile {source} --repair，将其工单记为已删除。"
            ),
            (
                "Give the token's account access again; configure the place where it moved;"
                " or, if it was deleted, have its issues marked so: reqpool reconcile"
                " {source} --repair."
            ),
        ),
    ),
    "unreachable": (
        ("连不上工单系统。", "The tracker cannot be reached."),
        _WAIT,
    ),
    "unavailable": (
        ("工单系统暂时不可用。", "The tracker is not available right now."),
        _WAIT,
    ),
    "timed_out": (
        ("工单系统没有及时应答。", "The tracker did not answer in time."),
        _WAIT,
    ),
    "server_error": (
        ("工单系统内部出错。", "The tracker had an error of its own."),
        _WAIT,
    ),
    "busy": (("与工单系统的连接已用尽。", "All connections are in use."), _WAIT),
    "truncated": (("应答被截断。", "The answer was cut off."), _WAIT),
    "cut_off": (("连接中断。", "The connection broke off."), _WAIT),
    "not_json": (
        ("应答不是 JSON。", "The answer is not JSON."),
        _UPGRADE,
    ),
    "answer_not_understood": (
        ("看不懂工单系统的应答。", "The tracker's answer was not understood."),
        _UPGRADE,
    ),
    "answer_too_large": (
        ("应答超过大小限制。", "The answer exceeds the limit."),
        _CHECK,
    ),
    "redirected": (
        (
            "工单系统把请求转到了别处，未跟随。",
            "The tracker redirected the request; it was not followed.",
        ),
        (
            "把来源的 base_url 改成最终地址。",
            "Set the source's base_url to the final address.",
        ),
    ),
    "foreign_origin": (
        ("请求的地址不在配置之内。", "The address is not among those configured."),
        _CHECK,
    ),
    "not_found": (
        ("工单系统里找不到它。", "The tracker does not know it."),
        _CHECK,
    ),
    "gone": (("该接口已被移除。", "This interface was removed."), _UPGRADE),
    "issue_missing": (
        ("{key}：工单已不存在或不可见。", "{key}: the issue is gone or hidden."),
        LOOK,
    ),
    "conflict": (
        ("工单被同时修改。", "The issue was changed at the same time."),
        _WAIT,
    ),
    "bad_request": (
        ("工单系统不接受请求：{detail}", "The tracker refused the request: {detail}"),
        _CHECK,
    ),
    "unprocessable": (
        ("工单系统不接受这些值：{detail}", "The tracker refused the values: {detail}"),
        _CHECK,
    ),
    "method_not_allowed": (
        ("该地址不支持此操作。", "The address does not allow this."),
        _UPGRADE,
    ),
    "too_large": (("请求过大。", "The request was too large."), _CHECK),
    "refused": (("工单系统拒绝了请求。", "The tracker refused the request."), _CHECK),
    "label_invalid": (
        ("标签“{labels}”不被接受。", "The labels “{labels}” were not accepted."),
        ("在规则里改用另一个标签。", "Use another label in the ruleset."),
    ),
    "label_impossible": (
        ("标签“{label}”不被接受。", "The label “{label}” was not accepted."),
        ("在规则里改用另一个标签。", "Use another label in the ruleset."),
    ),
    "label_kept_by_person": (
        (
            "{key}：标签保持人工修改：{value}。",
            "{key}: labels stay as a person set them: {value}.",
        ),
        LOOK,
    ),
    "labels_kept_by_person": (
        (
            "{key}：标签保持人工修改：{value}。",
            "{key}: labels stay as a person set them: {value}.",
        ),
        LOOK,
    ),
    "status_kept_by_person": (
        (
            "{key}：状态保持人工修改：{value}。",
            "{key}: the status stays as a person set it: {value}.",
        ),
        LOOK,
    ),
    "release_kept_by_person": (
        (
            "{key}：版本保持人工修改：{value}。",
            "{key}: the release stays as a person set it: {value}.",
        ),
        LOOK,
    ),
    "comment_kept_by_person": (
        ("{key}：我们的评论被人修改。", "{key}: our comment was changed by a person."),
        LOOK,
    ),
    "link_asked": (
        (
            "{key}：{person} 认为它与 {other} 是同一需求。",
            "{key}: {person} says that it belongs with {other}.",
        ),
        (
            "比较两条需求；确属同一需求时合并。",
            "Compare the two requirements, and merge them if they are the same.",
        ),
    ),
    "release_archived": (
        ("版本“{release}”已归档。", "The release “{release}” is archived."),
        (
            "取消归档，或为需求选择另一个版本。",
            "Unarchive it, or choose another release for the requirement.",
        ),
    ),
    "mass_change": (
        (
            "{source}：重新判定后有 {changed} 个工单（共 {written} 个）要改写，已暂停等待确认。",
            (
                "{source}: deciding again would write to {changed} of {written} issues;"
                " nothing of it is written until somebody confirms."
            ),
        ),
        (
            (
                "在“规则”页核对后确认写入，或运行 reqpool resume {source}；"
                "不写入则回退规则集。"
            ),
            (
                "Look at the rules page and confirm it there, or run reqpool resume"
                " {source}; to write nothing of it, roll the ruleset back."
            ),
        ),
    ),
    "issue_not_decided": (
        ("{key}：未能重新判定：{error}", "{key}: could not be decided again: {error}"),
        (
            "保留原结论，次日或工单变化时会再试；请运行 reqpool check。",
            (
                "Its old decision stays; it is tried again tomorrow, or when it changes."
                " Run reqpool check."
            ),
        ),
    ),
    "issue_not_absorbed": (
        ("{key}：未能入池：{error}", "{key}: could not be taken in: {error}"),
        (
            "其他工单不受影响；升级后会自动重读，或运行 reqpool check。",
            (
                "Others are not affected. It is read again after an upgrade, or run"
                " reqpool check."
            ),
        ),
    ),
    "quarantined": (
        ("收到看不懂的 Webhook：{reason}。", "A webhook was not understood: {reason}."),
        (
            "原文已保存，相关工单会直接读取；查看收件箱。",
            "Its bytes are kept and the issue is read directly; look at the inbox.",
        ),
    ),
    "no_ruleset": (
        (
            "还没有启用规则集，工单已入池但未判定。",
            "No ruleset is active: issues are kept, not decided.",
        ),
        (
            "运行 reqpool rules activate。",
            "Run reqpool rules activate.",
        ),
    ),
    "project_not_configured": (
        (
            "项目 {project} 不在来源配置之内。",
            "The project {project} is not configured.",
        ),
        ("把它加入来源，或停止转发。", "Add it to the source, or stop sending it."),
    ),
    "issue_moved": (
        (
            "工单已移至 {key}，不在来源配置的项目之内，没有写入。",
            "The issue is {key} now, in no project of the source; nothing was written.",
        ),
        (
            "如仍由本来源负责，把该项目加入来源配置，工单会被重新找到。",
            "If it is still the source's, add the project: the issue is found again.",
        ),
    ),
    "cursor_unreadable": (
        ("轮询游标无法读取。", "The poll's cursor cannot be read."),
        ("会从头完整读取一次。", "Everything is read once from the beginning."),
    ),
    "listing_unstable": (
        ("读取期间列表一直在变。", "The list kept changing while it was read."),
        _WAIT,
    ),
    "list_without_end": (
        ("工单系统的列表没有尽头。", "The tracker's list does not end."),
        _UPGRADE,
    ),
    "credential_reused": (
        (
            "来源 {source} 换了地址，令牌却还是原来的：什么也没有发送。",
            (
                "The source {source} has another address and the same token: nothing"
                " is sent to it."
            ),
        ),
        (
            "在新地址签发新的令牌并写入配置，或改回原来的 base_url，然后重启。",
            (
                "Configure a token that was made at the new address, or put base_url"
                " back, and start again."
            ),
        ),
    ),
    "leak_blocked": (
        (
            "发往 {source} 的请求含有不该给客户看到的内容，已拦截：{what}。",
            (
                "A request to {source} held what its client must not read, and was"
                " blocked: {what}."
            ),
        ),
        (
            (
                "检查规则集的评论模板、标签和版本名称；client_name 表示其他客户的名称，"
                "如它也是普通词语，请加入 leak_guard.ordinary_words。"
                "若怀疑泄露了密钥，请更换。"
            ),
            (
                "Look at the ruleset's comments and labels and at the releases' names."
                " client_name is another client's: if it is an ordinary word, too, list it"
                " in leak_guard.ordinary_words. Renew a secret that may have got out."
            ),
        ),
    ),
    "note_not_stored": (
        ("{key}：评论没有保存成功。", "{key}: the comment was not stored."),
        _WAIT,
    ),
    "project_unreachable": (
        (
            "读不到项目 {project}：不存在，或令牌无权访问。",
            "The project {project} cannot be read: it is gone, or the token may not.",
        ),
        (
            "核对来源中的项目路径与令牌权限，然后运行 reqpool check。",
            "Check the source's project path and the token, then run reqpool check.",
        ),
    ),
    "source_taken": (
        (
            "来源 {source} 属于项目 {project}，配置里却是另一个项目：既不读取，也不写入。",
            (
                "The source {source} belongs to the project {project}, and is configured"
                " for another one: nothing is read or written."
            ),
        ),
        (
            "把 sources.{source}.project 改回 {project}，另一个项目另起一个来源名，然后重启。",
            (
                "Put sources.{source}.project back to {project}, give the other project"
                " a source of another name, and start again."
            ),
        ),
    ),
    "source_unmapped": (
        (
            "来源所属的项目 {project} 还不在需求池中，工单尚未读取。",
            "The source's project {project} is not in the pool yet: nothing is read.",
        ),
        (
            "运行 reqpool apply，导入含有该项目的文件。",
            "Run reqpool apply with a file that has this project.",
        ),
    ),
    "verb_failed": (
        (
            "后台步骤 {verb} 意外中止：{error}",
            "The background step {verb} ended unexpectedly: {error}",
        ),
        (
            "会自动重试；如持续出现，请连同日志一起反馈。",
            "It is tried again by itself; if it lasts, report it with the log.",
        ),
    ),
    "webhook_secret_missing": (
        (
            "来源 {source} 没有配置 Webhook 密钥。",
            "The source {source} has no webhook secret.",
        ),
        (
            "设置 sources.{source}.webhook_secrets。",
            "Set sources.{source}.webhook_secrets.",
        ),
    ),
    "unknown_encoding": (
        ("应答的压缩方式未知。", "The answer is packed in an unknown way."),
        _UPGRADE,
    ),
}
"""Sentence and remedy, each in Chinese and English, by code."""
