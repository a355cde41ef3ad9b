"""The configuration: the only reader of TOML, the environment and secret files.

Three places, later ones winning: defaults, the TOML file, and the environment
(``REQPOOL_WEB__PORT=9000`` sets ``web.port``; lists are written as JSON). A secret
never stands in the file itself: the file says where it is, ``{ file = "…" }`` or
``{ env = "NAME" }``.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from app.config_problems import KeyPath, Places, plain_secrets, to_problems
from app.plugins import find_connector, unknown_kind
from connectors.base import SourceConfig
from connectors.http import check_address
from model.errors import ConfigError, Problem
from model.phrase import Phrase
from model.projects import Language

_PREFIX = "REQPOOL_"
_SOURCE_NAME = r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$"


def find_language() -> Language:
    """What the command line speaks: Chinese where the locale's messages are Chinese.

    The first of these that is set says it (POSIX.1-2024, chapter 8.2).
    """
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((found for name in names if (found := os.environ.get(name))), "")
    return Language.ZH if locale.casefold().startswith("zh") else Language.EN


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _loopback(host: str) -> str:
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise PydanticCustomError(
            "E_LOOPBACK",
            "the pages have no sign-in yet, so only this machine may reach them",
            {"hint": "use 127.0.0.1, and a reverse proxy for /webhooks/ alone"},
        )
    return host


def _postgresql(url: SecretStr) -> SecretStr:
    if urlsplit(url.get_secret_value()).scheme != "postgresql":
        raise PydanticCustomError(
            "E_TYPE",
            "not a PostgreSQL URL",
            {"hint": "write postgresql://user@host:5432/database"},
        )
    return url


def _web_address(url: str) -> str:
    return check_address(url).rstrip("/")


def _optional_address(url: str) -> str:
    return _web_address(url) if url else url


def _default_data_directory() -> Path:
    """Where the XDG base directory specification puts data; root has no home for it."""
    if os.geteuid() == 0:
        return Path("/var/lib/reqpool/postgres")
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "reqpool" / "postgres"


class DatabaseConfig(_Section):
    """Where the pool is kept.

    Attributes:
        url: of a PostgreSQL server, 15 or newer; None starts an embedded one.
        data_directory: of the embedded server.
        bin_directory: PostgreSQL's own programs to use instead of the wheel's.
        max_connections: of one process.
    """

    url: Annotated[SecretStr, AfterValidator(_postgresql)] | None = None
    data_directory: Path = Field(default_factory=_default_data_directory)
    bin_directory: Path | None = None
    max_connections: Annotated[int, Field(ge=2, le=200)] = 10


class WebConfig(_Section):
    """Where pages and webhooks are served.

    Attributes:
        public_url: as people and trackers reach it; for links and webhook addresses.
        inbox_limit: deliveries of one source that may wait; more are answered with 503.
    """

    host: Annotated[str, AfterValidator(_loopback)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    public_url: Annotated[str, AfterValidator(_web_address)] = ""
    inbox_limit: Annotated[int, Field(ge=1)] = 100_000

    def link(self, path: str) -> str:
        """The address of a page as others reach it; ``path`` begins with a slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.public_url or f'http://{host}:{self.port}'}{path}"


class WorkerConfig(_Section):
    """How much a worker does at the same time."""

    concurrency: Annotated[int, Field(ge=1, le=64)] = 4


class RetentionConfig(_Section):
    """For how many days something is kept after it was settled; 0 is for good.

    Attributes:
        body_days: the raw bodies of deliveries. What makes a delivery known when it
            comes again is always kept, and so is what is in quarantine.
        write_days: writes that another one of the same field came after.
    """

    body_days: Annotated[int, Field(ge=0, le=36_500)] = 30
    write_days: Annotated[int, Field(ge=0, le=36_500)] = 90


class MatchingConfig(_Section):
    """How clauses are found.

    Attributes:
        meaning: with the bundled sentence encoder (140 MB of memory a process), or by
            words and structured facts alone.
    """

    meaning: bool = True


class JudgeConfig(_Section):
    """A model that is asked about issues under review; off unless ``url`` is set.

    Attributes:
        url: of an endpoint with OpenAI's chat completions, up to and with ``/v1``. The
            title, description and module of issues and the contract's clauses go there.
        model: as the endpoint calls it.
        token: sent as a bearer token.
        timeout_seconds: for one answer.
    """

    url: Annotated[str, AfterValidator(_optional_address)] = ""
    model: str = ""
    token: SecretStr | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 60

    @model_validator(mode="after")
    def _name_the_model(self) -> "JudgeConfig":
        if self.url and not self.model:
            raise PydanticCustomError(
                "E_FIELD",
                "the judge has a url and no model",
                {
                    "hint": "write model as the endpoint calls it: it is kept with each opinion"
                },
            )
        return self


class LeakGuardConfig(_Section):
    """What the leak guard lets pass.

    Attributes:
        ordinary_words: names of clients that are words of the language, too, and are
            therefore not looked for in what leaves for the other clients.
    """

    ordinary_words: tuple[str, ...] = ()


class LogConfig(_Section):
    """What is logged, and how it is written."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class TelemetryConfig(_Section):
    """What is told to monitoring, besides the log.

    Attributes:
        worker_port: where ``reqpool worker`` answers ``/metrics`` on ``web.host``; None
            for nowhere. ``reqpool web`` and ``serve`` answer it beside the pages.
        traces_url: of an OpenTelemetry collector that takes OTLP over HTTP.
    """

    worker_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    traces_url: Annotated[str, AfterValidator(_optional_address)] = ""


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        hide_input_in_errors=True,
    )

    database: DatabaseConfig = Field(default_factory=DatabaseConfig)
    web: WebConfig = Field(default_factory=WebConfig)
    worker: WorkerConfig = Field(default_factory=WorkerConfig)
    retention: RetentionConfig = Field(default_factory=RetentionConfig)
    log: LogConfig = Field(default_factory=LogConfig)
    telemetry: TelemetryConfig = Field(default_factory=TelemetryConfig)
    matching: MatchingConfig = Field(default_factory=MatchingConfig)
    judge: JudgeConfig = Field(default_factory=JudgeConfig)
    leak_guard: LeakGuardConfig = Field(default_factory=LeakGuardConfig)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file; there is nothing else."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


@dataclass(frozen=True, slots=True)
class Config:
    """All of it, validated.

    Attributes:
        path: the file it came from; None when there was none.
        sources: by name, each an instance of its connector's ``Config``.
    """

    database: DatabaseConfig
    web: WebConfig
    worker: WorkerConfig
    log: LogConfig
    sources: Mapping[str, SourceConfig]
    path: Path | None = None
    matching: MatchingConfig = field(default_factory=MatchingConfig)
    judge: JudgeConfig = field(default_factory=JudgeConfig)
    telemetry: TelemetryConfig = field(default_factory=TelemetryConfig)
    leak_guard: LeakGuardConfig = field(default_factory=LeakGuardConfig)
    retention: RetentionConfig = field(default_factory=RetentionConfig)


def load_config(path: Path | None = None) -> Config:
    """Read the configuration.

    Args:
        path: the TOML file; None takes ``REQPOOL_CONFIG``, then ``config.toml`` here,
            then no file at all.

    Raises:
        ConfigError: every problem at once, each with its path, reason and hint.
    """
    path = path or _find_file()
    text, written = _load_toml(path) if path else ("", {})
    return _Reading(path, Places(path, text), written).finish()


class _Reading:
    """One reading of the configuration; collects problems until the end."""

    def __init__(
        self, path: Path | None, places: Places, written: dict[str, Any]
    ) -> None:
        self._path = path
        self._places = places
        self._written = written
        self._problems: dict[KeyPath, Problem] = {}

    def finish(self) -> Config:
        model = _settings_model(dict(self._source_models()))
        self._add_all(plain_secrets(model, self._written))
        self._add_all(_unknown_variables())
        settings = self._validate(model, self._resolve(self._written, ()))
        if self._problems or settings is None:
            raise ConfigError(list(self._problems.values()))
        sources = {
            name: section
            for name, section in settings.sources.items()
            if isinstance(section, SourceConfig)
        }
        return Config(
            settings.database,
            settings.web,
            settings.worker,
            settings.log,
            sources,
            self._path,
            settings.matching,
            settings.judge,
            settings.telemetry,
            settings.leak_guard,
            settings.retention,
        )

    def _add(self, path: KeyPath, problem: Problem) -> None:
        """Keep the first problem of a key: what follows from it would only confuse."""
        self._problems.setdefault(path, self._places.at(path, problem))

    def _add_all(self, found: Iterable[tuple[KeyPath, Problem]]) -> None:
        for path, problem in found:
            self._add(path, problem)

    def _source_models(self) -> Iterator[tuple[str, type[BaseModel]]]:
        """The model of each source, by its kind."""
        sections = self._written.get("sources", {})
        for name, section in sections.items() if isinstance(sections, dict) else ():
            if not re.fullmatch(_SOURCE_NAME, name):
                self._add(("sources", name), _bad_name(name))
            yield name, self._source_model(name, section)

    def _source_model(self, name: str, section: Any) -> type[BaseModel]:
        kind = section.get("kind") if isinstance(section, dict) else None
        if not isinstance(kind, str):
            return SourceConfig
        try:
            connector = find_connector(kind)
        except ConfigError as error:
            self._add(("sources", name, "kind"), error.problems[0])
            return _Anything
        if connector is None:
            self._add(("sources", name, "kind"), unknown_kind(kind))
            return _Anything
        return connector.Config

    def _validate(self, model: type[_Settings], values: dict[str, Any]) -> Any:
        try:
            return model(**values)
        except ValidationError as error:
            self._add_all(to_problems(error, model))
        except SettingsError as error:
            hint = "in environment variables, lists and maps are written as JSON"
            self._add(("environment",), Problem("E_TYPE", str(error), hint=hint))
        return None

    def _resolve(self, value: Any, path: KeyPath) -> Any:
        """Put secrets in the place of what refers to them."""
        match value:
            case {"file": str(name), **rest} if not rest:
                return self._read_secret(name, path)
            case {"env": str(name), **rest} if not rest:
                return self._get_variable(name, path)
            case dict():
                return {k: self._resolve(v, (*path, k)) for k, v in value.items()}
            case list():
                return [self._resolve(v, (*path, str(i))) for i, v in enumerate(value)]
            case _:
                return value

    def _read_secret(self, name: str, path: KeyPath) -> str:
        """Relative names are looked for beside the configuration file."""
        file = (self._path or Path()).parent / name
        try:
            secret = file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or Phrase("not text")
            told = Phrase("cannot read {file}: {reason}", file=file, reason=reason)
            return self._add_missing(path, told)
        return secret or self._add_missing(path, Phrase("{file} is empty", file=file))

    def _get_variable(self, name: str, path: KeyPath) -> str:
        unset = Phrase("the environment variable {name} is not set", name=name)
        return os.environ.get(name) or self._add_missing(path, unset)

    def _add_missing(self, path: KeyPath, reason: Phrase) -> str:
        message = Phrase("{name}: {reason}", name=".".join(path), reason=reason)
        self._add(path, Problem("E_SECRET", message, hint="put the secret there"))
        return ""


class _Anything(_Section):
    """Stands for a source whose kind is not known; nothing more is said about it."""

    model_config = ConfigDict(extra="allow")


def _settings_model(models: Mapping[str, type[BaseModel]]) -> type[_Settings]:
    """The whole's model, with a typed section for each source that the file names."""
    fields: dict[str, Any] = {
        f"source_{index}": (model, Field(alias=name))
        for index, (name, model) in enumerate(models.items())
    }
    sources = create_model("Sources", __base__=_Sources, **fields)
    default = ... if models else sources()
    return create_model("Settings", __base__=_Settings, sources=(sources, default))


class _Sources(_Section):
    def items(self) -> Iterator[tuple[str, Any]]:
        """Each source's name and section."""
        for name, info in type(self).model_fields.items():
            yield str(info.alias), getattr(self, name)


def _bad_name(name: str) -> Problem:
    hint = "use lower-case letters, digits and hyphens: it is part of web addresses"
    said = Phrase("sources.{name}: not a name for a source", name=name)
    return Problem("E_NAME", said, hint=hint)


def _unknown_variables() -> Iterator[tuple[KeyPath, Problem]]:
    """Find variables of ours that set nothing: most likely misspelt."""
    sections = [*_Settings.model_fields, "sources"]
    for name in os.environ:
        section = name.removeprefix(_PREFIX).partition("__")[0].lower()
        if name.startswith(_PREFIX) and section not in {*sections, "config"}:
            known = ", ".join(f"{_PREFIX}{known.upper()}__…" for known in sections)
            said = Phrase("{name}: there is no such setting", name=name)
            hint = Phrase("known are {names}", names=known)
            yield (name,), Problem("E_FIELD", said, hint=hint)


def _find_file() -> Path | None:
    named = os.environ.get(f"{_PREFIX}CONFIG")
    if named:
        return Path(named)
    here = Path("config.toml")
    return here if here.exists() else None


def _load_toml(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        hint = "name another file with --config or REQPOOL_CONFIG"
        reason = Phrase(
            "cannot read {file}: {reason}", file=path, reason=error.strerror
        )
        raise ConfigError([Problem("E_FILE", reason, hint=hint)]) from None
    except UnicodeDecodeError:
        problem = Problem("E_TOML", "not UTF-8", file=str(path), hint="save as UTF-8")
        raise ConfigError([problem]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax_problem(path, str(error))]) from None


def _syntax_problem(path: Path, message: str) -> Problem:
    place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if place is None:
        said = Phrase("not TOML: {said}", said=message)
        return Problem("E_TOML", said, file=str(path), hint="see https://toml.io")
    return Problem(
        "E_TOML",
        Phrase("not TOML: {said}", said=message[: place.start()]),
        file=str(path),
        line=int(place[1]),
        column=int(place[2]),
        hint="see https://toml.io",
    )
