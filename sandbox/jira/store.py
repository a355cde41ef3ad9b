"""Everything that changes a Jira site, and the webhooks it raises."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sandbox.hooks import Event
from sandbox.jira.edits import RESOLUTION, Step, named_change, plan_edit
from sandbox.jira.errors import JiraError, bad_field, not_settable
from sandbox.jira.events import Bodies, event_type
from sandbox.jira.records import (
    Change,
    History,
    Issue,
    Json,
    Named,
    Project,
    Transition,
    User,
)
from sandbox.jira.render import Renderer
from sandbox.jira.site import Site, choose_named


@dataclass
class JiraStore:
    """Writes to a site on somebody's behalf; `raise_event` sends the webhooks."""

    site: Site
    raise_event: Callable[[Event], None]
    base_url: str = "http://jira.invalid"

    @property
    def bodies(self) -> Bodies:
        show = Renderer(self.base_url, self.site.deployment, zone=self.site.zone)
        return Bodies(self.site, show)

    # -- creating --------------------------------------------------------------

    def create_issue(self, user: User, fields: Json) -> Issue:
        """Create from `fields` as REST has them: project, summary, issuetype ..."""
        issue = self._blank(user, fields)
        rest = {name: fields[name] for name in fields if name != "project"}
        if "summary" not in rest:
            raise bad_field("summary", "You must specify a summary of the issue.")
        steps = plan_edit(self.site, issue, rest, {})
        for step in steps:
            step.apply()
        return self._keep(user, issue)

    def _blank(self, user: User, fields: Json) -> Issue:
        project = self._project_of(fields)
        kind = choose_named(self.site.issue_types, fields.get("issuetype"), "issuetype")
        now, medium = self.site.moment(), self.site.priorities[2]
        initial = project.workflow.initial
        issue = Issue("", "", project, kind, initial, user, user, now, now)
        issue.priority = medium
        return issue

    def _project_of(self, fields: Json) -> Project:
        wanted = fields.get("project") or {}
        for project in self.site.projects.values():
            if wanted.get("key") == project.key or wanted.get("id") == project.id:
                return project
        raise bad_field("project", "valid project is required")

    def _keep(self, user: User, issue: Issue) -> Issue:
        issue.id = self.site.new_id()
        self._name(issue, issue.project)
        self.site.before_change(issue, created=True)
        self.site.issues[issue.id] = issue
        name, kind = "jira:issue_created", "issue_created"
        self.raise_event(self.bodies.issue(name, kind, user, issue))
        return issue

    def _name(self, issue: Issue, project: Project) -> None:
        project.last_number += 1
        issue.project, issue.key = project, f"{project.key}-{project.last_number}"
        self.site.keys[issue.key] = issue.id

    # -- editing ---------------------------------------------------------------

    def edit_issue(
        self, user: User, issue: Issue, fields: Json, update: Json | None = None
    ) -> History | None:
        """Apply REST's `fields` and `update`; None when nothing really changed."""
        steps = plan_edit(self.site, issue, fields, update or {})
        return self._apply(user, issue, steps)

    def _apply(self, user: User, issue: Issue, steps: Iterable[Step]) -> History | None:
        todo = [step for step in steps if step.changes]
        if not todo:
            return None
        self.site.before_change(issue)
        for step in todo:
            step.apply()
        changes = [change for step in todo for change in step.changes]
        return self.record(user, issue, changes)

    def record(self, user: User, issue: Issue, changes: Sequence[Change]) -> History:
        """Write the changelog, touch the issue and tell the hooks."""
        issue.updated_at = self.site.moment()
        history = History(self.site.new_id(), user, issue.updated_at, tuple(changes))
        issue.histories.append(history)
        kind = event_type(history, cloud=self.site.cloud)
        body = self.bodies.issue(
            "jira:issue_updated", kind, user, issue, history=history
        )
        self.raise_event(body)
        return history

    # -- workflow --------------------------------------------------------------

    def transitions(self, user: User, issue: Issue) -> list[Transition]:
        if "TRANSITION_ISSUES" in user.denied:
            return []
        edges = issue.project.workflow.transitions
        return [edge for edge in edges if edge.leaves(issue.status)]

    def transition(
        self,
        user: User,
        issue: Issue,
        number: str,
        fields: Json | None = None,
        update: Json | None = None,
    ) -> None:
        edge = self._edge(user, issue, number)
        given = dict(fields or {})
        resolution = self._resolution_steps(edge, issue, given)
        steps = plan_edit(self.site, issue, given, update or {})
        self._apply(user, issue, [self._move_step(edge, issue), *resolution, *steps])

    def _edge(self, user: User, issue: Issue, number: str) -> Transition:
        for edge in self.transitions(user, issue):
            if edge.id == number:
                return edge
        msg = f"Transition id '{number}' is not valid for this issue."
        raise JiraError(400, msg)

    def _move_step(self, edge: Transition, issue: Issue) -> Step:
        old, new = issue.status, edge.lands or edge.to
        change = named_change(
            "status", "status", Named(old.id, old.name), Named(new.id, new.name)
        )

        def apply() -> None:
            issue.status = new
            done = new.category == "done"
            issue.resolved_at = self.site.moment() if done else None

        return Step((change,), apply)

    def _resolution_steps(
        self, edge: Transition, issue: Issue, fields: Json
    ) -> list[Step]:
        given = fields.pop("resolution", None)
        if "resolution" in edge.required and not given:
            raise bad_field("resolution", "Resolution is required.")
        for name in edge.required:
            held = name == "resolution" or name in fields or issue.custom.get(name)
            if name.startswith("customfield_") and not held:
                raise bad_field(name, f"{name} is required.")
        if given and edge.to.category != "done":
            raise not_settable("resolution")
        if edge.to.category == "done":
            chosen = given or {"id": self.site.resolutions[0].id}
            return [RESOLUTION(self.site, issue, [("set", chosen)])]
        return [_unresolved(issue)]

    # -- moving and deleting ---------------------------------------------------

    def move_issue(self, user: User, issue: Issue, project: Project) -> None:
        """Move to another project: the id stays, the key is new, the old resolves."""
        self.site.before_change(issue)
        old, old_key = issue.project, issue.key
        self._name(issue, project)
        issue.components, issue.fix_versions = [], []
        key = Change("Key", "issuekey", None, old_key, None, issue.key)
        where = Change("project", "project", old.id, old.name, project.id, project.name)
        self.record(user, issue, [where, key])

    def delete_issue(self, user: User, issue: Issue) -> None:
        self.site.before_change(issue)
        links = [link for link, _, _ in self.site.links_of(issue)]
        del self.site.issues[issue.id]
        for link in links:
            del self.site.links[link.id]
        bodies = self.bodies
        name, kind = "jira:issue_deleted", "issue_deleted"
        self.raise_event(bodies.issue(name, kind, user, issue))
        for comment in issue.comments if self.site.cloud else ():
            event = bodies.comment("comment_deleted", issue, comment, "Secondary")
            self.raise_event(event)
        for link in links:
            event = bodies.link("issuelink_deleted", issue.project, link, "Secondary")
            self.raise_event(event)


def _unresolved(issue: Issue) -> Step:
    old = issue.resolution
    changes = (named_change("resolution", "resolution", old, None),) if old else ()

    def apply() -> None:
        issue.resolution = None

    return Step(changes, apply)
