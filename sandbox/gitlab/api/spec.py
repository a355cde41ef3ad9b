"""One line of a route table."""

from dataclasses import dataclass

from sandbox.gitlab.auth import READ_SCOPES, WRITE_SCOPES
from sandbox.gitlab.call import READS, Handler


@dataclass(frozen=True)
class Spec:
    """`scopes` None means what the method suggests, () any token at all."""

    method: str
    path: str
    handler: Handler
    scopes: tuple[str, ...] | None = None

    @property
    def accepted_scopes(self) -> tuple[str, ...]:
        suggested = READ_SCOPES if self.method in READS else WRITE_SCOPES
        return suggested if self.scopes is None else self.scopes
