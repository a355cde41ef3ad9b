"""What is read of an issue's row.

https://docs.gitlab.com/api/issues/: a row has some seventy fields, its people pictures
and addresses, and no parameter leaves any out. Whoever reads another one names it here.
"""

from connectors.shapes import list_of, parse_as, shape

_PERSON = shape("id", "name", "username")

parse_issues = parse_as(
    list_of(
        shape(
            "id",
            "iid",
            "project_id",
            "title",
            "description",
            "state",
            "issue_type",
            "created_at",
            "updated_at",
            "due_date",
            "labels",
            "weight",
            "confidential",
            "user_notes_count",
            "moved_to_id",
            "web_url",
            references=shape("full"),
            milestone=shape("title"),
            iteration=shape("title", "start_date", "due_date"),
            time_stats=shape("time_estimate", "total_time_spent"),
            author=_PERSON,
            assignees=list_of(_PERSON),
        )
    )
)
"""Reads a page of issues."""
