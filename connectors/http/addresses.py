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
    if not _is_of_the_web(address):
        raise PydanticCustomError(
            "E_TYPE", "not a web address", {"hint": "write https://reqpool.example.com"}
        )
    if "@" in urlsplit(address).netloc:
        raise PydanticCustomError(
            "E_SECRET",
            "a user name or password in an address",
            {"hint": "leave it out: addresses are shown on pages and in the log"},
        )
    return address


def _is_of_the_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port that cannot be
        return False
    is_plain = address.isprintable() and " " not in address
    return parts.scheme in {"http", "https"} and is_whole and is_plain


WebAddress = Annotated[str, AfterValidator(check_address)]
"""``https://host:port/path``; whoever may see it may not sign in with it."""
