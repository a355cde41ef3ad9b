"""Where our pages give out the files of issues."""

from collections.abc import Mapping
from urllib.parse import quote
from uuid import UUID

from model.issues import Attachment, IssueSnapshot


def file_address(file: Attachment, issue: UUID) -> str:
    """Where :mod:`web.file_page` answers."""
    return f"/attachments/{issue}/{quote(file.tracker_id)}"


def files_of(snapshot: IssueSnapshot, issue: UUID) -> Mapping[str, str]:
    """Our addresses of an issue's files, by what its texts call them.

    Jira's texts name a file, GitLab's link to ``/uploads/<secret>/<file name>``.
    """
    return {
        name: file_address(file, issue)
        for file in snapshot.attachments
        for name in (file.name, f"/uploads/{file.tracker_id}")
    }
