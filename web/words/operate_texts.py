"""Texts of the pages for operators: writes, quarantine, pauses, conflicts."""

OPERATE_TEXTS = {
    "health.paused": ("已暂停", "paused"),
    "health.paused_by": ("由 {by} 暂停，", "Paused by {by},"),
    "health.pause": ("暂停", "Pause"),
    "health.pause_hint": (
        "暂停期间不轮询、不读取、不写入；Webhook 照常接收并保存，恢复后补齐。",
        (
            "Nothing is polled, read or written meanwhile. Webhooks are still accepted and"
            " kept, and everything is caught up on afterwards."
        ),
    ),
    "health.resume": ("恢复", "Resume"),
    "health.resume_hint": (
        "立即处理暂停期间收到的内容，并重新轮询。",
        "What came in meanwhile is dealt with at once, and the source is polled.",
    ),
    "health.broken": ("视为宕机", "taken to be down"),
    "health.broken_text": (
        "连续失败 {n} 次，只作探测；恢复后自动继续。自",
        "{n} failures in a row: it is only probed, and goes on by itself. Since",
    ),
    "done.paused": ("来源已暂停。", "The source is paused."),
    "done.unpaused": (
        "来源已恢复，正在补齐。",
        "The source goes on, and catches up.",
    ),
    "done.replayed": ("将再次处理。", "It is dealt with again."),
    "done.discarded": ("已丢弃。", "Discarded."),
    "failed.settled": (
        "已处理完毕、正在写入、已被后来的写入替代，或工单已不存在",
        "it is settled, being sent, or overtaken by now, or its issue is gone",
    ),
    "writes.title": ("写回", "Writes"),
    "writes.hint": (
        "要写到客户工单系统的内容。被拒绝或失败十二次的写入会放弃，等人处理，不会自行删除。",
        (
            "What is to be written to the clients' trackers. A write that was refused, or"
            " failed twelve times, is given up and waits for a person; it never goes away by"
            " itself."
        ),
    ),
    "writes.number": ("编号", "Number"),
    "writes.issue": ("工单", "Issue"),
    "writes.what": ("内容", "What"),
    "writes.change": ("详情", "Details"),
    "writes.answer": ("工单系统的回答", "What the tracker answered"),
    "writes.tries": ("尝试次数", "Tries"),
    "writes.since": ("提出于", "Wanted"),
    "writes.acts": ("操作", "Acts"),
    "writes.overtaken": ("已被替代", "overtaken by a later write"),
    "writes.replay": ("重试", "Replay"),
    "writes.replay_hint": (
        "先读取工单：已写入的不会重复写。",
        "The issue is read first: what it shows already is not written again.",
    ),
    "writes.discard": ("丢弃", "Discard"),
    "writes.discard_hint": (
        "不再写入；同样的内容不会自行再次提出。",
        "It is not written, and the same is not wanted again by itself.",
    ),
    "writes.none": ("没有这样的写入。", "There are no such writes."),
    "quarantine.title": ("隔离区", "Quarantine"),
    "quarantine.hint": (
        "已保存但无法理解的 Webhook 投递；涉及的工单已直接读取，没有丢失。",
        (
            "Webhooks that were kept but not understood. What they are about was read from"
            " the tracker directly: nothing is lost."
        ),
    ),
    "quarantine.received": ("收到于", "Received"),
    "quarantine.reason": ("原因", "Reason"),
    "quarantine.bytes": ("字节", "Bytes"),
    "quarantine.no_body": ("未保存正文", "no body kept"),
    "quarantine.replay_hint": (
        "再次解析，例如在升级之后。",
        "It is parsed again, as after an upgrade.",
    ),
    "quarantine.repoll_hint": (
        "正文没有保存：改为重新读取整个来源。",
        "No body was kept: the whole source is read again instead.",
    ),
    "quarantine.discard_hint": (
        "不再处理；记录保留，重复投递仍能识别。",
        "It is not looked at again. Its row stays: duplicates are still recognised.",
    ),
    "quarantine.none": ("隔离区是空的。", "The quarantine is empty."),
    "quarantine.letter": ("投递内容", "What was delivered"),
    "quarantine.letter_hint": (
        "类似密钥的内容已隐去。",
        "Whatever looks like a secret is blanked out.",
    ),
    "conflicts": ("双方修改过的字段（{n}）", "Changed by both sides ({n})"),
    "conflicts.hint": (
        "客户与 reqpool 修改了同一字段；所有值都保留在历史中。",
        "A person and reqpool changed the same field; every value is kept in the history.",
    ),
    "conflicts.kept_theirs": ("保留人工修改", "theirs was kept"),
    "conflicts.kept_ours": ("写入了 reqpool 的值", "ours was written"),
    "conflicts.base": ("之前", "Before"),
    "conflicts.theirs": ("工单系统中的人工修改", "A person put"),
    "conflicts.ours": ("reqpool 要写入", "reqpool wanted"),
}
"""Chinese and English by key."""
