"""Two sums on paper: how large a picture prints, and about how much electricity training took."""

from collections.abc import Mapping
from dataclasses import dataclass

INCH = 2.54
"""Centimetres."""
WATTS_PER_CORE = (4.0, 15.0)
"""Of a processor core at work: from a laptop's to a desktop's or server's, as makers' power limits divided by cores say."""
WATTS_PER_GPU = {"cuda": (75.0, 700.0), "mps": (10.0, 60.0)}
"""Of a graphics processor at work: from a small card to the largest in data centres; Apple's from small to large chips."""
WATTS_OF_THE_REST = (5.0, 60.0)
"""Memory, disk, fans and power supply of the machine, screens not counted."""


@dataclass(frozen=True)
class Print:
    """The largest print at `dpi` dots per inch."""

    dpi: int
    centimetres: tuple[float, float]
    inches: tuple[float, float]


@dataclass(frozen=True)
class Energy:
    """Kilowatt hours, at least and at most, and what was assumed."""

    least: float
    most: float
    assumed: str


def prints(width: int, height: int) -> tuple[Print, ...]:
    """How large `width` x `height` pixels print at 150 dots per inch (fine at arm's length) and at 300 (fine from near)."""
    found = []
    for dpi in (150, 300):
        inches = (round(width / dpi, 2), round(height / dpi, 2))
        found.append(Print(dpi, (round(width / dpi * INCH, 1), round(height / dpi * INCH, 1)), inches))
    return tuple(found)


def energy(seconds: float, machine: Mapping[str, str], processes: int = 1) -> Energy:
    """A range that holds most machines. Nothing was measured, so it is wide; `machine` as in `environment.json`."""
    device, threads = machine.get("device", "cpu"), machine.get("threads", "")
    working = int(threads) if threads.isdecimal() and 0 < int(threads) <= 1024 else 1
    gpu = WATTS_PER_GPU.get(device)
    cores = working * processes if gpu is None else processes
    least, most = (rest + cores * core for rest, core in zip(WATTS_OF_THE_REST, WATTS_PER_CORE, strict=True))
    assumed = f"{cores} busy core{'s' if cores > 1 else ''} of {span(WATTS_PER_CORE)} watts"
    if gpu:
        least, most = least + processes * gpu[0], most + processes * gpu[1]
        assumed += f", {processes} graphics processor{'s' if processes > 1 else ''} of {span(gpu)} watts"
    assumed += f", and {span(WATTS_OF_THE_REST)} watts for the rest of the machine"
    hours = seconds / 3600
    return Energy(least * hours / 1000, most * hours / 1000, assumed)


def span(watts: tuple[float, float]) -> str:
    """(4, 15) -> "4 to 15"."""
    return f"{watts[0]:g} to {watts[1]:g}"
