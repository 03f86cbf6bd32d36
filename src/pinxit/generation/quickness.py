"""What was measured of a model on this machine: who paints it sooner, torch or ONNX Runtime. Measured by `export/quick.py`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pinxit.data.cache import default_cache_dir

FIGURES = "measured.json"
CLEARLY = 0.95
"""Share of torch's time that ONNX Runtime may take at most: less is chance."""


@dataclass(frozen=True)
class Measured:
    """What was measured of one model on one machine, in seconds.

    seconds  pictures at once -> what such a batch takes in torch, and in ONNX Runtime; empty where that cannot paint it
    opening  what it takes until ONNX Runtime is ready
    """

    seconds: Mapping[int, tuple[float, float]]
    opening: float

    def saved(self, batch: int) -> float:
        """Seconds that ONNX Runtime saves for each picture when `batch` are painted at once; 0 where it saves none."""
        if not self.seconds:
            return 0.0
        size = min((size for size in self.seconds if size >= batch), default=max(self.seconds))
        by_torch, by_onnx = self.seconds[size]
        return (by_torch - by_onnx) / size if by_onnx <= CLEARLY * by_torch else 0.0

    def lines(self) -> list[str]:
        """For people."""
        told = []
        for size, (by_torch, by_onnx) in sorted(self.seconds.items()):
            painter = "ONNX Runtime" if self.saved(size) else "torch"
            at_once = "one picture" if size == 1 else f"{size} at once"
            told.append(f"{at_once}: {painter} (ONNX Runtime {1e3 * by_onnx:.3g} ms, torch {1e3 * by_torch:.3g} ms)")
        return told


def quick_folder() -> Path:
    """Where a folder of each measured model lies."""
    return default_cache_dir() / "quick"


def read_figures(folder: Path) -> Measured | None:
    """What was measured; None where nothing was, or where the file is damaged."""
    try:
        told = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
        seconds = {
            int(size): (float(by_torch), float(by_onnx)) for size, (by_torch, by_onnx) in told["seconds"].items()
        }
        return Measured(seconds, float(told["opening"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def figures_of(sha256: str) -> Measured | None:
    """The newest measurement of a model file on this machine, in whatever circumstances; None where there is none."""
    folders = quick_folder().glob(f"{sha256[:16]}-*")
    for folder in sorted(folders, key=lambda one: one.stat().st_mtime, reverse=True):
        if measured := read_figures(folder):
            return measured
    return None
