"""What must not leave for a client's tracker: the words that the leak scan looks for."""

import re
from dataclasses import dataclass, field
from enum import StrEnum


class CanaryKind(StrEnum):
    """Whose words they are; this much may be told of a canary that was found."""

    SECRET = "secret"  # noqa: S105 - a kind, not a secret
    CLIENT_NAME = "client_name"
    NOTE = "note"
    FOREIGN_ISSUE = "foreign_issue"


@dataclass(frozen=True, slots=True)
class Canary:
    """A text that must not leave; it is never printed.

    Attributes:
        kind: of what it is.
        text: as it stands where it belongs.
    """

    kind: CanaryKind
    text: str = field(repr=False)

    @property
    def is_telling(self) -> bool:
        """Whether it is long enough never to stand in another text by chance."""
        shortest, shortest_wide = _SHORTEST[self.kind]
        wide = any(char >= FIRST_WIDE for char in self.text)
        return len(self.text.strip()) >= (shortest_wide if wide else shortest)


FIRST_WIDE = "\u2e80"
"""From here on a character is a word rather than a letter (CJK radicals and later)."""

_SHORTEST = {
    CanaryKind.SECRET: (8, 8),
    CanaryKind.CLIENT_NAME: (4, 3),
    CanaryKind.NOTE: (16, 8),
    CanaryKind.FOREIGN_ISSUE: (16, 8),
}
"""The least number of characters: of letters, and where some are Chinese."""

_LEGAL_FORM = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|公司"
    r"|[\s,]+(?:GmbH|AG|SE|KG|Ltd|Limited|LLC|Inc|Corp|PLC|B\.V|S\.A|Pte)\.?)+$",
    re.IGNORECASE,
)


def names_of(client: str) -> tuple[str, ...]:
    """What a client is called: as it is registered, and without its legal form."""
    return tuple(dict.fromkeys((client, _LEGAL_FORM.sub("", client))))
