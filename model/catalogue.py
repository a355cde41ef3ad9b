"""Clients, contracts, projects, trains and releases as one whole, and how two differ."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields

from model.contracts import Amendment, Clause, Contract
from model.projects import Client, Milestone, MilestoneName, Project
from model.releases import Release, Train

Noun = Client | Contract | Project | Train | Release


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the vendor knows about its clients before any issue arrives.

    The keys are slugs; releases go by their names.
    """

    clients: Mapping[str, Client] = field(default_factory=dict)
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    projects: Mapping[str, Project] = field(default_factory=dict)
    trains: Mapping[str, Train] = field(default_factory=dict)
    releases: Mapping[str, Release] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edit:
    """One value that differs.

    Attributes:
        section: of the catalogue: ``clients``, ``contracts`` …
        name: slug, or a release's name.
        field: ``phase``, ``clause 3.2``, ``go_live planned_on`` …
        before: None when the thing is new.
        after: None when a clause or amendment is taken out; nothing else ever is.
    """

    section: str
    name: str
    field: str
    before: str | None
    after: str | None


def compare(current: Catalogue, wanted: Catalogue) -> list[Edit]:
    """What applying ``wanted`` changes; things that it does not name stay."""
    edits: list[Edit] = []
    for section in (each.name for each in fields(Catalogue)):
        known: Mapping[str, Noun] = getattr(current, section)
        nouns: Mapping[str, Noun] = getattr(wanted, section)
        for name, noun in nouns.items():
            edits += _compare(section, name, known.get(name), noun)
    return edits


def _compare(
    section: str, name: str, before: Noun | None, after: Noun
) -> Iterator[Edit]:
    old = dict(_values(before)) if before else {}
    new = dict(_values(after))
    for each, value in new.items():
        if old.get(each) != value:
            yield Edit(section, name, each, old.get(each), value)
    for each in old.keys() - new.keys():
        if each.startswith(("clause ", "amendment ")):
            yield Edit(section, name, each, old[each], None)


def _values(noun: Noun) -> Iterator[tuple[str, str]]:
    """A noun as texts; what it leaves open is left out."""
    match noun:
        case Contract():
            yield from _plain(noun, {"slug", "clauses", "amendments"})
            yield from (_clause(clause) for clause in noun.clauses)
            yield from (_amendment(amendment) for amendment in noun.amendments)
        case Project():
            yield from _plain(noun, {"slug", "milestones"})
            yield from _milestones(noun.milestones)
        case Release():
            yield from _plain(noun, {"name", "planned_days"})
        case Client() | Train():
            yield from _plain(noun, {"slug"})


def _clause(clause: Clause) -> tuple[str, str]:
    values = (f"{name}: {value}" for name, value in _plain(clause, {"id"}))
    return f"clause {clause.id}", "; ".join(values)


def _amendment(amendment: Amendment) -> tuple[str, str]:
    lists = {name: ", ".join(getattr(amendment, name)) for name in _LISTS}
    plain = dict(_plain(amendment, {"id", *_LISTS}))
    values = (f"{name}: {value}" for name, value in (plain | lists).items() if value)
    return f"amendment {amendment.id}", "; ".join(values)


_LISTS = ("adds", "replaces")


def _milestones(
    milestones: Mapping[MilestoneName, Milestone],
) -> Iterator[tuple[str, str]]:
    for name, milestone in milestones.items():
        for each, day in _plain(milestone):
            yield f"{name} {each}", day


def _plain(
    noun: Noun | Amendment | Clause | Milestone, without: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    for each in fields(noun):
        value = getattr(noun, each.name)
        if each.name not in without and value not in (None, "", False):
            yield each.name, str(value)
