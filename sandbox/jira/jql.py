"""What JQL means: a test on issues, and an order."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.jira.errors import JiraError
from sandbox.jira.jql_text import Clause, Group, Node, Not, Query, parse
from sandbox.jira.records import Issue, User
from sandbox.jira.site import Site

Test = Callable[[Issue], bool]
RELATIVE = re.compile(r"([+-]?)(\d+)([mhdw])")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
DATE_FORMATS = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")
EMPTY = {"empty", "null"}


@dataclass(frozen=True)
class Reading:
    """Who asks decides what a date literal means: it is in their time zone."""

    site: Site
    reader: User
    epoch_literals: bool = False

    def query(self, jql: str) -> tuple[Test, Query]:
        query = parse(jql)
        test = self._test(query.where) if query.where else _everything
        return test, query

    # -- the tree --------------------------------------------------------------

    def _test(self, node: Node) -> Test:
        if isinstance(node, Clause):
            return self._clause(node)
        if isinstance(node, Not):
            inner = self._test(node.inner)
            return lambda issue: not inner(issue)
        return self._group(node)

    def _group(self, node: Group) -> Test:
        tests = [self._test(part) for part in node.parts]
        if node.any_of:
            return lambda issue: any(test(issue) for test in tests)
        return lambda issue: all(test(issue) for test in tests)

    # -- clauses ---------------------------------------------------------------

    def _clause(self, clause: Clause) -> Test:
        name = ALIASES.get(clause.field.lower(), clause.field.lower())
        if name in DATES:
            return self._date(name, clause)
        if name in TEXTS:
            return _contains(name, clause)
        if name not in VALUES:
            msg = (
                f"Field '{clause.field}' does not exist "
                "or you do not have permission to view it."
            )
            raise JiraError(400, msg)
        self._check(name, clause)
        return self._equal(name, clause)

    def _equal(self, name: str, clause: Clause) -> Test:
        names = VALUES[name]
        wanted = {self._meaning(name, value) for value in clause.values}
        negative = clause.op in {"!=", "not in", "is not"}
        if clause.op not in {"=", "!=", "in", "not in", "is", "is not"}:
            raise _unsupported(clause)
        without = bool(wanted & EMPTY)

        def test(issue: Issue) -> bool:
            held = {one.lower() for one in names(issue)}
            hit = bool(held & wanted) or (without and not held)
            return hit != negative

        return test

    def _meaning(self, name: str, value: str) -> str:
        if value.lower() == "currentuser()":
            return self.reader.id.lower()
        if name == "resolution" and value.lower() == "unresolved":
            return "empty"
        if name == "key":
            found = self.site.find_issue(value)
            return found.id if found else value.lower()
        return value.lower()

    def _check(self, name: str, clause: Clause) -> None:
        if name == "key":
            self._check_keys(clause)
        known = self._known(name)
        for value in clause.values:
            if known is not None and value.lower() not in known | EMPTY:
                msg = f"The value '{value}' does not exist for the field '{name}'."
                raise JiraError(400, msg)

    def _check_keys(self, clause: Clause) -> None:
        # One key that is gone makes Jira refuse the whole list.
        for value in clause.values:
            if not self.site.was_there(value):
                msg = (
                    f"An issue with key '{value}' does not exist "
                    f"for field '{clause.field}'."
                )
                raise JiraError(400, msg)

    def _known(self, name: str) -> set[str] | None:
        site = self.site
        if name == "project":
            projects = site.projects.values()
            every = [part for p in projects for part in (p.id, p.key, p.name)]
        elif name == "status":
            every = [part for s in site.statuses() for part in (s.id, s.name)]
        elif name == "issuetype":
            every = [part for t in site.issue_types for part in (t.id, t.name)]
        else:
            return None
        return {one.lower() for one in every}

    # -- dates -----------------------------------------------------------------

    def _date(self, name: str, clause: Clause) -> Test:
        value, moment = clause.values[0], DATES[name]
        if clause.op in {"is", "is not"}:
            return lambda issue: (moment(issue) is None) == (clause.op == "is")
        limit = self._moment(clause.field, value)
        compare = COMPARE.get(clause.op)
        if compare is None:
            raise _unsupported(clause)

        def test(issue: Issue) -> bool:
            held = moment(issue)
            return held is not None and compare(held, limit)

        return test

    def _moment(self, field: str, value: str) -> datetime:
        relative = RELATIVE.fullmatch(value)
        if relative:
            return self.site.now() + _span(*relative.groups())
        if value.lower() == "now()":
            return self.site.now()
        if value.isdigit() and self.epoch_literals:
            return datetime.fromtimestamp(int(value) / 1000, UTC)
        zone = ZoneInfo(self.reader.time_zone)
        if value.lower() == "startofday()":
            day = self.site.now().astimezone(zone)
            return day.replace(hour=0, minute=0, second=0, microsecond=0)
        return _literal(field, value).replace(tzinfo=zone)


def _literal(field: str, value: str) -> datetime:
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(value, form)  # noqa: DTZ007 - the caller adds it
        except ValueError:
            continue
    msg = (
        f"Date value '{value}' for field '{field}' is invalid. Valid formats include: "
        "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a "
        "period format e.g. '-5d', '4w 2d'."
    )
    raise JiraError(400, msg)


def _span(sign: str, count: str, unit: str) -> timedelta:
    span = timedelta(**{UNITS[unit]: int(count)})
    return -span if sign == "-" else span


def _everything(_issue: Issue) -> bool:
    return True


def _contains(name: str, clause: Clause) -> Test:
    if clause.op not in {"~", "!~"}:
        raise _unsupported(clause)
    words = clause.values[0].lower().replace("*", "").split()
    negative = clause.op == "!~"

    def test(issue: Issue) -> bool:
        text = TEXTS[name](issue).lower()
        return all(word in text for word in words) != negative

    return test


def _unsupported(clause: Clause) -> JiraError:
    msg = f"The operator '{clause.op}' is not supported by the '{clause.field}' field."
    return JiraError(400, msg)


def _ids(*things: object) -> list[str]:
    found: list[str] = []
    for thing in things:
        if thing is not None:
            found += [str(getattr(thing, "id", "")), str(getattr(thing, "name", ""))]
    return found


CATEGORY_NAMES = {
    "new": ["new", "to do", "2"],
    "indeterminate": ["indeterminate", "in progress", "4"],
    "done": ["done", "3"],
}
VALUES: dict[str, Callable[[Issue], Iterable[str]]] = {
    "project": lambda issue: [*_ids(issue.project), issue.project.key],
    "key": lambda issue: [issue.id],
    "status": lambda issue: _ids(issue.status),
    "statuscategory": lambda issue: CATEGORY_NAMES[issue.status.category],
    "labels": lambda issue: issue.labels,
    "issuetype": lambda issue: _ids(issue.type),
    "priority": lambda issue: _ids(issue.priority),
    "resolution": lambda issue: _ids(issue.resolution),
    "assignee": lambda issue: _ids(issue.assignee),
    "reporter": lambda issue: _ids(issue.reporter),
    "fixversion": lambda issue: _ids(*issue.fix_versions),
    "component": lambda issue: _ids(*issue.components),
}
TEXTS: dict[str, Callable[[Issue], str]] = {
    "summary": lambda issue: issue.summary,
    "description": lambda issue: issue.description or "",
    "comment": lambda issue: "\n".join(one.body for one in issue.comments),
    "text": lambda issue: "\n".join(
        [issue.summary, issue.description or "", *(c.body for c in issue.comments)]
    ),
}
DATES: dict[str, Callable[[Issue], datetime | None]] = {
    "updated": lambda issue: issue.updated_at,
    "created": lambda issue: issue.created_at,
    "resolved": lambda issue: issue.resolved_at,
}
ALIASES = {
    "id": "key",
    "issue": "key",
    "issuekey": "key",
    "type": "issuetype",
    "updateddate": "updated",
    "createddate": "created",
    "resolutiondate": "resolved",
    "label": "labels",
}
COMPARE: dict[str, Callable[[datetime, datetime], bool]] = {
    ">=": lambda held, limit: held >= limit,
    ">": lambda held, limit: held > limit,
    "<=": lambda held, limit: held <= limit,
    "<": lambda held, limit: held < limit,
    "=": lambda held, limit: limit <= held < limit + timedelta(minutes=1),
}


def key_order(issue: Issue) -> tuple[str, int]:
    project, _, number = issue.key.rpartition("-")
    return project, int(number)


ORDERS: dict[str, Callable[[Issue], object]] = {
    "updated": lambda issue: issue.updated_at,
    "created": lambda issue: issue.created_at,
    "key": key_order,
    "issuekey": key_order,
    "id": lambda issue: int(issue.id),
    "priority": lambda issue: -int(issue.priority.id),
    "status": lambda issue: issue.status.id,
}


def ordered(issues: list[Issue], order: Iterable[tuple[str, bool]]) -> list[Issue]:
    # Jira lists the newest key first when it is not told otherwise.
    found = sorted(issues, key=key_order, reverse=True)
    for name, descending in reversed(list(order)):
        field = ALIASES.get(name, name)
        rank = ORDERS.get(name) or ORDERS.get(field)
        if rank is None:
            msg = f"Not able to sort using field '{name}'."
            raise JiraError(400, msg)
        found.sort(key=rank, reverse=descending)  # type: ignore[arg-type]
    return found
