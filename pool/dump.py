"""The embedded database as one file, for backups and for a new major version."""

from pathlib import Path

from pool.embedded import embedded_server
from pool.migrate import upgrade
from pool.postgres_binaries import find_binaries, refuse


def write_dump(data_directory: Path, bin_directory: Path | None, file: Path) -> None:
    """Write everything to a file, in PostgreSQL's custom format.

    Args:
        data_directory: of the embedded server; it is started if it does not run.
        bin_directory: PostgreSQL's programs of the version that made the data.
        file: must not exist yet.

    Raises:
        ConfigError: the file exists, or PostgreSQL says no.
    """
    if file.exists():
        refuse(f"{file} exists already", "name a new file")
    with embedded_server(data_directory, bin_directory) as url:
        arguments = ("--format=custom", f"--file={file.absolute()}", f"--dbname={url}")
        _run(bin_directory, "pg_dump", *arguments)


def restore_dump(data_directory: Path, bin_directory: Path | None, file: Path) -> None:
    """Fill an empty embedded database from a file, and bring it to our schema.

    All or nothing: a database that holds anything already is left as it was.

    Raises:
        ConfigError: PostgreSQL says no.
    """
    with embedded_server(data_directory, bin_directory) as url:
        once = ("--single-transaction", "--exit-on-error")
        _run(
            bin_directory, "pg_restore", *once, f"--dbname={url}", str(file.absolute())
        )
        upgrade(url)


def _run(bin_directory: Path | None, program: str, *arguments: str) -> None:
    done = find_binaries(bin_directory).run_client(program, *arguments)
    if done.returncode:
        said = done.stdout.decode(errors="replace").strip()
        refuse(f"{program} failed: {said}", "mend what it says; nothing was changed")
