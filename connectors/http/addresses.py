"""Addresses that people configure."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError


def check_address(address: str) -> str:
    """Return it if it is one of the web, and holds no secret.

    Raises:
        PydanticCustomError: what is wrong with it.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PydanticCustomError(
            "E_TYPE", "not a web address", {"hint": "write https://reqpool.example.com"}
        )
    if "@" in parts.netloc:
        raise PydanticCustomError(
            "E_SECRET",
            "a user name or password in an address",
            {"hint": "leave it out: addresses are shown on pages and in the log"},
        )
    return address


WebAddress = Annotated[str, AfterValidator(check_address)]
"""``https://host:port/path``; whoever may see it may not sign in with it."""
