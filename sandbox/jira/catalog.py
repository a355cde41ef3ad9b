"""What a fresh Jira site knows: statuses, workflows, priorities, types, fields."""

from dataclasses import dataclass

from sandbox.jira.records import Category, LinkType, Named, Status, Transition, Workflow

PRIORITIES = tuple(
    Named(str(number), name)
    for number, name in enumerate(("Highest", "High", "Medium", "Low", "Lowest"), 1)
)
PRIORITIES_ZH = tuple(
    Named(str(number), name)
    for number, name in enumerate(("最高", "高", "中", "低", "最低"), 1)
)
RESOLUTIONS = (
    Named("10000", "Done"),
    Named("10001", "Won't Do"),
    Named("10002", "Duplicate"),
)
RESOLUTIONS_ZH = (
    Named("10000", "完成"),
    Named("10001", "不做"),
    Named("10002", "重复"),
)
ISSUE_TYPES = (
    Named("10001", "Story"),
    Named("10002", "Task"),
    Named("10004", "Bug"),
    Named("10005", "Support"),
)
ISSUE_TYPES_ZH = (
    Named("10001", "需求"),
    Named("10002", "任务"),
    Named("10004", "缺陷"),
    Named("10005", "咨询"),
)
LINK_TYPES = (
    LinkType("10000", "Blocks", "is blocked by", "blocks"),
    LinkType("10002", "Duplicate", "is duplicated by", "duplicates"),
    LinkType("10003", "Relates", "relates to", "relates to"),
)
STATUS_CATEGORIES = {
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}
PERMISSIONS = (
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "TRANSITION_ISSUES",
    "RESOLVE_ISSUES",
    "CLOSE_ISSUES",
    "ADD_COMMENTS",
    "EDIT_OWN_COMMENTS",
    "EDIT_ALL_COMMENTS",
    "DELETE_OWN_COMMENTS",
    "DELETE_ALL_COMMENTS",
    "DELETE_ISSUES",
    "LINK_ISSUES",
    "MOVE_ISSUES",
    "ASSIGN_ISSUES",
    "ASSIGNABLE_USER",
    "SCHEDULE_ISSUES",
    "WORK_ON_ISSUES",
    "CREATE_ATTACHMENTS",
    "ADMINISTER_PROJECTS",
    "ADMINISTER",
)
DEMO_CATEGORIES: tuple[Category, ...] = (
    "new",
    "indeterminate",
    "indeterminate",
    "indeterminate",
    "done",
)
STORY_POINTS = "customfield_10016"


@dataclass(frozen=True)
class FieldMeta:
    id: str
    name: str
    type: str
    items: str = ""
    navigable: bool = True
    searchable: bool = True
    options: tuple[str, ...] = ()


FIELDS = (
    FieldMeta("summary", "Summary", "string"),
    FieldMeta("description", "Description", "string"),
    FieldMeta("issuetype", "Issue Type", "issuetype"),
    FieldMeta("project", "Project", "project"),
    FieldMeta("status", "Status", "status"),
    FieldMeta("resolution", "Resolution", "resolution"),
    FieldMeta("resolutiondate", "Resolved", "datetime"),
    FieldMeta("priority", "Priority", "priority"),
    FieldMeta("labels", "Labels", "array", "string"),
    FieldMeta("fixVersions", "Fix versions", "array", "version"),
    FieldMeta("versions", "Affects versions", "array", "version"),
    FieldMeta("components", "Components", "array", "component"),
    FieldMeta("assignee", "Assignee", "user"),
    FieldMeta("reporter", "Reporter", "user"),
    FieldMeta("creator", "Creator", "user"),
    FieldMeta("created", "Created", "datetime"),
    FieldMeta("updated", "Updated", "datetime"),
    FieldMeta("duedate", "Due date", "date"),
    FieldMeta("environment", "Environment", "string"),
    FieldMeta("issuelinks", "Linked Issues", "array", "issuelinks"),
    FieldMeta("subtasks", "Sub-tasks", "array", "issuelinks"),
    FieldMeta("timetracking", "Time tracking", "timetracking", navigable=False),
    FieldMeta("timespent", "Time Spent", "number"),
    FieldMeta("attachment", "Attachment", "array", "attachment", navigable=False),
    FieldMeta("comment", "Comment", "comments-page", navigable=False),
    FieldMeta("worklog", "Log Work", "array", "worklog", navigable=False),
    FieldMeta("watches", "Watchers", "watches"),
    FieldMeta("votes", "Votes", "votes"),
    FieldMeta(STORY_POINTS, "Story point estimate", "number"),
    FieldMeta("customfield_10020", "Contract clause", "string"),
    FieldMeta(
        "customfield_10030", "Pool priority", "option", options=("P0", "P1", "P2", "P3")
    ),
)


def demo_workflow(names: tuple[str, ...], *, resolve: bool = False) -> Workflow:
    """Build open → in progress → scheduled → in review → done, with ways back.

    `names` are the five statuses'; with `resolve` the way to done shows a screen
    that requires a resolution.
    """
    ids = ("10100", "10101", "10102", "10103", "10104")
    statuses = [Status(*one) for one in zip(ids, names, DEMO_CATEGORIES, strict=True)]
    return Workflow(statuses[0], tuple(_edges(statuses, resolve=resolve)))


def _edges(statuses: list[Status], *, resolve: bool) -> list[Transition]:
    new, doing, planned, review, done = statuses
    screen = ("resolution",) if resolve else ()
    return [
        Transition("11", doing.name, doing, frozenset({new.id, planned.id, review.id})),
        Transition("21", planned.name, planned, frozenset({new.id, doing.id})),
        Transition("31", review.name, review, frozenset({doing.id})),
        Transition("41", done.name, done, frozenset({doing.id, review.id}), screen),
        Transition("51", new.name, new, frozenset({doing.id, planned.id, done.id})),
        Transition("61", f"{done.name} ✕", done, frozenset({new.id}), screen),
    ]


EN_STATUSES = ("To Do", "In Progress", "Scheduled", "In Review", "Done")
ZH_STATUSES = ("待处理", "处理中", "已排期", "待验收", "已完成")
