"""Small real pictures and small real runs, shared by all tests."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started in the background: the programs we start would be deaf
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """Tests never touch the cache of the person who runs them."""
    before = os.environ.get("PINXIT_CACHE")
    os.environ["PINXIT_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["PINXIT_CACHE"]
    else:
        os.environ["PINXIT_CACHE"] = before


def pytest_terminal_summary(terminalreporter):
    """What is the same in both frameworks, cell by cell, where tests of it ran: see `keras_training/test_parity.py`."""
    matrix: dict[str, dict[str, float]] = {}
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        for kind, value in getattr(report, "user_properties", ()):
            if kind == "parity":
                row, column, apart = value
                cells = matrix.setdefault(row, {})
                cells[column] = max(apart, cells.get(column, 0.0))
    if not matrix:
        return
    columns = ("same picture", "weights there and back", "training goes on")
    terminalreporter.section("PyTorch and TensorFlow: how far apart, at most")
    terminalreporter.line(f"| family | {' | '.join(columns)} |")
    terminalreporter.line("|---|---|---|---|")
    for row, cells in sorted(matrix.items()):
        told = [f"{cells[column]:.0e}" if column in cells else "not tried" for column in columns]
        terminalreporter.line(f"| {row} | {' | '.join(told)} |")


def draw_shape(number: int, side: int = 40) -> Image.Image:
    """A coloured disc or square on nothing: different for every number."""
    chance = np.random.RandomState(number)
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    left, top = chance.randint(2, side // 2, 2)
    reach = chance.randint(side // 4, side // 2)
    colour = (*map(int, chance.randint(0, 256, 3)), 255)
    box = (int(left), int(top), int(left + reach), int(top + reach))
    pen.ellipse(box, fill=colour) if number % 2 else pen.rectangle(box, fill=colour)
    return picture


@pytest.fixture(scope="session")
def shapes(tmp_path_factory) -> Path:
    """40 RGBA pictures in two sub-folders, "discs" and "squares"."""
    folder = tmp_path_factory.mktemp("pictures") / "shapes"
    for number in range(40):
        place = folder / ("discs" if number % 2 else "squares")
        place.mkdir(parents=True, exist_ok=True)
        draw_shape(number).save(place / f"{number:03d}.png")
    return folder
