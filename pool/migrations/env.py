"""Run by Alembic, over the connection that :mod:`pool.migrate` hands in."""

from alembic import context

from pool.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_server_default=True,
    include_name=lambda name, kind, _parents: (
        kind != "table" or not str(name).startswith("procrastinate_")
    ),
)
with context.begin_transaction():
    context.run_migrations()
