"""What goes wrong on request: answers lost, delayed, replaced, searches stale."""

from dataclasses import dataclass, field


@dataclass
class Fault:
    """Fails the next `times` matching requests.

    `status` 0 closes the connection without an answer. With `apply_first` the
    request takes effect before its answer is lost: the caller cannot know.
    """

    method: str = ""
    path_contains: str = ""
    status: int = 502
    apply_first: bool = False
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""

    def hits(self, method: str, path: str) -> bool:
        right_method = self.method in {"", method}
        return self.times > 0 and right_method and self.path_contains in path


@dataclass
class Faults:
    """The faults of one tracker; all off by default."""

    search_lag_seconds: float = 0
    latency_ms: float = 0
    fail_next: list[Fault] = field(default_factory=list)

    def take(self, method: str, path: str) -> Fault | None:
        for fault in self.fail_next:
            if fault.hits(method, path):
                fault.times -= 1
                return fault
        return None

    def clear(self) -> None:
        self.search_lag_seconds = self.latency_ms = 0
        self.fail_next.clear()
