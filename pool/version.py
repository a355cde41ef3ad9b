"""Whether a database is at the schema of this version.

Every process asks when it starts, so it is asked without Alembic and SQLAlchemy, which
hold 35 MB.
"""

from pathlib import Path

import psycopg

_MIGRATIONS = Path(__file__).parent / "migrations" / "versions"


def is_current(url: str) -> bool:
    """Whether the database is at the newest migration."""
    newest = max(file.name[1:5] for file in _MIGRATIONS.glob("m[0-9]*.py"))
    with psycopg.connect(url) as connection:
        seen = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        if seen == (None,):
            return False
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return found == (newest,)
