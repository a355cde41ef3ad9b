"""Commands that are imported when they are asked for.

Checking a ruleset must not wait for the database's and the trackers' libraries.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup


def lazy_group(modules: Mapping[str, str]) -> type[TyperGroup]:
    """A group whose further commands are the ``app`` of each module, by name."""

    class LazyGroup(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            return [*super().list_commands(ctx), *modules]

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            if cmd_name not in modules:
                return super().get_command(ctx, cmd_name)
            command = typer.main.get_command(import_module(modules[cmd_name]).app)
            command.name = cmd_name
            return command

    return LazyGroup
