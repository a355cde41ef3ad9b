"""A PostgreSQL server of our own, for when no ``database.url`` is set.

It listens on a Unix socket only, in a folder that nobody but its user may enter, and
the kernel says who is at the other end (``peer``), so there is no password to keep.
One process starts it, others attach, the last one out stops it; whoever comes after a
``kill -9`` finds it running, or starts it again.

Everything of a server lies in one folder::

    <data_directory>/
        data/        the cluster, owned by the server's user
        run/         its socket and log
        turn.lock    held while somebody starts or stops the server
        users.lock   shared by everybody who uses it
        hba.conf, ident.conf
"""

import asyncio
import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO
from urllib.parse import quote

import psycopg

from pool.postgres_binaries import Binaries, find_binaries, own, refuse

ROLE = "reqpool"
"""The superuser, and the name of the database."""

_LONGEST_SOCKET_PATH = 103
"""``sun_path`` holds 104 bytes on macOS and 108 on Linux, the closing NUL included."""

_SHORT = Path("/tmp")  # noqa: S108 - short, the same for all; own() refuses a planted one

_OURS = {"data", "data.unfinished", "run", "turn.lock", "users.lock"} | {
    "hba.conf",
    "ident.conf",
}
_LOG_LIMIT_BYTES = 10_000_000
_START_TRIES = 60
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "dynamic_shared_memory_type": "mmap",
    "autovacuum_naptime": "5s",
}
"""A container's ``/dev/shm`` is often too small, hence the shared memory in files. A pool
that has just begun grows a hundredfold in a minute: until there are statistics of it, plans
that were made for a few rows read all of them."""


@dataclass
class EmbeddedServer:
    """Use the server of a data directory for as long as a ``with`` block lasts.

    ``with EmbeddedServer(path) as url`` and ``async with`` give a libpq URL that any
    process of ours may use while the block is open.

    Args:
        data_directory: made when missing; otherwise empty or a server's already.
        bin_directory: where ``postgres`` lies; None takes the installed wheel's.
        settings: of ``postgresql.conf``, on top of ours, such as ``fsync: off``.
    """

    data_directory: Path
    bin_directory: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    _users: IO[bytes] | None = field(default=None, init=False, repr=False)

    def __enter__(self) -> str:
        """Start the server, or attach to the one that runs.

        Raises:
            ConfigError: it cannot be started here; the hint says what to do.
        """
        binaries = find_binaries(self.bin_directory)
        home = _Home(self.data_directory.expanduser().resolve(), binaries)
        home.prepare()
        with _turn(home.path):
            users = _open_lock(home.path / "users.lock")
            try:
                if not home.answers():
                    home.start({**_SETTINGS, **self.settings}, alone=_alone(users))
                home.create_database()
                fcntl.flock(users, fcntl.LOCK_SH)
            except BaseException:
                users.close()
                raise
        self._users, self._home = users, home
        return home.url(ROLE)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server when nobody else uses it."""
        users, self._users = self._users, None
        if users is None:
            return
        with _turn(self._home.path), users:
            if _alone(users):
                self._home.stop()

    async def __aenter__(self) -> str:
        """As ``with``, without blocking the event loop."""
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """As ``with``, without blocking the event loop."""
        await asyncio.to_thread(self.__exit__, kind, error, trace)


def embedded_server(
    data_directory: Path,
    bin_directory: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> EmbeddedServer:
    """Use the server of a data directory: see :class:`EmbeddedServer`."""
    return EmbeddedServer(data_directory, bin_directory, settings or {})


@contextmanager
def _turn(home: Path) -> Iterator[None]:
    """Only one process starts or stops the server at a time."""
    with _open_lock(home / "turn.lock") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _open_lock(path: Path) -> IO[bytes]:
    """Open for ourselves only: whoever may read a file may lock it."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "rb")


def _alone(users: IO[bytes]) -> bool:
    """Whether no other process uses the server; the lock is exclusive then."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Home:
    """The folder of one server, and the programs that work on it."""

    path: Path
    binaries: Binaries

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def run(self) -> Path:
        """The socket's folder: a short one elsewhere when the path is too long."""
        here = self.path / "run"
        if len(os.fsencode(here / ".s.PGSQL.5432")) <= _LONGEST_SOCKET_PATH:
            return here
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return _SHORT / f"reqpool-{digest}"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    def url(self, database: str) -> str:
        return f"postgresql://{ROLE}@/{database}?host={quote(str(self.run), safe='')}"

    def prepare(self) -> None:
        """Make the folder, and the cluster in it when there is none."""
        self._make()
        with _turn(self.path):
            self._own()
            self._write_access()
            if self.data.exists():
                self._check_version()
            else:
                self._initialise()

    def _make(self) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            strangers = {entry.name for entry in self.path.iterdir()} - _OURS
        except OSError as error:
            refuse(
                f"cannot use the data directory: {error}", "set database.data_directory"
            )
        if strangers:
            refuse(
                f"{self.path} holds something else: {min(strangers)}",
                "set database.data_directory to an empty folder, or a new one",
            )
        if self.binaries.user.is_other:
            self.path.chmod(0o711)  # the server's user passes through, and sees nothing

    def _own(self) -> None:
        user = self.binaries.user
        own(self.run, user)
        if self.data.exists() and self.data.stat().st_uid != user.uid:
            refuse(
                f"{self.data} belongs to user {_name(self.data.stat().st_uid)}",
                f"run reqpool as that user, or give the folder to {user.name}",
            )
        self._check_reachable()

    def _check_reachable(self) -> None:
        """Walk the way to the folder as the server's user would."""
        for folder in self.path.parents:
            way = folder.stat()
            mine = way.st_uid == self.binaries.user.uid
            if self.binaries.user.is_other and not mine and not way.st_mode & 0o001:
                refuse(
                    f"user {self.binaries.user.name} cannot pass through {folder}",
                    "set database.data_directory to a folder such as /var/lib/reqpool",
                )

    def _write_access(self) -> None:
        """Let our own operating system user in, as any role, and nobody else."""
        me = f'"{_name(os.geteuid())}"'
        hba = "local all all peer map=reqpool\n"
        ident = f"reqpool {me} {ROLE}\nreqpool {me} all\n"
        for name, text in (("hba.conf", hba), ("ident.conf", ident)):
            path = self.path / name
            if not path.exists() or path.read_text() != text:
                path.write_text(text)
            path.chmod(0o644)

    def _check_version(self) -> None:
        theirs = int((self.data / "PG_VERSION").read_text())
        if theirs != self.binaries.major:
            refuse(
                f"{self.data} was made by PostgreSQL {theirs},"
                f" and this is PostgreSQL {self.binaries.major}",
                "dump with the old version and restore with the new one:"
                " docs/how-to/upgrade-embedded-postgresql.md",
            )

    def _initialise(self) -> None:
        """Make the cluster beside its place: a kill in the middle leaves no half one."""
        unfinished = self.path / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        own(unfinished, self.binaries.user)
        builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        made = self.binaries.run(
            "initdb",
            f"--pgdata={unfinished}",
            f"--username={ROLE}",
            "--auth=peer",
            "--encoding=UTF8",
            "--no-locale",
            "--no-instructions",
            *(builtin if self.binaries.major >= 17 else ()),  # noqa: PLR2004 - its first
        )
        if made.returncode:
            text = made.stdout.decode(errors="replace")
            refuse(f"initdb failed: {text.strip()}", "set database.url")
        unfinished.rename(self.data)

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self) -> None:
        """Make our database, unless it is there."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(query, [ROLE]).fetchone() is None:
                connection.execute(f"CREATE DATABASE {ROLE}")

    def start(self, settings: Mapping[str, str], *, alone: bool) -> None:
        """Start the server and wait until it answers.

        Another one may be shutting down, or recovering after its owner was killed:
        therefore the repeated look.
        """
        for _ in range(_START_TRIES):
            self._forget_stale_pid(alone=alone)
            self._rotate_log()
            self._call_pg_ctl("start", "--options", self._options(settings))
            if self.answers():
                return
            time.sleep(0.5)
        refuse(
            f"PostgreSQL does not start; its log {self.log} ends: {self._last_words()}",
            "mend what the log says, or set database.url to a PostgreSQL server",
        )

    def stop(self) -> None:
        """Stop the server without waiting for clients."""
        self._call_pg_ctl("stop", "--mode=fast")

    def _call_pg_ctl(self, action: str, *arguments: str) -> None:
        self.binaries.run(
            "pg_ctl",
            action,
            f"--pgdata={self.data}",
            f"--log={self.log}",
            "--wait",
            "--timeout=60",
            "--silent",
            *arguments,
            timeout_seconds=90,
        )

    def _options(self, settings: Mapping[str, str]) -> str:
        files = {
            "hba_file": str(self.path / "hba.conf"),
            "ident_file": str(self.path / "ident.conf"),
            "unix_socket_directories": f'"{self.run}"',
        }
        words = [f"{name}={value}" for name, value in {**settings, **files}.items()]
        return " ".join(f"-c {shlex.quote(word)}" for word in words)

    def _forget_stale_pid(self, *, alone: bool) -> None:
        """Remove the pid of a dead server that now is another process's, or a zombie's.

        Happens where pids start again: after a reboot, and in every new container.
        PostgreSQL takes any process of its user for the old server. A live stranger
        is believed to be one only while nobody else uses the folder: a server in
        another container has a pid that means something else here.
        """
        path = self.data / "postmaster.pid"
        if not Path("/proc/self/cwd").exists() or not path.exists():
            return
        cwd = _find_cwd(int(path.read_text().split("\n", 1)[0]))
        if cwd is None or (alone and cwd != self.data):
            path.unlink(missing_ok=True)

    def _rotate_log(self) -> None:
        if self.log.exists() and self.log.lstat().st_size > _LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.old"))

    def _last_words(self) -> str:
        try:
            descriptor = os.open(self.log, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            return "(no log)"
        with os.fdopen(descriptor, errors="replace") as log:
            return " | ".join(log.read().splitlines()[-3:])


def _find_cwd(pid: int) -> Path | None:
    """None when the process is dead, a zombie, or another user's."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
