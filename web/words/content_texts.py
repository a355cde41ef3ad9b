"""The texts of what an issue holds, in Chinese and English."""

CONTENT_TEXTS = {
    "content.files": ("附件", "Files"),
    "content.bytes": ("{n} 字节", "{n} bytes"),
    "content.links": ("关联工单", "Linked issues"),
    "content.moved": ("已移至 {key}", "Moved to {key}"),
    "content.spent": ("已用人天", "Person-days spent"),
    "content.worklogs": ("工时记录", "Logged time"),
    "content.hours": ("{n} 小时", "{n} h"),
    "content.estimate": ("估算人天", "Estimate in person-days"),
    "content.sprints": ("迭代", "Sprints"),
    "content.releases": ("版本", "Versions"),
    "content.assignee": ("经办人", "Assignee"),
    "content.reporter": ("提出人", "Reporter"),
    "content.due": ("到期日", "Due"),
    "content.internal_hint": (
        "仅供内部：不会出现在任何对外内容中",
        "For staff alone: never part of anything that goes out",
    ),
}
"""Chinese and English by key; a part of the table in ``texts.py``."""
