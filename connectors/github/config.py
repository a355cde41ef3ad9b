"""What a ``[sources.NAME]`` section of kind ``github`` holds."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, SecretStr, field_validator

from connectors.http import WebAddress
from connectors.label_fields import check_names
from connectors.labels import LabelledConfig
from model.decisions import Decided
from model.deliveries import Hint

_FULL_NAME = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+", re.ASCII)


class GitHubConfig(LabelledConfig):
    """Repositories of one client.

    Attributes:
        base_url: of the API; an Enterprise Server's is ``https://HOST/api/v3``.
        repositories: ``owner/name``, or numeric ids; ids survive renames.
        token: a personal access token that may write issues (fine-grained: Issues
            read and write, Webhooks too; classic: the scope ``repo``).
        page_size: issues that a page of a list holds; GitHub gives 100 at most.
    """

    base_url: WebAddress = "https://api.github.com"
    repositories: Annotated[tuple[int | str, ...], Field(min_length=1)]
    token: SecretStr
    page_size: Annotated[int, Field(gt=0, le=100)] = 100

    def covers(self, hint: Hint) -> bool:
        """Whether the issue's place is one of ours, as far as the hint tells."""
        ours = {str(one).casefold() for one in self.repositories}
        told = {hint.project.casefold(), hint.issue_id.partition("#")[0]}
        return not hint.project or bool(ours & told)

    @field_validator("write_fields")
    @classmethod
    def _fields_have_a_place(
        cls, fields: Mapping[str, Decided]
    ) -> Mapping[str, Decided]:
        check_names(fields)
        return fields

    @field_validator("repositories")
    @classmethod
    def _names_are_full(cls, named: tuple[int | str, ...]) -> tuple[int | str, ...]:
        for one in named:
            if isinstance(one, str) and not _FULL_NAME.fullmatch(one):
                message = "a repository is owner/name, or a numeric id"
                raise ValueError(message)
        return named
