"""The artist's case: a few hundred line drawings that are not aligned, and forty icons. Sheets are judged by eye.

    python -m bench.drawings lines --minutes 180     160 animals and plants of OpenMoji, black outlines, 128 px, from nothing
    python -m bench.drawings icons --minutes 10      40 objects of OpenMoji in colour, 64 px, going on from the model `emoji`

OpenMoji (CC BY-SA 4.0) comes from npm, checked by hash. Runs and their sheets are left in quality-runs/.
"""

import argparse
import io
import json
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from zoo.npm import Package

import pinxit
from bench.measure import wait_until_quiet
from pinxit.cli.watching import TerminalWatch

RUNS = Path("quality-runs")
OPENMOJI = Package(
    "openmoji@17.0.0", "openmoji-17.0.0.tgz", "55ee7d13485dec86e9f38c1f3a645a13382d33ff97c0cd845ee824b0aef45e68"
)
ICONS = 40
LICENCE = "CC BY-SA 4.0: OpenMoji, the open-source emoji and icon project"


def drawings(name: str, kind: str, wanted: Callable[[dict[str, Any]], bool], most: int | None = None) -> Path:
    """A folder of the SVG files of `kind` (black, color) whose entry is `wanted`."""
    folder = RUNS / name
    if folder.exists():
        return folder
    with tempfile.TemporaryDirectory() as place, tarfile.open(OPENMOJI.fetch(Path(place))) as archive:
        listed = archive.extractfile("package/data/openmoji.json")
        assert listed is not None
        entries = [entry for entry in json.load(io.TextIOWrapper(listed, "utf-8")) if wanted(entry)][:most]
        aside = folder.with_name(f"{name}-aside")
        aside.mkdir(parents=True, exist_ok=True)
        for entry in entries:
            file = archive.extractfile(f"package/{kind}/svg/{entry['hexcode']}.svg")
            assert file is not None
            (aside / f"{entry['hexcode']}.svg").write_bytes(file.read())
        aside.rename(folder)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.drawings")
    parser.add_argument("what", choices=("lines", "icons"))
    parser.add_argument("--minutes", type=float)
    asked = parser.parse_args()
    if asked.what == "lines":
        folder = drawings("openmoji-lines", "black", lambda entry: entry["group"] == "animals-nature")
        how: dict[str, Any] = {"size": 128, "fit": "pad", "mirror": True, "minutes": asked.minutes or 180}
    else:
        folder = drawings("openmoji-icons", "color", lambda entry: entry["group"] == "objects", ICONS)
        how = {"start": "emoji", "fit": "pad", "minutes": asked.minutes or 10}
    print(f"others use {wait_until_quiet()} of this machine")
    watch = TerminalWatch(None, how["minutes"] * 60)
    pinxit.train(folder, out=RUNS / f"{asked.what}-{how['minutes']:g}m", watch=watch, licence=LICENCE, **how)


if __name__ == "__main__":
    main()
