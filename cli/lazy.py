"""Commands that are imported when they are asked for.

Checking a ruleset must not wait for the database's and the trackers' libraries, nor
``--help`` for those of all commands.
"""

from collections.abc import Mapping
from copy import copy
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup


class Later(NamedTuple):
    """The ``app`` of a module.

    Attributes:
        says: what its own help begins with.
    """

    module: str
    says: str


def lazy_group(later: Mapping[str, Later]) -> type[TyperGroup]:
    """A group that has further commands, by name."""

    class LazyGroup(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            return list(dict.fromkeys([*super().list_commands(ctx), *later]))

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            if cmd_name in self.commands or cmd_name not in later:
                return super().get_command(ctx, cmd_name)
            command = typer.main.get_command(import_module(later[cmd_name].module).app)
            command.name = cmd_name
            return command

        def format_help(self, ctx: Any, formatter: Any) -> None:
            listed = {
                name: TyperCommand(name, help=it.says) for name, it in later.items()
            }
            shown = copy(self)
            shown.commands = {**self.commands, **listed}
            super(LazyGroup, shown).format_help(ctx, formatter)

    return LazyGroup
