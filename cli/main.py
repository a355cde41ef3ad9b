"""``reqpool``: the words for operators."""

import signal
import sys

import typer

from cli.lazy import lazy_group
from cli.show import exit_code_of, print_error
from model.errors import ReqpoolError

COMMANDS = {
    "demo": "cli.demo.command",
    "serve": "cli.serve",
    "web": "cli.web",
    "worker": "cli.worker",
    "check": "cli.check",
    "status": "cli.status",
    "backfill": "cli.backfill",
    "raise": "cli.raise_issue",
    "pause": "cli.pause",
    "resume": "cli.resume",
    "reconcile": "cli.reconcile",
    "outbox": "cli.outbox",
    "deadletters": "cli.deadletters",
    "quarantine": "cli.quarantine",
    "apply": "cli.apply",
    "rules": "cli.rules",
    "contract": "cli.contract",
    "webhooks": "cli.webhooks",
    "audit": "cli.audit",
    "db": "cli.database",
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
