"""Which releases issues go into that are decided on together, one after the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from model.decisions import Decision, Section
from model.issues import StatusCategory
from model.releases import Release, ReleaseState
from planning.next_release import next_release
from pool import projects
from pool.database import Connection
from pool.issues import StoredIssue
from sync.survey import Matter

_TRAIN = "train"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an issue goes.

    Attributes:
        release: that it is planned for; None for none, as is its id.
        waits: for room in a release that is open.
    """

    release: Release | None = None
    id: UUID | None = None
    waits: bool = False


@dataclass(slots=True)
class Places:
    """Releases by id, with what is given away as of the decisions taken so far."""

    releases: dict[UUID, Release]

    def find(self, matter: Matter, decision: Decision) -> Placement:
        """Where an issue goes by a decision; what it takes there is given away."""
        found = self._find(matter, decision)
        self._move(matter, found.id)
        return found

    def _find(self, matter: Matter, decision: Decision) -> Placement:
        intent = decision.effective.get(Section.RELEASE, "")
        if Section.RELEASE in matter.overrides:
            named = (it for it in self.releases.items() if it[1].name == intent)
            return next((Placement(one, each) for each, one in named), Placement())
        if _is_over(matter.issue):
            kept = matter.issue.release_id
            return Placement(self.releases.get(kept) if kept else None, kept)
        verb, _, train = intent.partition(":")
        return self._find_next(matter, train) if verb == _TRAIN else Placement()

    def _find_next(self, matter: Matter, train: str) -> Placement:
        issue = matter.issue
        open_ones = {
            release.name: each
            for each, release in self.releases.items()
            if release.train == train and release.state is not ReleaseState.SHIPPED
        }
        current = self.releases.get(issue.release_id) if issue.release_id else None
        found = next_release(
            (self.releases[each] for each in open_ones.values()),
            on=matter.today,
            days=issue.estimate_days or Decimal(0),
            current=current.name if current else None,
        )
        if found:
            return Placement(found, open_ones[found.name])
        unfrozen = (self.releases[each] for each in open_ones.values())
        return Placement(waits=any(_is_open(it, matter.today) for it in unfrozen))

    def _move(self, matter: Matter, to: UUID | None) -> None:
        """A requirement takes its days once of each release that an issue of it is in."""
        before, own = matter.issue.release_id, matter.issue.id
        days = next((it.days for it in matter.links if it.issue == own), Decimal(0))
        others = {it.release for it in matter.links if it.issue != own}
        if before != to:
            self._give(before, -days, others)
            self._give(to, days, others)

    def _give(
        self, identity: UUID | None, days: Decimal, others: set[UUID | None]
    ) -> None:
        if identity in self.releases and identity not in others:
            known = self.releases[identity]
            planned = known.planned_days + days
            self.releases[identity] = replace(known, planned_days=planned)


def _is_open(release: Release, on: date) -> bool:
    return release.state is ReleaseState.OPEN and on < release.freeze_on


def _is_over(issue: StoredIssue) -> bool:
    """Nothing more is done about it: it stays in its release, and goes into none."""
    is_done = issue.snapshot.status_category is StatusCategory.DONE
    return is_done or issue.requirement_state.is_final


async def place(
    connection: Connection, decided: Sequence[tuple[Matter, Decision]]
) -> Places:
    """Read the releases that some decisions may put their issues into."""
    intents = [it.effective.get(Section.RELEASE, "") for _, it in decided]
    found = await projects.find_places(
        connection,
        trains=set(_find_trains(intents)),
        names={
            it.effective.get(Section.RELEASE, "")
            for matter, it in decided
            if Section.RELEASE in matter.overrides
        },
        ids={
            matter.issue.release_id
            for matter, _ in decided
            if matter.issue.release_id and _is_over(matter.issue)
        },
    )
    return Places(found)


def _find_trains(intents: Iterable[str]) -> Iterable[str]:
    for intent in intents:
        verb, _, train = intent.partition(":")
        if verb == _TRAIN:
            yield train
