"""Every command explains itself."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

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


GROUPS = [(), *dict.fromkeys(words[:-1] for words in COMMANDS if len(words) > 1)]


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


@pytest.mark.parametrize("words", GROUPS, ids=" ".join)
def test_a_list_of_commands_tells_what_each_tells_of_itself(
    words: tuple[str, ...],
) -> None:
    told = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"}).stdout
    group: Any = typer.main.get_command(app)
    for word in words:
        group = group.get_command(typer.Context(group), word)
    context = typer.Context(group)
    for name in group.list_commands(context):
        said, _, _ = group.get_command(context, name).help.strip().partition("\n\n")
        assert " ".join(said.split()) in told


def test_a_list_of_commands_waits_for_no_library_of_theirs() -> None:
    look = (
        "import sys; from typer.testing import CliRunner; from cli.main import app;"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0;"
        "print({'psycopg', 'pydantic', 'requests', 'sqlalchemy'} & {*sys.modules})"
    )
    found = subprocess.run(
        [sys.executable, "-c", look], check=True, capture_output=True, text=True
    )
    assert found.stdout == "set()\n"
