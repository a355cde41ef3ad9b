"""``reqpool``: the words for operators."""

import signal
import sys

import typer

from cli.lazy import Later, lazy_group
from cli.show import exit_code_of, print_error
from model.errors import ReqpoolError

COMMANDS = {
    "demo": Later(
        "cli.demo.command",
        "Start three clients' trackers and the service, filled; Ctrl-C ends everything.",
    ),
    "serve": Later("cli.serve", "Serve pages and webhooks and work, in one process."),
    "web": Later("cli.web", "Serve pages and webhooks; any number of these may run."),
    "worker": Later(
        "cli.worker", "Mirror, decide and write back; any number of these may run."
    ),
    "check": Later(
        "cli.check",
        "Check configuration, database, rules, and what each tracker lets us do.",
    ),
    "status": Later(
        "cli.status",
        "Show when each source was last heard of, what waits, and what needs a person.",
    ),
    "backfill": Later(
        "cli.backfill",
        "Read all issues of a source into the pool; an interrupted one goes on.",
    ),
    "raise": Later(
        "cli.raise_issue",
        "Make an issue in a source, once; it belongs to the requirement.",
    ),
    "pause": Later(
        "cli.pause", "Neither poll nor read nor write a source, until it is resumed."
    ),
    "resume": Later(
        "cli.resume",
        "End a source's pause, or confirm the mass change that it waits with.",
    ),
    "reconcile": Later(
        "cli.reconcile",
        "Compare every field, comment and link, and our labels and comment, with a tracker.",
    ),
    "outbox": Later("cli.outbox", "Look at what is to be written to the trackers."),
    "deadletters": Later("cli.deadletters", "Look at writes that were given up."),
    "quarantine": Later(
        "cli.quarantine", "Look at deliveries that were not understood."
    ),
    "apply": Later(
        "cli.apply",
        "Bring the pool's clients, contracts, projects and releases to what a file says.",
    ),
    "rules": Later("cli.rules", "Check, try, explain and activate rulesets."),
    "contract": Later(
        "cli.contract", "Import contracts, and match requests with them."
    ),
    "webhooks": Later(
        "cli.webhooks", "Have trackers deliver, and look at what they deliver."
    ),
    "audit": Later("cli.audit", "Read the audit."),
    "db": Later("cli.database", "Keep the database."),
}

app = typer.Typer(
    cls=lazy_group(COMMANDS), no_args_is_help=True, pretty_exceptions_enable=False
)


_READER_LEFT = 128 + signal.SIGPIPE


@app.callback()
def reqpool() -> None:
    """One requirement pool over all clients' Jira, GitLab and GitHub trackers."""


def main() -> None:
    """Run a command; what goes wrong is a sentence, never a traceback.

    Whoever reads the output may have seen enough (``| head``). Click and Rich call that
    failed; here it ends as it does for any other command, of SIGPIPE.
    """
    try:
        app()
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):
            sys.exit(_READER_LEFT)
        raise
    except ReqpoolError as error:
        print_error(error)
        sys.exit(exit_code_of(error))


if __name__ == "__main__":
    main()
