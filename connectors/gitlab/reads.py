"""Direct reads: projects, issues with their notes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.gitlab.feed import EVERY_ISSUE
from connectors.gitlab.mapping import IssuePlace, IssueReader, Relations
from connectors.gitlab.rest import (
    PER_PAGE,
    Json,
    Rest,
    find_moved_project,
    group_path,
    is_project_missing,
    project_path,
    unreachable,
)
from connectors.gitlab.rows import parse_issues
from connectors.places import Places
from model.errors import PermanentError
from model.issues import IssueSnapshot

_COMMENTS: Mapping[str, str] = {"activity_filter": "only_comments", "sort": "asc"}


class Projects(Places):
    """The configured projects by their ids, which survive renames."""

    def __init__(
        self, rest: Rest, configured: Sequence[int | str], group: int | str = ""
    ) -> None:
        super().__init__(configured)
        self._rest = rest
        self._group = group
        self._of_group: list[int | str] = []
        self._names: dict[int, str] = {}

    def get_places(self) -> Sequence[int | str]:
        """Those of the group are read once, and again by :meth:`renew`.

        Raises:
            PermanentError: ``project_unreachable``, for the group.
        """
        if self._group and not self._of_group:
            self.renew()
        return self._of_group or self._configured

    def renew(self) -> None:
        """See which projects the group has now; others than its own are left out.

        https://docs.gitlab.com/api/groups/#list-projects
        """
        if not self._group:
            return
        query = {"include_subgroups": "true", "with_shared": "false"}
        try:
            rows = self._rest.get_all(f"{group_path(self._group)}/projects", query)
        except PermanentError as error:
            if error.code != "not_found":
                raise
            raise unreachable(self._group, error) from error
        self._of_group = [str(row["path_with_namespace"]) for row in rows]
        self._ids = {str(row["path_with_namespace"]): int(row["id"]) for row in rows}
        self._names |= {identity: path for path, identity in self._ids.items()}

    def get_name(self, project_id: int) -> str:
        """The path that a project had when it was last seen, else its number."""
        return self._names.get(project_id, str(project_id))

    def get_row(self, place: int | str) -> Json:
        """A project as GitLab shows it, also when it was renamed meanwhile.

        Raises:
            PermanentError: ``project_unreachable``.
        """
        try:
            return self._get_row(project_path(place))
        except PermanentError as error:
            if not is_project_missing(error):
                raise
            raise unreachable(place, error) from error

    def _get_row(self, path: str) -> Json:
        try:
            return self._rest.get_row(path)
        except PermanentError as error:
            moved = find_moved_project(error)
            if moved is None:
                raise
            return self._rest.get_row(moved)


class IssueReads:
    """Reads issues whole. Blocking; meant for threads."""

    def __init__(self, rest: Rest, reader: IssueReader) -> None:
        self._rest = rest
        self._reader = reader

    def fetch_rows(self, places: Iterable[IssuePlace]) -> Iterator[Json]:
        """Yield issues, up to 100 with one request.

        Lists may come from a replica that lags: one that is not among them has to be
        asked for with :meth:`find_row` before it is called missing.

        Raises:
            PermanentError: ``project_unreachable``, which says nothing of its issues.
        """
        iids: dict[int, list[int]] = defaultdict(list)
        for place in sorted(set(places)):
            iids[place.project_id].append(place.iid)
        for project_id, wanted in iids.items():
            for start in range(0, len(wanted), PER_PAGE):
                yield from self._fetch_batch(
                    project_id, wanted[start : start + PER_PAGE]
                )

    def _fetch_batch(self, project_id: int, iids: Sequence[int]) -> list[Json]:
        path = f"{project_path(project_id)}/issues"
        try:
            asked = {**EVERY_ISSUE, "iids[]": iids}
            return self._rest.get_page(path, asked, parse_issues).rows
        except PermanentError as error:
            if not is_project_missing(error):
                raise
            raise unreachable(project_id, error) from error

    def find_row(self, place: IssuePlace) -> Json | None:
        """One issue; None when GitLab says that there is none for us.

        Raises:
            PermanentError: ``project_unreachable``.
        """
        try:
            path = f"{project_path(place.project_id)}/issues/{place.iid}"
            return self._rest.get_row(path)
        except PermanentError as error:
            if is_project_missing(error):
                raise unreachable(place.project_id, error) from error
            if error.code != "not_found":
                raise
            return None

    def read_all(
        self,
        rows: Iterable[Json],
        notes: Mapping[IssuePlace, Sequence[Json]],
        relations: Mapping[IssuePlace, Relations],
    ) -> list[IssueSnapshot]:
        """Issues with their notes and relations; one that is not there has none."""
        return [
            self._reader.read(row, notes.get(place, ()), relations.get(place))
            for row, place in ((row, IssuePlace.of(row)) for row in rows)
        ]

    def fetch_file(self, path: str) -> bytes:
        """The content of a file, whole."""
        return self._rest.get_file(path)

    def fetch_notes(self, row: Json) -> list[Json]:
        """The notes of an issue, oldest first."""
        place = IssuePlace.of(row)
        path = f"{project_path(place.project_id)}/issues/{place.iid}/notes"
        try:
            return self._rest.get_all(path, _COMMENTS)
        except PermanentError as error:
            if error.code != "not_found" or is_project_missing(error):
                raise
            # Moved or deleted since it was listed; the next read will show it.
            return []


def has_notes(row: Json) -> bool:
    """Whether asking for its notes can bring anything."""
    return row.get("user_notes_count") != 0
