"""The one outgoing door: every byte that reqpool sends to a tracker leaves here.

Both tracker libraries speak through ``requests``, GraphQL through ``httpx``; all of it
goes through one guarded ``httpx`` client for each source. The door

- sends to the exact origin of the source and nowhere else, and follows no redirect;
- limits time, size and decompression ratio of answers;
- holds requests back while the source's :class:`Budget` says so;
- shows what leaves to the leak scan, which may refuse it;
- repeats reads that may succeed later, never writes;
- turns every answer but 2xx and 304 into an error of :mod:`model.errors`.

A ``POST`` that only reads (a search) is marked with ``extensions={"idempotent": True}``,
or named to the :class:`HttpxAdapter`.
"""

from connectors.http.adapter import HttpxAdapter
from connectors.http.addresses import WebAddress, check_address
from connectors.http.budget import LONGEST_WAIT_SECONDS, Budget, Level
from connectors.http.door import (
    Door,
    Origin,
    Outgoing,
    Patience,
    Scan,
    load_certificates,
    open_async_client,
    open_client,
    scan_nothing,
)
from connectors.http.gauge import Limits
from connectors.http.leaks import LeakGuard, fold
from connectors.http.readings import read_all
from connectors.http.refusals import find_refusal, redact

__all__ = [
    "LONGEST_WAIT_SECONDS",
    "Budget",
    "Door",
    "HttpxAdapter",
    "LeakGuard",
    "Level",
    "Limits",
    "Origin",
    "Outgoing",
    "Patience",
    "Scan",
    "WebAddress",
    "check_address",
    "find_refusal",
    "fold",
    "load_certificates",
    "open_async_client",
    "open_client",
    "read_all",
    "redact",
    "scan_nothing",
]
