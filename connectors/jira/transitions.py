"""Brings an issue to a status along the edges that its workflow offers.

Jira tells only the transitions that are legal now, so a way of several steps is found
step by step: towards the wanted status' category, over statuses that are not final.
What each status was seen to offer is remembered, so that ways once found stay short.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.jira.mapping import category_of
from connectors.jira.people import Json
from connectors.jira.site import QuietJira, segment
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
        offers: (project, issue type, status) to the statuses it led to.
    """

    resolution: str = ""
    offers: dict[tuple[str, str, str], frozenset[str]] = field(default_factory=dict)

    def apply(self, issue_id: str, change: Transition, jira: QuietJira) -> Receipt:
        """Walk to the status, reading the issue again after each step.

        Raises:
            PermanentError: ``transition_unavailable`` with the statuses ``offered``;
                ``transition_needs_field`` with the ``fields`` a screen requires.
        """
        visited: set[str] = set()
        here = _Here.read(issue_id, jira)
        while not _same(here.status, change.status):
            if len(visited) == MAX_STEPS:
                raise _unavailable(here, change.status)
            visited.add(here.status.casefold())
            step = self._choose(here, change.status, visited, jira)
            self._take(issue_id, step, here, jira)
            here = _Here.read(issue_id, jira)
        return Receipt(written=bool(visited), calls=len(visited))

    def _choose(
        self, here: "_Here", wanted: str, visited: set[str], jira: QuietJira
    ) -> Json:
        """The step that leads there, else the one that leads nearest."""
        names = frozenset(_to(offer).casefold() for offer in here.offers)
        self.offers[here.place] = names | self.offers.get(here.place, frozenset())
        direct = [offer for offer in here.offers if _same(_to(offer), wanted)]
        if direct:
            return self._passable(direct, here, wanted)
        goal = _find_category(wanted, jira)
        ways = [offer for offer in here.offers if _is_way(offer, visited)]
        if goal is None or not ways:
            raise _unavailable(here, wanted)
        ways.sort(key=lambda offer: self._distance(offer, here, wanted, goal))
        return self._passable(ways, here, wanted)

    def _distance(
        self, offer: Json, here: "_Here", wanted: str, goal: StatusCategory
    ) -> tuple[int, int]:
        steps = self._known_steps((*here.place[:2], _to(offer).casefold()), wanted)
        return steps, abs(_RANK.index(category_of(offer["to"])) - _RANK.index(goal))

    def _known_steps(self, place: tuple[str, str, str], wanted: str) -> int:
        """Steps from there by what was seen before; many when no way is known."""
        reached, edge = {place[2]}, {place[2]}
        for steps in range(MAX_STEPS):
            if wanted.casefold() in edge:
                return steps
            edge = {to for at in edge for to in self.offers.get((*place[:2], at), ())}
            edge -= reached
            reached |= edge
        return MAX_STEPS + 1

    def _passable(self, ways: Sequence[Json], here: "_Here", wanted: str) -> Json:
        """The first whose screen we can fill."""
        for way in ways:
            if not self._gaps(way, here):
                return way
        fields = ", ".join(sorted(self._gaps(ways[0], here)))
        params = {"status": wanted, "at": here.status, "fields": fields}
        raise PermanentError("transition_needs_field", params)

    def _gaps(self, way: Json, here: "_Here") -> set[str]:
        return {
            str(spec.get("name") or name)
            for name, spec in here.open_fields(way).items()
            if self._fill(name, spec) is None
        }

    def _fill(self, name: str, spec: Json) -> Json | Sequence[Json] | None:
        """An obvious value for a required field; None when there is none."""
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

    def _take(self, issue_id: str, way: Json, here: "_Here", jira: QuietJira) -> None:
        """Documentation: ``POST /rest/api/2/issue/{id}/transitions``."""
        needed = here.open_fields(way)
        fields = {name: self._fill(name, spec) for name, spec in needed.items()}
        body: dict[str, Any] = {"transition": {"id": way["id"]}}
        if fields:
            body["fields"] = fields
        jira.send("POST", f"issue/{segment(issue_id)}/transitions", body)


@dataclass(frozen=True, slots=True)
class _Here:
    """Where an issue stands, what it offers, and what it holds for their screens."""

    place: tuple[str, str, str]
    status: str
    offers: Sequence[Json]
    held: Json

    @classmethod
    def read(cls, issue_id: str, jira: QuietJira) -> "_Here":
        path = f"issue/{segment(issue_id)}"
        fields = jira.get(path, fields="status,project,issuetype")["fields"]
        told = jira.get(f"{path}/transitions", expand="transitions.fields")
        status = fields["status"]["name"]
        kind = str(fields["issuetype"].get("id", ""))
        place = (str(fields["project"].get("key", "")), kind, status.casefold())
        offers = told["transitions"]
        return cls(place, status, offers, _read_held(path, offers, jira))

    def open_fields(self, way: Json) -> Mapping[str, Json]:
        """Required by the way's screen, and empty: Jira keeps what is filled."""
        needed = _required(way)
        return {name: needed[name] for name in needed if not self.held.get(name)}


def _read_held(path: str, offers: Sequence[Json], jira: QuietJira) -> Json:
    names = sorted({name for offer in offers for name in _required(offer)})
    if not names:
        return {}
    fields: Json = jira.get(path, fields=",".join(names))["fields"]
    return fields


def _is_way(offer: Json, visited: set[str]) -> bool:
    """A final status is never passed through, and none twice."""
    is_final = category_of(offer["to"]) is StatusCategory.DONE
    return not is_final and _to(offer).casefold() not in visited


def _to(offer: Json) -> str:
    return str(offer["to"]["name"])


def _same(status: str, wanted: str) -> bool:
    return status.strip().casefold() == wanted.strip().casefold()


def _required(way: Json) -> Mapping[str, Json]:
    """Fields of the screen that Jira does not fill by itself."""
    return {
        name: spec
        for name, spec in (way.get("fields") or {}).items()
        if spec.get("required") and not spec.get("hasDefaultValue")
    }


def _find_category(wanted: str, jira: QuietJira) -> StatusCategory | None:
    statuses: Sequence[Json] = jira.get("status")
    found = [one for one in statuses if _same(one["name"], wanted)]
    return category_of(found[0]) if found else None


def _unavailable(here: _Here, wanted: str) -> PermanentError:
    offered = ", ".join(sorted({_to(offer) for offer in here.offers}))
    params = {"status": wanted, "at": here.status, "offered": offered}
    return PermanentError("transition_unavailable", params)
