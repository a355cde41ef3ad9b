"""Brings a database to the schema of this version.

Several processes may start at once: an advisory lock lets one of them migrate while
the others wait.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

_MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = 7_237_665  # "reqpool" on a telephone's keys, cut to what fits


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def connect_engine(url: str) -> Engine:
    """An SQLAlchemy engine over psycopg 3 that keeps no connection."""
    driver = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(driver, poolclass=NullPool)


def upgrade(url: str) -> None:
    """Run every migration that the database has not seen."""
    with connect_engine(url).begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
