"""Whether what strangers write costs no more than its length."""

from collections.abc import Callable
from time import thread_time


def takes_under(seconds: float, act: Callable[[], object]) -> bool:
    """Whether one of three tries takes less CPU than that.

    A collection of the whole process's garbage may fall into any one of them. The bound
    tells a cost that grows with the length from one that grows with its square.
    """
    return any(_cpu_seconds(act) < seconds for _ in range(3))


def _cpu_seconds(act: Callable[[], object]) -> float:
    began = thread_time()
    act()
    return thread_time() - began
