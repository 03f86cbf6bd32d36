"""Measure two sides in one run: wait for a quiet machine, alternate, take medians, write the machine beside the figure."""

import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from pinxit.training.device import describe_environment

RESULTS = Path(__file__).parent / "results"
BUSY_SHARE = 0.06
PATIENCE = 900.0


def busy_share(seconds: float = 2.0) -> float | None:
    """Share of the cores given to this process that others use while we sleep. None where the system does not tell."""
    try:
        cores = os.sched_getaffinity(0)
        before = cpu_times(cores)
        time.sleep(seconds)
        after = cpu_times(cores)
    except (OSError, AttributeError):
        return None
    total = sum(after) - sum(before)
    idle = (after[3] + after[4]) - (before[3] + before[4])
    return 1 - idle / max(total, 1)


def cpu_times(cores: set[int]) -> list[int]:
    """Ticks these cores spent, by kind (user, nice, system, idle, waiting for disks, ...), added up."""
    with open("/proc/stat", encoding="utf-8") as told:
        rows = [line.split() for line in told if line[:3] == "cpu" and line[3].isdigit()]
    of_cores = [[int(ticks) for ticks in row[1:9]] for row in rows if int(row[0][3:]) in cores]
    return [sum(kind) for kind in zip(*of_cores, strict=True)]


def wait_until_quiet() -> float | None:
    """One busy neighbour slows two-thread torch 2-10 times. Waits; returns the busy share found, told in the results."""
    give_up = time.monotonic() + PATIENCE
    while True:
        share = busy_share()
        if share is None or share < BUSY_SHARE or time.monotonic() > give_up:
            return share


def alternate(
    sides: dict[str, Callable[[], int]], rounds: int = 7, seconds: float = 4.0
) -> dict[str, dict[str, float]]:
    """Run each side in turn for about `seconds`, `rounds` times. A side does one unit of work and returns its pictures.

    Returns name -> {"median", "lowest", "highest"} pictures a second.
    """
    for side in sides.values():
        side()
        side()
    speeds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            done, began = 0, time.perf_counter()
            while (took := time.perf_counter() - began) < seconds or not done:
                done += side()
            synchronize()
            speeds[name].append(done / (time.perf_counter() - began if torch.cuda.is_available() else took))
    return {
        name: {"median": statistics.median(found), "lowest": min(found), "highest": max(found)}
        for name, found in speeds.items()
    }


def synchronize() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def convolution_peak(dtype: torch.dtype = torch.bfloat16, device: str = "cpu", channels: int = 256) -> float:
    """GFLOP/s of a 3x3 convolution at a shape that suits the machine: what a network could reach at best."""
    layer = torch.nn.Conv2d(channels, channels, 3, padding=1).to(device, dtype, memory_format=torch.channels_last)
    pictures = torch.randn(32, channels, 32, 32, device=device, dtype=dtype).to(memory_format=torch.channels_last)
    work = 2 * 9 * channels**2 * 32 * 32 * 32
    best = 0.0
    with torch.no_grad():
        for _ in range(12):
            began = time.perf_counter()
            for _ in range(3):
                layer(pictures)
            synchronize()
            best = max(best, 3 * work / (time.perf_counter() - began))
    return best / 1e9


def write(name: str, figures: dict[str, Any], device: str = "cpu") -> Path:
    """results/NAME.json (NAME-cuda.json on a GPU), with the machine that made it."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}{'' if device == 'cpu' else '-' + device}.json"
    content = {
        "machine": describe_environment(device),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        **figures,
    }
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))
    print(f"written: {path}")
    return path
