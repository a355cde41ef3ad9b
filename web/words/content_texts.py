"""The texts of what an issue holds, in Chinese and English."""

CONTENT_TEXTS = {
    "content.files": ("附件", "Files"),
    "content.bytes": ("{n} 字节", "{n} bytes"),
    "content.links": ("关联工单", "Linked issues"),
    "content.moved": ("已移至 {key}", "Moved to {key}"),
    "content.spent": ("已用人天", "Person-days spent"),
    "raise.title": ("其他工单系统", "Other trackers"),
    "raise.place": (
        "其中的项目（来源为组时必填）",
        "Project in it (needed for a group)",
    ),
    "raise.open": ("在其他工单系统中提出", "Raise it in another tracker"),
    "raise.hint": (
        "用该客户的语言填写：不会带上其他客户工单的任何内容。",
        "In that client's words: nothing of other clients' issues is taken over.",
    ),
    "raise.source": ("来源", "Source"),
    "raise.line": ("标题", "Title"),
    "raise.text": ("说明（Markdown）", "Text (Markdown)"),
    "raise.do": ("提出", "Raise"),
    "content.worklogs": ("工时记录", "Logged time"),
    "content.hours": ("{n} 小时", "{n} h"),
    "content.estimate": ("估算人天", "Estimate in person-days"),
    "content.sprints": ("迭代", "Sprints"),
    "content.releases": ("工单中的版本", "Versions there"),
    "content.assignee": ("经办人", "Assignee"),
    "content.reporter": ("提出人", "Reporter"),
    "content.due": ("到期日", "Due"),
    "content.internal_hint": (
        "仅供内部：不会出现在任何对外内容中",
        "For staff alone: never part of anything that goes out",
    ),
}
"""Chinese and English by key; a part of the table in ``texts.py``."""
