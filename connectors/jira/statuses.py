"""Which statuses a configured word means: found once by name, compared by id after that.

Names are the workflow's, several statuses may share one, and Jira translates them into
the account's language; ids stay. Documentation: ``GET /rest/api/2/status``, which names
each in the account's language, and on Cloud also as its administrator wrote it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from connectors.jira.mapping import category_of
from connectors.jira.people import Json
from connectors.jira.site import QuietJira
from model.issues import StatusCategory


@dataclass(frozen=True, slots=True)
class Goal:
    """Where an issue is to go.

    Attributes:
        word: as the configuration has it.
        ids: of the statuses meant; empty for any status of the category.
        category: what they come down to.
    """

    word: str
    ids: frozenset[str]
    category: StatusCategory

    def is_met(self, status: Json) -> bool:
        """Whether a status is one of those meant."""
        if self.ids:
            return str(status["id"]) in self.ids
        return category_of(status) is self.category


@dataclass(slots=True)
class Statuses:
    """What the configured words of one site were found to mean."""

    goals: dict[str, Goal] = field(default_factory=dict)

    def find(self, wanted: str, jira: QuietJira) -> Goal | None:
        """What a word means; the site is asked once."""
        found = self.goals.get(wanted) or find_goal(wanted, jira.get("status"))
        if found:
            self.goals[wanted] = found
        return found

    def forget(self, wanted: str) -> None:
        """It led nowhere: the next time the site is asked anew."""
        self.goals.pop(wanted, None)


def find_goal(wanted: str, statuses: Iterable[Json]) -> Goal | None:
    """By name, translated or not; else by id; else any status of a category.

    Args:
        wanted: such as ``Scheduled``, ``10102``, ``in_progress``.
        statuses: as the site lists them.
    """
    word = wanted.strip().casefold()
    every = list(statuses)
    meant = [one for one in every if word in _names(one)]
    meant = meant or [one for one in every if str(one["id"]) == word]
    if meant:
        ids = frozenset(str(one["id"]) for one in meant)
        return Goal(wanted, ids, category_of(meant[0]))
    if word in {*StatusCategory}:
        return Goal(wanted, frozenset(), StatusCategory(word))
    return None


def _names(status: Json) -> Sequence[str]:
    told = (status["name"], status.get("untranslatedName") or "")
    return [str(name).strip().casefold() for name in told if name]
