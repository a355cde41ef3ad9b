"""The content of attachments.

Cloud: ``GET /rest/api/2/attachment/content/{id}`` leads to another host unless it is
told not to redirect. Data Center: the address in ``content`` of
``GET /rest/api/2/attachment/{id}``; the door refuses one of another origin.
"""

from connectors.jira.site import QuietJira, segment


def fetch_file(file: str, jira: QuietJira, *, is_cloud: bool) -> bytes:
    """The content of one attachment.

    Raises:
        PermanentError: ``not_found``, ``foreign_origin``, ``answer_too_large`` …
    """
    if is_cloud:
        return jira.get_file(f"attachment/content/{segment(file)}", redirect="false")
    told = jira.get(f"attachment/{segment(file)}")
    return jira.get_file(str(told["content"]))
