"""Files that people put into a description or a note: links to ``/uploads/``.

https://docs.gitlab.com/api/project_markdown_uploads/: a file is found by its secret and
its name; there is no list of the files of an issue.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from mimetypes import guess_type
from urllib.parse import quote, unquote

from connectors.gitlab.rest import project_path
from model.issues import Attachment, Person

_UPLOAD = re.compile(
    r"(?<![\w/])(?:/-/project/[0-9]+)?/uploads/([0-9a-f]{32})/([^\s()<>\[\]\"'`?#]{1,255})"
)
_FILE = re.compile(r"([0-9a-f]{32})/([^/\\]{1,255})")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text in which files may be linked; by whom, and when, as far as is known."""

    text: str
    author: Person | None = None
    written_at: datetime | None = None


def has_upload(text: str) -> bool:
    """Whether looking closer can bring anything; for most texts it cannot."""
    return "/uploads/" in text


def find_uploads(passages: Sequence[Passage]) -> tuple[Attachment, ...]:
    """Every file once, in the order in which the texts name them."""
    found = {one.tracker_id: one for one in reversed(list(_uploads(passages)))}
    return tuple(reversed(found.values()))


def _uploads(passages: Sequence[Passage]) -> Iterator[Attachment]:
    for passage in passages:
        for secret, quoted in _UPLOAD.findall(passage.text):
            name = unquote(quoted)
            if "/" in name or "\\" in name:
                continue
            yield Attachment(
                tracker_id=f"{secret}/{name}",
                name=name,
                mime_type=guess_type(name)[0] or "",
                author=passage.author,
                created_at=passage.written_at,
            )


def find_upload_path(project_id: int, attachment_id: str) -> str | None:
    """The route of a file's content; None when the id is none of ours."""
    found = _FILE.fullmatch(attachment_id)
    if found is None or found[2] in {".", ".."}:
        return None
    return f"{project_path(project_id)}/uploads/{found[1]}/{quote(found[2], safe='')}"
