"""A pool whose sources are trackers on paper, and deliveries that lie in its inbox."""

import gc
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from importlib.resources import files
from random import Random

from app.bootstrap import new_id, now
from benchmarks.paper_tracker import PaperConnector
from connectors.base import SourceConfig
from connectors.http import Budget
from model.catalogue import Catalogue
from model.contracts import Clause, Contract
from model.deliveries import Delivery
from model.projects import Client, Language, Phase, Project
from model.releases import Release, Train
from pool import catalogue, inbox
from pool.contracts import Making
from pool.database import Database
from pool.inbox import Arrival
from rules.load_ruleset import load_ruleset
from rules.matching.word_matcher import WordMatcher
from sync.activate import activate
from sync.engine import Engine, Source
from sync.register import register

NAME, *_ = NAMES = ("paper", "second", "third", "fourth")
CONNECTIONS = 6
CLAUSES = tuple(
    Clause(f"{part}.{number}", module, text)
    for part, (module, text) in enumerate(
        (
            ("Fund reports", "Export of every fund report to Excel and PDF as shown."),
            ("Approval", "Approval flows in several steps, routed by amount."),
            ("Ledger", "Vouchers are entered, reviewed, posted and reversed."),
            ("Mobile", "Mobile apps and mini programs are not part of the delivery."),
        ),
        start=1,
    )
    for number in range(1, 11)
)


@asynccontextmanager
async def open_engine(url: str) -> AsyncIterator[Engine]:
    """Some sources of one pool."""
    database = Database(url, max_connections=CONNECTIONS)
    await database.open()

    async def wake(verb: str, source: str) -> None:
        del verb, source

    engine = Engine(
        database=database,
        sources={name: _open_source(name) for name in NAMES},
        clock=now,
        ids=new_id,
        random=Random(7),
        matcher=WordMatcher(),
        wake=wake,
    )
    gc.freeze()  # as a worker does; what is compared runs in the same process
    yield engine
    await database.close()


def _open_source(name: str) -> Source:
    config = SourceConfig(
        kind="paper", project=name, base_url=f"https://{name}.example"
    )
    return Source(name, config, PaperConnector(name, config, None, now), Budget(now))


async def found(engine: Engine) -> None:
    """Put a client into the pool with a contract, a project a source, and rules."""
    text = "\n".join(clause.text for clause in CLAUSES)
    fingerprint = sha256(text.encode()).hexdigest()
    contract = Contract(
        "paper-2026", "Paper", "paper", CLAUSES, fingerprint=fingerprint
    )
    wanted = Catalogue(
        clients={"paper": Client("paper", "Paper", Language.EN)},
        contracts={"paper-2026": contract},
        projects={
            name: Project(name, name, "paper", Phase.UAT, contract="paper-2026")
            for name in NAMES
        },
        trains={
            slug: Train(slug, slug) for slug in ("main", "hotfix", "after-acceptance")
        },
        releases={
            "later": Release("later", "main", date(2099, 2, 10), date(2099, 2, 20))
        },
    )
    async with engine.database.transaction() as connection:
        made = Making(engine.clock(), "benchmark", "contract.yaml")
        await catalogue.keep(connection, engine.ids, wanted, {fingerprint: text}, made)
    assert await register(engine) == ()
    rules = (files("rules") / "defaults" / "vendor.en.yaml").read_text("utf-8")
    ruleset, problems = load_ruleset(rules, file="vendor.en.yaml")
    assert ruleset is not None, problems
    await activate(engine, ruleset, "benchmark")


async def fill_inbox(engine: Engine, first: int, count: int, name: str = NAME) -> None:
    """Deliveries of ``count`` different issues, as the letterbox keeps them."""
    arrivals = [_arrival(number, name) for number in range(first, first + count)]
    for start in range(0, count, 256):
        async with engine.database.transaction() as connection:
            await inbox.keep(connection, arrivals[start : start + 256])


def _arrival(number: int, name: str) -> Arrival:
    body = json.dumps({"issue": number, "padding": "x" * 2_000}).encode()
    delivery = Delivery(
        id=new_id(),
        source=name,
        delivery_id=str(number),
        headers={},
        body=body,
        sha256=sha256(body).hexdigest(),
        received_at=datetime.now(UTC),
    )
    return Arrival(delivery, inbox.pack(body))
