"""``/api/v1/rules``: rulesets from draft to rollback, and what they said of an issue."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query

from model.errors import RulesetError
from pool import rulesets, runs
from rules.schema import ruleset_schema
from sync.activate import Outdated
from sync.draft import UnknownProject
from sync.rollback import NothingBefore
from sync.simulate import AlreadySimulating
from web import rules_models as models
from web.api import PROBLEMS, Number
from web.desk import TheDesk
from web.problems import Problem
from web.reader import Reader, TheReader
from web.ruleset_view import (
    check_draft,
    compare_stored,
    find_replaced,
    get_activation,
)
from web.why_page import Asked, get_explained
from web.words.translate import Words

router = APIRouter(prefix="/api/v1", tags=["rules"], responses=PROBLEMS)


@router.get("/rules", summary="What runs")
async def read_rules(desk: TheDesk) -> models.RulesView:
    """The active rulesets, how far the pool is decided by them, and what waits."""
    async with desk.database.transaction() as connection:
        history = await rulesets.find_history(connection)
        progress = await runs.find_progress(connection)
        stops = await runs.find_stops(connection)
    active = [row for row in history if row.deactivated_at is None]
    active.sort(key=lambda row: row.project or "")
    return models.RulesView.model_validate(
        {"active": active, "progress": progress, "stops": stops}
    )


@router.get("/rules/history", summary="List activations")
async def read_history(desk: TheDesk) -> list[models.ActivationRow]:
    """The latest 1,000, the latest first."""
    async with desk.database.transaction() as connection:
        found = await rulesets.find_history(connection)
    return [models.ActivationRow.model_validate(row) for row in found]


@router.get("/rules/progress", summary="How far the pool is decided again")
async def read_progress(desk: TheDesk) -> models.ProgressView:
    """`left` is 0 when nothing is going on."""
    async with desk.database.transaction() as connection:
        found = await runs.find_progress(connection)
    return models.ProgressView.model_validate(found)


@router.get("/rules/schema", summary="The JSON Schema of rulesets")
async def read_schema(desk: TheDesk) -> dict[str, Any]:
    """For editors; the check says more, and better."""
    return dict(ruleset_schema(desk.rules.trackers))


@router.get("/rules/{number}", summary="Read an activation")
async def read_activation(desk: TheDesk, number: Number) -> models.ActivationView:
    """With the texts of the ruleset and of everything that it extends."""
    return models.ActivationView.model_validate(await get_activation(desk, number))


@router.get("/rules/{number}/diff", summary="How two activations differ")
async def read_diff(
    desk: TheDesk,
    number: Number,
    against: Annotated[
        int | None, Query(ge=1, lt=2**63, description="Else the one it replaced.")
    ] = None,
) -> models.DiffView:
    """From the other activation to this one; rules only where both still load."""
    later = await get_activation(desk, number)
    if against is None:
        earlier = await find_replaced(desk, later)
    else:
        earlier = await get_activation(desk, against)
    found = compare_stored(earlier, later)
    return models.DiffView.model_validate({"rules": found.edits, "files": found.files})


@router.post("/rules/check", summary="Find what is wrong with a text")
async def check(
    desk: TheDesk, reader: TheReader, body: models.DraftBody
) -> models.CheckView:
    """Loads it over its bases, runs its examples, compares it; changes nothing."""
    checked = await check_draft(desk, body.text, body.project)
    examined, found = checked.examined, checked.difference
    ruleset, words = examined.ruleset, Words(reader.language)
    return models.CheckView.model_validate(
        {
            "name": ruleset.name if ruleset else None,
            "fingerprint": ruleset.fingerprint if ruleset else None,
            "rules": checked.rules,
            "problems": [words.problem(it) for it in examined.problems],
            "examples": [
                replace(it, why=words.said(it.why)) for it in examined.examples
            ],
            "followers": [it.before.name for it in examined.followers],
            "diff": {"rules": found.edits, "files": found.files} if found else None,
        }
    )


@router.post("/rules/simulate", summary="Try a text on the whole pool")
async def simulate(
    desk: TheDesk, reader: TheReader, body: models.DraftBody
) -> models.SimulationView:
    """What would flip, for whom; changes nothing. 409 while another one runs."""
    async with _refusals(reader):
        found = await desk.rules.simulate(body.text, body.project)
    return models.SimulationView.model_validate(found)


@router.post("/rules/activate", summary="Let a text run", status_code=201)
async def activate(
    desk: TheDesk, reader: TheReader, body: models.ActivateBody
) -> models.ActivatedView:
    """Stores it; issues are decided on again in the background, overrides stay.

    A text with a problem leaves the active one as it is: 422 with each problem among
    `errors`. More about them says `/rules/check`.
    """
    async with _refusals(reader):
        number = await desk.rules.activate(
            body.text, body.by, body.reason, body.project, body.based_on
        )
    return models.ActivatedView(number=number)


@router.post("/rules/{number}/rollback", summary="Go back", status_code=201)
async def go_back(
    desk: TheDesk, reader: TheReader, number: Number, body: models.SignedBody
) -> models.ActivatedView:
    """Activate an earlier ruleset again, for what it was active for then."""
    async with _refusals(reader):
        made = await desk.rules.rollback(body.by, number=number, reason=body.reason)
    return models.ActivatedView(number=made)


@router.post("/rules/retire", summary="End a project's own ruleset", status_code=204)
async def retire(desk: TheDesk, reader: TheReader, body: models.RetireBody) -> None:
    """The general ruleset decides for it again; 404 when it has none of its own."""
    async with _refusals(reader):
        if not await desk.rules.retire(body.project, body.by, body.reason):
            raise Problem(404, "not_found")


@router.get("/requirements/{number}/explain", summary="Every rule, won or lost")
async def explain(
    desk: TheDesk,
    number: Number,
    asked: Annotated[Asked, Query()],
) -> models.ExplanationView:
    """As the decision was taken: by its own ruleset, on its own facts."""
    explained = await get_explained(desk, number, asked)
    found = explained.explanation
    return models.ExplanationView.model_validate(
        {
            "issue": explained.issue.key,
            "decision": {
                "id": str(found.stored.id),
                "number": found.number,
                "of": found.of,
                "decided_at": found.stored.decided_at,
                "cause": found.stored.cause,
                "facts": dict(found.stored.facts),
                "agrees": found.agrees,
            },
            "ruleset": found.ruleset,
            "sections": found.sections,
        }
    )


@asynccontextmanager
async def _refusals(reader: Reader) -> AsyncIterator[None]:
    """Turns what an act refuses into problems."""
    try:
        yield
    except RulesetError as error:
        words = Words(reader.language)
        told = (words.problem(problem) for problem in error.problems)
        errors = [{"detail": str(problem)} for problem in told]
        raise Problem(422, "bad_ruleset", errors=errors) from error
    except Outdated as error:
        raise Problem(409, "outdated") from error
    except AlreadySimulating as error:
        raise Problem(409, "already_simulating") from error
    except UnknownProject as error:
        raise Problem(404, "no_project") from error
    except NothingBefore as error:
        raise Problem(404, "not_found") from error
