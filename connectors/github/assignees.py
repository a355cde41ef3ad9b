"""Who can be given an issue: https://docs.github.com/en/rest/issues/assignees."""

from urllib.parse import quote

from connectors.github.rest import Rest
from model.errors import PermanentError


class Assignees:
    """Looks accounts up for one source."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def get_login(self, repository: int, account: str) -> str:
        """The login of an account, a login or an id, that can have issues.

        Raises:
            PermanentError: ``person_not_assignable``.
        """
        login = account.removeprefix("@")
        try:
            if account.isdecimal():
                login = str(self._rest.get_row(f"/user/{account}")["login"])
            path = f"/repositories/{repository}/assignees/{quote(login, safe='')}"
            self._rest.ask("GET", path)
        except PermanentError as error:
            if error.code != "not_found":
                raise
            params = {**error.params, "account": account}
            raise PermanentError("person_not_assignable", params) from error
        return login
