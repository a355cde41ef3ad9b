"""What the workflows and screens of a project offer our account, seen on its issues.

Only administrators may read workflows and screens themselves. Jira tells transitions
and editable fields issue by issue, so one recent issue of each type and status is
looked at; what none of them shows is not judged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.jira.mapping import category_of
from connectors.jira.people import Json
from connectors.jira.site import QuietJira, segment
from connectors.jira.statuses import Goal
from connectors.jira.transitions import MAX_STEPS, Offers, Workflow
from model.findings import Finding
from model.issues import StatusCategory

_RECENT = 100
_MOST_SAMPLES = 16


@dataclass(frozen=True, slots=True)
class Sample:
    """An issue that stands for its type and status."""

    path: str
    kind: str
    status: Json
    offers: Offers

    @property
    def is_done(self) -> bool:
        """Whether its status is final: nothing starts from there."""
        return category_of(self.status) is StatusCategory.DONE


def fetch_samples(key: str, jira: QuietJira, *, is_cloud: bool) -> list[Sample]:
    """One recent issue of each type and status of a project.

    Documentation: ``GET /rest/api/2/search`` and, on Cloud, ``/search/jql``.
    """
    found = jira.get(
        "search/jql" if is_cloud else "search",
        jql=f'project = "{key}" ORDER BY updated DESC',
        fields="status,issuetype",
        maxResults=_RECENT,
    )
    firsts: dict[tuple[str, str], Json] = {}
    for issue in found["issues"]:
        fields = issue["fields"]
        place = (str(fields["issuetype"]["name"]), str(fields["status"]["id"]))
        firsts.setdefault(place, issue)
    chosen = list(firsts.items())[:_MOST_SAMPLES]
    return [_read(kind, issue, jira) for (kind, _), issue in chosen]


def _read(kind: str, issue: Json, jira: QuietJira) -> Sample:
    path = f"issue/{segment(str(issue['id']))}"
    return Sample(path, kind, issue["fields"]["status"], Offers.read(path, jira))


@dataclass(frozen=True, slots=True)
class WorkflowChecks:
    """The checks of one project."""

    name: str
    key: str
    samples: Sequence[Sample]
    workflow: Workflow

    def check_ways(self, goal: Goal) -> Iterator[Finding]:
        """Whether open issues have a way to a status, and through which screens."""
        stuck = sorted(
            {_place(one) for one in self._standing(goal) if self._is_stuck(one, goal)}
        )
        if stuck:
            yield Finding.warning(
                "transition_missing",
                self.name,
                "In {project} no transitions lead our account to {status} from {at}.",
                "Add a transition to the workflow, or let the account use it"
                " (conditions); or map another status.",
                project=self.key,
                status=goal.word,
                at=", ".join(stuck),
            )
        for sample in self._standing(goal):
            yield from self._check_screens(sample, goal)

    def _standing(self, goal: Goal) -> list[Sample]:
        return [
            one
            for one in self.samples
            if not one.is_done and not goal.is_met(one.status)
        ]

    def _is_stuck(self, sample: Sample, goal: Goal) -> bool:
        """Whether all that can be reached was seen, and the goal is not there."""
        seen = {
            str(one.status["id"]): one
            for one in self.samples
            if one.kind == sample.kind
        }
        edge, reached = [sample], {str(sample.status["id"])}
        for _ in range(MAX_STEPS):
            ends = [way["to"] for one in edge for way in one.offers.ways]
            if any(goal.is_met(end) for end in ends):
                return False
            news = {str(end["id"]) for end in ends if _is_passable(end)} - reached
            if news - seen.keys():
                return False
            edge, reached = [seen[one] for one in news], reached | news
        return True

    def _check_screens(self, sample: Sample, goal: Goal) -> Iterator[Finding]:
        ways = [way for way in sample.offers.ways if goal.is_met(way["to"])]
        gaps = [self.workflow.find_gaps(way, sample.offers) for way in ways]
        if gaps and all(gaps):
            yield Finding.warning(
                "transition_needs_field",
                self.name,
                "In {project} the transition from {at} to {status} wants {fields}.",
                "No longer require the field, or give it a default; else a person has"
                " to make this transition.",
                project=self.key,
                status=goal.word,
                at=_place(sample),
                fields=", ".join(sorted(gaps[0])),
            )

    def check_screens(
        self, needed: Mapping[str, str], jira: QuietJira
    ) -> Iterator[Finding]:
        """Whether the fields that we fill are on the edit screen of each type.

        Documentation: ``GET /rest/api/2/issue/{id}/editmeta``.

        Args:
            needed: id of a field, to its name.
            jira: this thread's client.
        """
        kinds = {one.kind: one for one in self.samples if not one.is_done}
        for kind, sample in sorted(kinds.items()):
            screen = jira.get(f"{sample.path}/editmeta")["fields"]
            missing = [name for one, name in needed.items() if one not in screen]
            # without Edit Issues, which has a finding of its own, it shows no field
            for name in missing if screen else ():
                yield Finding.error(
                    "field_not_on_screen",
                    self.name,
                    "In {project} the field {field} is not on the edit screen of {kind}.",
                    "Add {field} to the edit screen of {kind}.",
                    project=self.key,
                    field=name,
                    kind=kind,
                )


def _place(sample: Sample) -> str:
    return f"{sample.status['name']} ({sample.kind})"


def _is_passable(status: Json) -> bool:
    return category_of(status) is not StatusCategory.DONE
