"""CPU seconds that processes have spent, by Linux' ``/proc/PID/stat`` (proc_pid_stat(5))."""

import os
from collections.abc import Mapping
from pathlib import Path

_PARENT, _USER, _SYSTEM = 1, 11, 12
_TICKS = os.sysconf("SC_CLK_TCK")

Pids = Mapping[str, int]


def read_spent(of: Pids) -> dict[str, float]:
    """User and system time of each process, and of its children without a name."""
    names = {pid: name for name, pid in of.items()}
    spent = dict.fromkeys(of, 0.0)
    for pid in _find_pids():
        fields = _read(pid)
        name = names.get(pid) or (names.get(int(fields[_PARENT])) if fields else None)
        if fields and name:
            spent[name] += _seconds(fields)
    return spent


def spend_since(before: Mapping[str, float], of: Pids) -> dict[str, float]:
    return {name: round(at - before[name], 2) for name, at in read_spent(of).items()}


def _find_pids() -> list[int]:
    return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]


def _read(pid: int) -> list[str]:
    """What follows the name in brackets; nothing when it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _seconds(fields: list[str]) -> float:
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS
