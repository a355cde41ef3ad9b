"""``reqpool webhooks``: our webhooks in the trackers, and what deliveries mean."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, assert_never
from uuid import UUID

import typer

from app.plugins import get_connector, list_kinds
from cli.lazy import Later, lazy_group
from cli.show import print_json_line
from connectors.base import Connector
from model.deliveries import Delivery, Hint, Ignored, Quarantined
from sync.receive import LARGEST_KEPT_BYTES

_LAZY = {
    "install": Later(
        "cli.webhooks_install",
        "Register our webhooks with the trackers, or mend those that are there.",
    ),
    "list": Later(
        "cli.webhooks_list",
        "Show our webhooks in the trackers, with what is amiss; changes nothing.",
    ),
    "remove": Later(
        "cli.webhooks_remove",
        "Unregister our webhooks; polling goes on. Those of others are never touched.",
    ),
}

app = typer.Typer(
    cls=lazy_group(_LAZY),
    add_completion=False,
    no_args_is_help=True,
    help="Have trackers deliver, and look at what they deliver.",
)


@app.callback()
def webhooks() -> None:
    """Have trackers deliver, and look at what they deliver."""


@app.command()
def parse(
    files: Annotated[list[Path], typer.Argument(help="Raw webhook bodies, as sent.")],
    tracker: Annotated[str, typer.Option(help=f"One of {', '.join(list_kinds())}.")],
) -> None:
    """Tell what each webhook body means, one JSON line a file.

    The outcome is hint (an issue to fetch), ignored (understood, of no concern) or
    quarantined (kept, not understood). Bodies are judged as they are when they come
    from the tracker with the right signature; files that cannot be read are
    quarantined too. Needs no database and no configuration.

    Example: reqpool webhooks parse --tracker gitlab deliveries/*.json
    """
    connector = get_connector(tracker)
    for file in files:
        print_json_line({"file": str(file), **_describe(_parse(connector, file))})


def _parse(connector: type[Connector], file: Path) -> Hint | Ignored | Quarantined:
    try:
        body = file.read_bytes()
    except OSError as error:
        return Quarantined(f"unreadable: {error.strerror}")
    if len(body) > LARGEST_KEPT_BYTES:
        return Quarantined("too_large")
    return connector.parse(
        Delivery(
            id=UUID(int=0),
            source="file",
            delivery_id="",
            headers={},
            body=body,
            sha256=sha256(body).hexdigest(),
            received_at=datetime.fromtimestamp(0, UTC),
        )
    )


def _describe(outcome: Hint | Ignored | Quarantined) -> dict[str, object]:
    match outcome:
        case Hint():
            return {
                "outcome": "hint",
                "tracker": outcome.tracker,
                "issue_id": outcome.issue_id,
                "key": outcome.key,
                "event": outcome.event,
                "changed": list(outcome.changed),
                "actor": outcome.actor,
                "at": outcome.at.isoformat() if outcome.at else None,
                "project": outcome.project,
                "deleted": outcome.deleted,
            }
        case Ignored():
            return {"outcome": "ignored", "reason": outcome.reason}
        case Quarantined():
            kept = {"issue_id": outcome.issue_id} if outcome.issue_id else {}
            return {"outcome": "quarantined", "reason": outcome.reason, **kept}
        case _:
            assert_never(outcome)
