"""Labels as their projects spell them: GitLab would make ``Review`` beside ``review``.

https://docs.gitlab.com/api/labels/#list-all-labels
"""

from collections.abc import Iterable

from connectors.fresh import Fresh
from connectors.gitlab.rest import Rest, project_path
from model.clock import Clock


class Spelling:
    """Asks a project; what it has exactly so is not asked for again within a minute.

    All issues are given the same few labels. May be shared by threads.
    """

    def __init__(self, rest: Rest, clock: Clock) -> None:
        self._rest = rest
        self._seen = Fresh[tuple[int, str], str](clock)

    def spell(self, project_id: int, names: Iterable[str]) -> set[str]:
        """Names as the project has them; what it does not have stays as it is."""
        return {self._spell_one(project_id, name) for name in sorted(names)}

    def _spell_one(self, project_id: int, name: str) -> str:
        if self._seen.find((project_id, name)):
            return name
        found = self._rest.get_all(
            f"{project_path(project_id)}/labels", {"search": name}
        )
        names = [str(row["name"]) for row in found]
        if name in names:
            self._seen.keep((project_id, name), name)
            return name
        return next((one for one in names if one.casefold() == name.casefold()), name)
