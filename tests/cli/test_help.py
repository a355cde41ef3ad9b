"""Every command explains itself."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from cli.main import app


def walk(
    command: Any, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not hasattr(command, "list_commands"):
        yield words, command
        return
    context = typer.Context(command)
    for name in command.list_commands(context):
        yield from walk(command.get_command(context, name), (*words, name))


COMMANDS = dict(walk(typer.main.get_command(app)))


def test_there_is_a_command_for_everything_an_operator_does() -> None:
    expected = {"serve", "web", "worker", "check", "status", "backfill", "apply"}
    assert expected <= {words[0] for words in COMMANDS}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_command_says_what_it_does_and_shows_an_example(
    words: tuple[str, ...],
) -> None:
    said = COMMANDS[words].help
    assert f"reqpool {' '.join(words)}" in said
    assert "Example" in said


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_option_says_what_it_is(words: tuple[str, ...]) -> None:
    silent = [each.name for each in COMMANDS[words].params if not each.help]
    assert silent == []
