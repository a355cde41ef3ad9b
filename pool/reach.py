"""Whether a configured database is there at all, told in words."""

import psycopg

from pool.postgres_binaries import refuse

_OLDEST = 150000


def check_reachable(url: str) -> None:
    """Connect once.

    Raises:
        ConfigError: nothing answers, we are not let in, or the server is too old.
    """
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        refuse(f"cannot use the database: {error}".strip(), "check database.url")
    if version < _OLDEST:
        refuse(
            f"PostgreSQL {version // 10000} is too old", "use PostgreSQL 15 or newer"
        )
