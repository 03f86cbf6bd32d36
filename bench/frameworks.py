"""A training step in both frameworks: the same family in each, and keras.io's DCGAN as written against ours over its networks.

    python -m bench.frameworks [dcgan] [vae] [tutorial] [--brief]

TensorFlow takes the threads that it finds; PyTorch those of the settings. `--brief` looks once, to see whether it runs, and
writes nothing.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.measure import alternate, wait_until_quiet, write
from bench.training import Stepper
from bench.tutorial_keras import as_written, ours_in_keras, ours_in_pytorch
from pinxit.families.catalog import find_family
from pinxit.families.contract import Canvas
from pinxit.keras_training.backend import tf, versions
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.pictures import to_network
from pinxit.keras_training.recipe import Batch
from pinxit.settings import resolve

BATCH = 32


def keras_side(family: str, values: dict[str, Any]) -> Callable[[], int]:
    """A family's step in TensorFlow on fixed pictures, RGB."""
    found = find_family(family)
    settings = resolve(found.settings, values, family=family)
    canvas = Canvas(*settings.size, 3)
    recipe = found.load_recipe("tensorflow")(settings, canvas, Dice(0))
    shape = (settings.batch, canvas.height, canvas.width, 3)
    pictures = np.random.RandomState(0).randint(0, 256, shape).astype(np.uint8)
    batch = Batch(to_network(pictures), tf.zeros((settings.batch, 0), tf.int64))

    def step() -> int:
        recipe.step(batch, 0, 1.0)
        return settings.batch

    return step


def sides_of(name: str) -> tuple[str, dict[str, Callable[[], int]]]:
    """What is compared, in words, and who takes part."""
    if name == "tutorial":
        return f"keras.io's DCGAN, 64 px RGB, batch {BATCH}: its own loop, and pinxit's step over the same networks", {
            "the tutorial as it is written": as_written(BATCH),
            "pinxit in TensorFlow": ours_in_keras(BATCH),
            "pinxit in PyTorch": ours_in_pytorch(BATCH),
        }
    values: dict[str, Any] = {"size": "64", "batch": BATCH}
    return f"{name}, preset quick, 64 px RGB, batch {BATCH}: the same step in both frameworks", {
        "TensorFlow": keras_side(name, values),
        "PyTorch": Stepper(name, None, 3, **values).step,
    }


def main(wanted: list[str], brief: bool) -> None:
    """Measure each, and write it down unless it is a brief look."""
    for name in wanted:
        what, sides = sides_of(name)
        busy = None if brief else wait_until_quiet()
        speeds = alternate(sides, rounds=1, seconds=0.5) if brief else alternate(sides)
        first = next(iter(speeds))
        ratios = {side: speed["median"] / speeds[first]["median"] for side, speed in speeds.items() if side != first}
        figures = {"what": what, "pictures_per_second": speeds, f"times as fast as {first}": ratios, **versions()}
        if brief:
            print(figures)
        else:
            write(f"frameworks-{name}", {**figures, "busy_share_before": busy})


if __name__ == "__main__":
    asked = [word for word in sys.argv[1:] if word != "--brief"]
    main(asked or ["dcgan", "vae", "tutorial"], "--brief" in sys.argv)
