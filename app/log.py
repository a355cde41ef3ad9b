"""What is logged, and how: one line an event, to stderr."""

import logging

import structlog

from app.config import LogConfig


def configure_log(config: LogConfig) -> None:
    """Send structlog's and everybody else's events the same way."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(config),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(config.level.upper())
    for chatty in (
        "alembic",
        "httpx",
        "httpcore",
        "procrastinate",
        "urllib3",
        "asyncio",
    ):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    # What it warns of are strangers' malformed requests, a line or two for each.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


def _renderers(config: LogConfig) -> list[structlog.types.Processor]:
    if config.format == "json":
        return [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    plain = structlog.dev.plain_traceback  # the rich one shows local variables: secrets
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
