"""The catalogue as a file: what ``reqpool apply`` reads.

::

    clients:
      - {slug: acme, name: Acme Holdings, language: en}
    contracts:
      - file: contracts/acme.yaml         # beside this file; or the contract itself
    projects:
      - slug: acme-finance
        name: Finance system
        client: acme
        contract: acme-2026
        phase: uat
        project_manager: Li Wei
        milestones:
          go_live: {planned_on: 2026-10-01}
    trains:
      - {slug: main, name: Main line}
    releases:
      - {name: "2026.10", train: main, freeze_on: 2026-09-20, ship_on: 2026-10-01,
         capacity_days: 60}

What is not named stays as it is; nothing is ever removed but a contract's clauses.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from model.catalogue import Catalogue, Edit, compare
from model.clock import Clock
from model.contracts import Contract
from model.errors import Problem, RulesetError
from model.ids import Ids
from model.phrase import Phrase
from model.projects import (
    Client,
    Language,
    Milestone,
    MilestoneName,
    Phase,
    Project,
)
from model.releases import Release, ReleaseState, Train
from pool import catalogue
from pool.audit import Entry, append
from pool.contracts import Making
from pool.database import Database
from pool.runs import set_aside_all, set_aside_contracts
from rules.document import (
    MapNode,
    Node,
    Problems,
    Scalar,
    parse_document,
    suggest,
)
from rules.document_json import write_json
from rules.fields import Fields, read_choice
from rules.matching.contract import read_contract

_SECTIONS = ("clients", "contracts", "projects", "trains", "releases")
_PROJECT = (
    "slug",
    "name",
    "client",
    "contract",
    "phase",
    "project_manager",
    "milestones",
)
_RELEASE = ("name", "train", "freeze_on", "ship_on", "state", "capacity_days")

_NO_CONTRACT = Contract(slug="", name="", client="", clauses=())

Noun = TypeVar("Noun", Client, Contract, Project, Train, Release)


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """A catalogue, and the texts of its contracts by fingerprint."""

    catalogue: Catalogue
    texts: Mapping[str, str]
    name: str = ""


def load_catalogue(path: Path, current: Catalogue) -> CatalogueFile:
    """Read a catalogue and the contracts that it refers to.

    Args:
        path: the YAML file.
        current: what the pool holds, so that a file may refer to it.

    Raises:
        RulesetError: every problem at once, of every file.
    """
    reading = _Reading(path, current)
    wanted = reading.read()
    if reading.found:
        raise RulesetError(reading.found)
    return CatalogueFile(wanted, reading.texts, path.name)


async def apply_catalogue(
    database: Database, file: CatalogueFile, *, ids: Ids, clock: Clock, actor: str
) -> list[Edit]:
    """Write a catalogue in one transaction, and have issues decided on again.

    Contracts concern the issues of their own projects alone, anything else all.

    Returns:
        What changed; nothing is written when nothing did.
    """
    async with database.transaction() as connection:
        edits = compare(await catalogue.load(connection), file.catalogue)
        if not edits:
            return []
        made = Making(clock(), actor, file.name)
        await catalogue.keep(connection, ids, file.catalogue, file.texts, made)
        if {edit.section for edit in edits} <= {"contracts"}:
            await set_aside_contracts(connection, [edit.name for edit in edits])
        else:
            await set_aside_all(connection)
        entry = Entry(
            at=clock(),
            actor=actor,
            action="apply",
            subject="catalogue",
            cause="",
            after=[asdict(edit) for edit in edits],
        )
        await append(connection, entry)
    return edits


class _Reading:
    """One reading of a catalogue; collects problems until the end."""

    def __init__(self, path: Path, current: Catalogue) -> None:
        self._path = path
        self._current = current
        self._problems = Problems(str(path))
        self._of_contracts: list[Problem] = []
        self._clients = dict(current.clients)
        self._contracts = dict(current.contracts)
        self._trains = dict(current.trains)
        self.texts: dict[str, str] = {}

    @property
    def found(self) -> list[Problem]:
        """Everything wrong so far, this file's first."""
        here = sorted(self._problems.found, key=lambda found: found.line)
        return [*here, *self._of_contracts]

    def read(self) -> Catalogue:
        """Read the sections in the order in which they refer to each other."""
        node = self._parse(self._path, self._problems, Scalar(None, ""))
        root = Fields(node, self._problems, known=_SECTIONS)
        clients = self._section(root, "clients", self._read_client)
        self._clients |= clients
        contracts = self._section(root, "contracts", self._read_contract)
        self._contracts |= contracts
        projects = self._section(root, "projects", self._read_project)
        trains = self._section(root, "trains", self._read_train)
        self._trains |= trains
        releases = self._section(root, "releases", self._read_release)
        return Catalogue(clients, contracts, projects, trains, releases)

    def _parse(self, path: Path, problems: Problems, place: Node) -> Node | None:
        try:
            return parse_document(path.read_bytes(), problems)
        except OSError as error:
            said = Phrase(
                "cannot read {path}: {strerror}", path=path, strerror=error.strerror
            )
            self._problems.add("E_FILE", said, place, "check the path")
            return None

    def _section(
        self, root: Fields, section: str, read: Callable[[Node], tuple[str, Noun]]
    ) -> dict[str, Noun]:
        nouns: dict[str, Noun] = {}
        for node in root.items(section):
            name, noun = read(node)
            if name in nouns:
                hint = "each is named once"
                self._problems.add(
                    "E_DUP", Phrase('"{name}" is given twice', name=name), node, hint
                )
            elif name:
                nouns[name] = noun
        return nouns

    def _read_client(self, node: Node) -> tuple[str, Client]:
        fields = Fields(
            node,
            self._problems,
            known=("slug", "name", "language"),
            required=("slug", "name"),
        )
        language = fields.choice("language", Language) or Language.ZH
        client = Client(fields.text("slug"), fields.text("name"), language)
        return client.slug, client

    def _read_contract(self, node: Node) -> tuple[str, Contract]:
        name = node.find("file") if isinstance(node, MapNode) else None
        if isinstance(name, Scalar):
            contract = self._load_contract(node, name)
        else:
            contract = read_contract(node, self._problems)
            contract = self._keep_text(contract, write_json(node))
        self._check_client(contract.client, node)
        self._check_owner(self._current.contracts.get(contract.slug), contract, node)
        return contract.slug, contract

    def _load_contract(self, node: Node, name: Scalar) -> Contract:
        Fields(node, self._problems, known=("file",))
        path = self._path.parent / name.text
        problems = Problems(str(path))
        root = self._parse(path, problems, name)
        contract = read_contract(root, problems) if root else _NO_CONTRACT
        self._of_contracts += problems.found
        text = path.read_text(encoding="utf-8-sig") if root else ""
        return self._keep_text(contract, text)

    def _keep_text(self, contract: Contract, text: str) -> Contract:
        fingerprint = sha256(text.encode()).hexdigest()
        self.texts[fingerprint] = text
        return replace(contract, fingerprint=fingerprint)

    def _read_project(self, node: Node) -> tuple[str, Project]:
        required = ("slug", "name", "client", "phase")
        fields = Fields(node, self._problems, known=_PROJECT, required=required)
        project = Project(
            slug=fields.text("slug"),
            name=fields.text("name"),
            client=self._refer(fields, "client", self._clients),
            phase=fields.choice("phase", Phase) or Phase.PRESALES,
            project_manager=fields.text("project_manager"),
            contract=self._refer(fields, "contract", self._contracts),
            milestones=self._read_milestones(fields),
        )
        self._check_owner(self._current.projects.get(project.slug), project, node)
        self._check_owner(self._contracts.get(project.contract), project, node)
        return project.slug, project

    def _read_milestones(self, project: Fields) -> dict[MilestoneName, Milestone]:
        milestones: dict[MilestoneName, Milestone] = {}
        for key, node in project.entries("milestones"):
            name = read_choice(key, MilestoneName, self._problems)
            days = Fields(node, self._problems, known=("planned_on", "actual_on"))
            if name:
                milestone = Milestone(days.day("planned_on"), days.day("actual_on"))
                milestones[name] = milestone
        return milestones

    def _read_train(self, node: Node) -> tuple[str, Train]:
        names = ("slug", "name")
        fields = Fields(node, self._problems, known=names, required=names)
        train = Train(fields.text("slug"), fields.text("name"))
        return train.slug, train

    def _read_release(self, node: Node) -> tuple[str, Release]:
        required = ("name", "train", "freeze_on", "ship_on")
        fields = Fields(node, self._problems, known=_RELEASE, required=required)
        release = Release(
            name=fields.text("name"),
            train=self._refer(fields, "train", self._trains),
            freeze_on=fields.day("freeze_on") or date.min,
            ship_on=fields.day("ship_on") or date.max,
            state=fields.choice("state", ReleaseState) or ReleaseState.OPEN,
            capacity_days=fields.decimal("capacity_days"),
        )
        if release.ship_on < release.freeze_on:
            hint = "a release ships after it was frozen"
            self._problems.add("E_RANGE", "ships before it is frozen", node, hint)
        return release.name, release

    def _refer(self, fields: Fields, name: str, known: Collection[str]) -> str:
        """Read a name of something that must exist."""
        word = fields.text(name)
        node = fields.find(name)
        if word and word not in known and isinstance(node, Scalar):
            self._problems.add_unknown(
                "E_REF", Phrase('no {name} "{word}"', name=name, word=word), node, known
            )
        return word

    def _check_client(self, client: str, node: Node) -> None:
        if client and client not in self._clients:
            hint = suggest(client, self._clients)
            self._problems.add(
                "E_REF", Phrase('no client "{client}"', client=client), node, hint
            )

    def _check_owner(
        self, known: Project | Contract | None, wanted: Project | Contract, node: Node
    ) -> None:
        """A client's issues and decisions hang on it, so it never moves to another."""
        if known and known.client != wanted.client and wanted.client:
            said = Phrase(
                '"{slug}" belongs to client "{client}"',
                slug=known.slug,
                client=known.client,
            )
            self._problems.add(
                "E_REF",
                said,
                node,
                Phrase("write client: {client}", client=known.client),
            )
