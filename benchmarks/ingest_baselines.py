"""What the letterbox is measured beside: handlers as one would write them first.

``python -m benchmarks.ingest_baselines fastapi|memory PORT [DATABASE_URL]``
"""

import hmac
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.ingest_load import SECRET

TABLE = """
CREATE TABLE deliveries (id uuid PRIMARY KEY, source text NOT NULL,
    received_at timestamptz NOT NULL, headers jsonb NOT NULL, body bytea NOT NULL)
"""
_INSERT = "INSERT INTO deliveries VALUES (%s, %s, %s, %s, %s)"
_CONNECTIONS = 10


def is_authentic(signature: str, body: bytes) -> bool:
    digest = hmac.digest(SECRET.encode(), body, "sha256").hex()
    return hmac.compare_digest(signature, f"sha256={digest}")


def build_fastapi(url: str) -> ASGIApp:
    """FastAPI and psycopg 3: verified, one INSERT a request, then 202."""
    database = AsyncConnectionPool(
        url, open=False, max_size=_CONNECTIONS, kwargs={"autocommit": True}
    )

    @asynccontextmanager
    async def opened(_: FastAPI) -> AsyncIterator[None]:
        async with database:
            yield

    app = FastAPI(lifespan=opened)

    @app.post("/webhooks/{source}", status_code=202)
    async def take(source: str, request: Request) -> dict[str, str]:
        body = await request.body()
        if not is_authentic(request.headers.get("x-hub-signature", ""), body):
            raise HTTPException(401)
        headers = Jsonb(dict(request.headers))
        values = (uuid4(), source, datetime.now(UTC), headers, body)
        async with database.connection() as connection:
            await connection.execute(_INSERT, values)
        return {"status": "accepted"}

    return app


async def answer_from_memory(scope: Scope, receive: Receive, send: Send) -> None:
    """Verified and forgotten: what no handler in Python can be faster than."""
    body, more = b"", scope["type"] == "http"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    signature = dict(scope["headers"]).get(b"x-hub-signature", b"").decode()
    status = 202 if is_authentic(signature, body) else 401
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def main() -> None:
    name, port, *url = sys.argv[1:]
    app = build_fastapi(*url) if name == "fastapi" else answer_from_memory
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(port),
        access_log=False,
        log_level="warning",
        lifespan="on" if url else "off",
    )


if __name__ == "__main__":
    main()
