"""`/_sandbox`: what tests and the demo ask of a stand-in beyond its own API."""

import random
from collections import Counter
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from sandbox.bench import Bench
from sandbox.faults import Fault
from sandbox.hooks import Deliveries, Hook


class WebhookSwitch(BaseModel):
    """`enabled` False loses events; `hold` keeps them, to be let go out of order."""

    model_config = ConfigDict(extra="forbid")
    enabled: bool | None = None
    hold: bool | None = None
    shuffle_seed: int | None = None


class ReplayOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")
    same_id: bool = False
    with_lost: bool = False


class RateOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")
    per_second: float = 0
    burst: int = 1


class FaultOrder(BaseModel):
    """Only what is given changes; `clear` resets everything first."""

    model_config = ConfigDict(extra="forbid")
    clear: bool = False
    search_lag_seconds: float | None = None
    latency_ms: float | None = None
    fail_next: list[Fault] | None = None
    rate_limit: RateOrder | None = None


def control_router(bench: Bench) -> APIRouter:
    """Build the routes: journal, webhooks (cut, replay) and faults of one tracker."""
    router = APIRouter(prefix="/_sandbox")

    @router.get("/journal")
    async def journal(since: int = 0) -> dict[str, object]:
        return bench.journal.as_json(since)

    @router.get("/webhooks")
    async def webhooks() -> dict[str, Any]:
        return _summary(bench.deliveries)

    @router.post("/webhooks")
    async def switch(order: WebhookSwitch) -> dict[str, Any]:
        switch_webhooks(bench.deliveries, order)
        return _summary(bench.deliveries)

    @router.post("/webhooks/replay")
    async def replay(order: ReplayOrder) -> dict[str, Any]:
        statuses = await bench.deliveries.replay(
            same_id=order.same_id, with_lost=order.with_lost
        )
        return {"replayed": sum(statuses.values()), "by_status": statuses}

    @router.post("/faults")
    async def faults(order: FaultOrder) -> dict[str, Any]:
        apply_faults(bench, order)
        return _faults(bench)

    return router


def switch_webhooks(deliveries: Deliveries, order: WebhookSwitch) -> None:
    if order.enabled is not None:
        deliveries.enabled = order.enabled
    if order.hold:
        deliveries.held = True
    elif order.hold is False:
        seed = order.shuffle_seed
        deliveries.release(None if seed is None else random.Random(seed))


def apply_faults(bench: Bench, order: FaultOrder) -> None:
    faults, rate = bench.faults, order.rate_limit
    if order.clear:
        faults.clear()
        bench.limits.set_rate(0, 1)
    if order.search_lag_seconds is not None:
        faults.search_lag_seconds = order.search_lag_seconds
    if order.latency_ms is not None:
        faults.latency_ms = order.latency_ms
    if order.fail_next is not None:
        faults.fail_next = list(order.fail_next)
    if rate is not None:
        bench.limits.set_rate(rate.per_second, rate.burst)


def _faults(bench: Bench) -> dict[str, Any]:
    return {
        "search_lag_seconds": bench.faults.search_lag_seconds,
        "latency_ms": bench.faults.latency_ms,
        "fail_next": [vars(f) for f in bench.faults.fail_next if f.times],
        "rate_limit": {
            "per_second": bench.limits.per_second,
            "burst": bench.limits.burst,
        },
    }


def _summary(deliveries: Deliveries) -> dict[str, Any]:
    made = [d for d in deliveries.kept if not d.lost]
    answered = Counter(str(d.answers[-1]) for d in made if d.answers)
    return {
        "enabled": deliveries.enabled,
        "held": deliveries.held,
        "hooks": [_hook(hook) for hook in deliveries.hooks.values()],
        "deliveries": len(made),
        "lost": len(deliveries.kept) - len(made),
        "replayed": sum(d.replay_of is not None for d in made),
        "pending": deliveries.pending,
        "by_status": dict(answered),
        "by_event": dict(Counter(d.event.name for d in made)),
    }


def _hook(hook: Hook) -> dict[str, Any]:
    return {
        "id": hook.id,
        "url": hook.url,
        "events": sorted(hook.events),
        "scope": hook.scope,
        "signed": bool(hook.secret),
        "enabled": hook.enabled,
        "failures": hook.failures,
        "disabled_until": hook.disabled_until,
    }
