"""Brings an issue to a status along the edges that its workflow offers.

Jira tells only the transitions that are legal now, so a way of several steps is found
step by step: towards the wanted status' category, over statuses that are not final.
What each status was seen to offer is remembered, so that ways once found stay short.
Statuses are compared by id: see :mod:`connectors.jira.statuses`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.jira.config import JiraConfig
from connectors.jira.mapping import category_of
from connectors.jira.people import Json
from connectors.jira.site import QuietJira, segment
from connectors.jira.statuses import Goal, Statuses
from connectors.jira.written_fields import find_value
from model.changes import Receipt, Transition
from model.errors import PermanentError
from model.issues import StatusCategory

MAX_STEPS = 4

RESOLUTIONS = ("Done", "Fixed", "完成", "已完成", "已解决", "已修复", "Resolved")
"""What a screen's required resolution is filled with, best first."""

_RANK = list(StatusCategory)


@dataclass(slots=True)
class Workflow:
    """What the site's workflows were seen to offer, by issue type.

    Attributes:
        resolution: the configured one, preferred to :data:`RESOLUTIONS`.
        screen_fields: what other required fields are filled with, by folded name or id.
        statuses: what the configured words mean.
        offers: (project, issue type, status) to the statuses it led to, by id.
    """

    resolution: str = ""
    screen_fields: Mapping[str, str] = field(default_factory=dict)
    statuses: Statuses = field(default_factory=Statuses)
    offers: dict[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, config: JiraConfig) -> "Workflow":
        """For a site as it is configured."""
        given = config.screen_fields.items()
        return cls(config.resolution, {name.casefold(): it for name, it in given})

    def apply(self, issue_id: str, change: Transition, jira: QuietJira) -> Receipt:
        """Walk to the status, reading the issue again after each step.

        Raises:
            PermanentError: ``transition_unavailable`` with the statuses ``offered``;
                ``transition_needs_field`` with the ``fields`` a screen requires;
                ``transition_landed_elsewhere`` when the site moved the issue on;
                ``status_ambiguous`` when a category leaves a choice.
        """
        wanted, visited = change.status, list[str]()
        goal = self.statuses.find(wanted, jira)
        here = found = _Here.read(issue_id, jira)
        while goal is None or not goal.is_met(here.status):
            offers = Offers.read(here.path, jira)
            if goal is None or len(visited) == MAX_STEPS:
                raise self._unavailable(here, offers, wanted)
            visited.append(here.id)
            way = self._choose(here, offers, goal, visited)
            self._take(way, here, offers, jira)
            here = _Here.read(issue_id, jira)
            if goal.is_met(way["to"]) and not goal.is_met(here.status):
                raise _refusal("transition_landed_elsewhere", here, wanted)
        return Receipt(
            written=bool(visited),
            calls=len(visited),
            status_id=here.id,
            before=found.status["name"],
        )

    def _choose(
        self, here: "_Here", offers: "Offers", goal: Goal, visited: Sequence[str]
    ) -> Json:
        """The step that leads there, else the one that leads nearest."""
        ends = frozenset(_to(way) for way in offers.ways)
        self.offers[here.place] = ends | self.offers.get(here.place, frozenset())
        direct = [way for way in offers.ways if goal.is_met(way["to"])]
        if len({_to(way) for way in direct}) > 1 and not goal.ids:
            raise _refusal("status_ambiguous", here, goal.word, offered=offers.names)
        ways = direct or [way for way in offers.ways if _is_way(way, visited)]
        if not ways:
            raise self._unavailable(here, offers, goal.word)
        ways.sort(key=lambda way: self._distance(way, here, goal))
        return self._passable(ways, here, offers, goal.word)

    def _distance(self, way: Json, here: "_Here", goal: Goal) -> tuple[int, int]:
        steps = self._known_steps((*here.place[:2], _to(way)), goal)
        rank = _RANK.index(category_of(way["to"]))
        return steps, abs(rank - _RANK.index(goal.category))

    def _known_steps(self, place: tuple[str, str, str], goal: Goal) -> int:
        """Steps from there by what was seen before; many when no way is known."""
        reached, edge = {place[2]}, {place[2]}
        for steps in range(MAX_STEPS):
            if goal.ids & edge:
                return steps
            edge = {to for at in edge for to in self.offers.get((*place[:2], at), ())}
            edge -= reached
            reached |= edge
        return MAX_STEPS + 1

    def _passable(
        self, ways: Sequence[Json], here: "_Here", offers: "Offers", wanted: str
    ) -> Json:
        """The first whose screen we can fill."""
        for way in ways:
            if not self.find_gaps(way, offers):
                return way
        fields = ", ".join(sorted(self.find_gaps(ways[0], offers)))
        raise _refusal("transition_needs_field", here, wanted, fields=fields)

    def find_gaps(self, way: Json, offers: "Offers") -> set[str]:
        """Names of required fields on a transition's screen that we cannot fill."""
        return {
            str(spec.get("name") or name)
            for name, spec in offers.open_fields(way).items()
            if self._fill(name, spec) is None
        }

    def _fill(self, name: str, spec: Json) -> Any:
        """A configured or obvious value for a required field; None without one."""
        words = (name.casefold(), str(spec.get("name") or "").casefold())
        given = next((it for one in words if (it := self.screen_fields.get(one))), "")
        if given:
            return find_value(name, given, spec)
        allowed = [one for one in spec.get("allowedValues") or () if one.get("id")]
        if name == "resolution":
            allowed.sort(key=self._taste)
        elif len(allowed) != 1:
            return None
        picked: list[Json] = [{"id": one["id"]} for one in allowed[:1]]
        if not picked:
            return None
        is_list = (spec.get("schema") or {}).get("type") == "array"
        return picked if is_list else picked[0]

    def _taste(self, resolution: Json) -> int:
        liked = [self.resolution.casefold(), *(one.casefold() for one in RESOLUTIONS)]
        name = str(resolution.get("name", "")).casefold()
        return liked.index(name) if name in liked else len(liked)

    def _take(
        self, way: Json, here: "_Here", offers: "Offers", jira: QuietJira
    ) -> None:
        """Documentation: ``POST /rest/api/2/issue/{id}/transitions``."""
        needed = offers.open_fields(way)
        fields = {name: self._fill(name, spec) for name, spec in needed.items()}
        body: dict[str, Any] = {"transition": {"id": way["id"]}}
        if fields:
            body["fields"] = fields
        jira.send("POST", f"{here.path}/transitions", body)

    def _unavailable(
        self, here: "_Here", offers: "Offers", wanted: str
    ) -> PermanentError:
        self.statuses.forget(wanted)
        return _refusal("transition_unavailable", here, wanted, offered=offers.names)


@dataclass(frozen=True, slots=True)
class _Here:
    """Where an issue stands."""

    path: str
    place: tuple[str, str, str]
    status: Json

    @classmethod
    def read(cls, issue_id: str, jira: QuietJira) -> "_Here":
        path = f"issue/{segment(issue_id)}"
        fields = jira.get_ours(issue_id, "status", "issuetype")
        status, kind = fields["status"], str(fields["issuetype"].get("id", ""))
        place = (str(fields["project"].get("key", "")), kind, str(status["id"]))
        return cls(path, place, status)

    @property
    def id(self) -> str:
        return self.place[2]


@dataclass(frozen=True, slots=True)
class Offers:
    """The transitions that are legal now, and what the issue holds for their screens."""

    ways: Sequence[Json]
    held: Json

    @classmethod
    def read(cls, path: str, jira: QuietJira) -> "Offers":
        """Those of the issue at ``issue/ID``."""
        told = jira.get(f"{path}/transitions", expand="transitions.fields")
        ways = told["transitions"]
        names = sorted({name for way in ways for name in _required(way)})
        if not names:
            return cls(ways, {})
        return cls(ways, jira.get(path, fields=",".join(names))["fields"])

    @property
    def names(self) -> str:
        """The statuses that they lead to."""
        return ", ".join(sorted({str(way["to"]["name"]) for way in self.ways}))

    def open_fields(self, way: Json) -> Mapping[str, Json]:
        """Required by the way's screen, and empty: Jira keeps what is filled."""
        needed = _required(way)
        return {name: needed[name] for name in needed if not self.held.get(name)}


def _is_way(way: Json, visited: Sequence[str]) -> bool:
    """A final status is never passed through, and none twice."""
    is_final = category_of(way["to"]) is StatusCategory.DONE
    return not is_final and _to(way) not in visited


def _to(way: Json) -> str:
    return str(way["to"]["id"])


def _required(way: Json) -> Mapping[str, Json]:
    """Fields of the screen that Jira does not fill by itself."""
    return {
        name: spec
        for name, spec in (way.get("fields") or {}).items()
        if spec.get("required") and not spec.get("hasDefaultValue")
    }


def _refusal(code: str, here: _Here, wanted: str, **more: str) -> PermanentError:
    at = str(here.status["name"])
    return PermanentError(code, {"status": wanted, "at": at, **more})
