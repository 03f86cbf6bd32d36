"""Packing 2,000 PNGs of 256 px to 64 px against a bare Pillow open-resize loop on all cores, alternated in one run.

python -m bench.packing [--count 2000] [--rounds 5]     writes bench/results/packing.json
"""

import argparse
import os
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from bench.measure import wait_until_quiet, write
from pinxit.data.pack import pack

GOAL = 0.9


def draw_pictures(folder: Path, count: int, channels: int) -> list[Path]:
    """PNGs about as hard to decode as photographs: smooth shapes with a little grain."""
    folder.mkdir()
    paths = []
    for number in range(count):
        chance = np.random.RandomState(number)
        small = chance.randint(0, 256, (9, 9, channels), dtype=np.uint8)
        smooth = np.asarray(Image.fromarray(small).resize((256, 256), Image.Resampling.BICUBIC)).astype(np.int16)
        grain = chance.randint(-4, 5, (256, 256, channels))
        paths.append(folder / f"{number:05d}.png")
        Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8)).save(paths[-1])
    return paths


def bare_loop(paths: list[Path], mode: str) -> np.ndarray:
    """What one would write in five lines: open, convert, resize, on as many threads as there are cores."""

    def one(path: Path) -> np.ndarray:
        with Image.open(path) as picture:
            return np.asarray(picture.convert(mode).resize((64, 64), Image.Resampling.LANCZOS))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.stack(list(pool.map(one, paths)))


def seconds(work) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(count: int, rounds: int, mode: str) -> dict:
    """Both sides in turn, `rounds` times -> medians in pictures/s and their ratio (above 1: pinxit is faster)."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "pictures"
        paths = draw_pictures(folder, count, len(mode))
        bare, ours = [], []
        for number in range(rounds):
            bare.append(count / seconds(lambda: bare_loop(paths, mode)))
            out = Path(place) / f"out{number}"
            ours.append(count / seconds(lambda out=out: pack(folder, out, size=(64, 64))))
    ratio = statistics.median(mine / theirs for mine, theirs in zip(ours, bare, strict=True))
    return {
        "pictures": count,
        "rounds": rounds,
        "bare_pictures_per_second": round(statistics.median(bare), 1),
        "pinxit_pictures_per_second": round(statistics.median(ours), 1),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio >= GOAL,
    }


def main() -> None:
    """Measure RGB and RGBA, print and write the results with the machine named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    wishes = parser.parse_args()
    figures: dict[str, object] = {
        "what": "pictures/s, PNG of 256 px packed to 64 px",
        "busy_share_before": wait_until_quiet(),
    }
    for mode in ("RGB", "RGBA"):
        figures[mode] = measure(wishes.count, wishes.rounds, mode)
    write("packing", figures)


if __name__ == "__main__":
    main()
