"""What every benchmark prints last: one JSON object."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any


def print_report(
    name: str,
    ours: Mapping[str, Any],
    baselines: Mapping[str, Any],
    ratios: Mapping[str, float],
    packages: Sequence[str],
) -> None:
    report = {
        "name": name,
        "ratios": {key: round(value, 2) for key, value in ratios.items()},
        "ours": ours,
        "baselines": baselines,
        "machine": describe_machine(),
        "versions": {"python": platform.python_version()}
        | {package: version(package) for package in packages},
    }
    print(json.dumps(report, ensure_ascii=False))


def describe_machine() -> Mapping[str, Any]:
    cores = len(os.sched_getaffinity(0))
    return {"cores": cores, "cpu": _cpu(), "load": round(os.getloadavg()[0], 1)}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.split(":")[1].strip() for line in lines if "model name" in line)
    return next(names, platform.processor())


def middle(values: Sequence[float]) -> float:
    return round(median(values), 3)
