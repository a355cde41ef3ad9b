"""Every secret of the configuration, for the leak guard."""

from collections.abc import Collection, Iterator, Mapping
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, SecretStr

from connectors.base import SourceConfig
from connectors.http import LeakGuard
from model.canaries import Canary, CanaryKind


def build_guard(
    sources: Mapping[str, SourceConfig],
    *others: object,
    ordinary_words: Collection[str] = (),
) -> LeakGuard:
    """The leak guard of one process.

    A source's credentials are allowed where its requests sign in; its webhook secrets
    are not allowed anywhere.

    Args:
        sources: by name.
        others: sections of the configuration that hold secrets, too.
        ordinary_words: see :class:`app.config.LeakGuardConfig`.
    """
    credentials = {name: _credentials(source) for name, source in sources.items()}
    secrets = frozenset(_find([*sources.values(), *others]))
    return LeakGuard(secrets, credentials, ordinary_words)


def _credentials(source: SourceConfig) -> frozenset[str]:
    values = {
        name: getattr(source, name)
        for name in type(source).model_fields
        if name != "webhook_secrets"
    }
    return frozenset(_find(values))


def _find(value: object) -> Iterator[str]:
    """Every secret within; short ones would be found by chance."""
    match value:
        case SecretStr():
            parts = _parts(value.get_secret_value())
            yield from (it for it in parts if Canary(CanaryKind.SECRET, it).is_telling)
        case BaseModel():
            yield from _find(
                [getattr(value, name) for name in type(value).model_fields]
            )
        case Mapping():
            yield from _find(list(value.values()))
        case list() | tuple() | set() | frozenset():
            for item in value:
                yield from _find(item)
        case _:
            return


def _parts(secret: str) -> Iterator[str]:
    """A database's URL is as secret as the password in it."""
    yield secret
    password = urlsplit(secret).password if "://" in secret else None
    if password:
        yield unquote(password)
