"""Does a picture show what its caption says? On combinations that no training caption had.

    python -m bench.captions train --minutes 60 [--set name=value]     quality-runs/captions-60m
    python -m bench.captions judge RUN                                 into results/

Peeps are drawn without certain combinations (`docs/data/peeps.md`), though each of their parts is common. A model is asked for
exactly these, in captions of the training's own forms, and a reader of labels (logistic regression on frozen features, trained
on real training pictures) says what it sees: balanced accuracy over the classes that held-out captions ask for. Beside it stand
the reader's own accuracy on held-back real pictures (the ceiling), the model's on captions of held-back pictures (seen
combinations), and the figure for the same pictures against shuffled captions (chance).
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

import pinxit
from bench.measure import wait_until_quiet, write
from bench.quality import RUNS
from pinxit.data.pack import pack
from pinxit.data.packed import Packed
from pinxit.generation.model import Model
from pinxit.scoring.classifier import Reader, balanced_accuracy, train_reader
from pinxit.scoring.scores import in_batches
from pinxit.scoring.stream import describe, reading_space
from pinxit.settings import parse_assignments

COLUMNS = ("hair", "beard", "glasses", "clothes", "expression")
GOAL, GOAL_COLUMNS = 0.80, ("hair", "beard", "glasses", "clothes")
ATTRIBUTES = Path(__file__).parents[1] / "tools" / "draw_peeps" / "attributes.json"
ASKED, FIRST_SEED = 1000, 3_000_000_000


def held_out(count: int, seed: int = 0) -> tuple[list[str], list[dict[str, str]]]:
    """`count` captions of held-out combinations, in turn, and what each asks for; all else is drawn at random."""
    told = json.loads(ATTRIBUTES.read_text("utf-8"))
    chance = np.random.RandomState(seed)
    captions, asked = [], []
    for number in range(count):
        wanted = told["held_out"][number % len(told["held_out"])]
        drawn = {column: str(chance.choice(sorted(told[column]))) for column in ("hair", "clothes", "expression")}
        drawn |= {column: str(chance.choice(["no", "yes"], p=[0.6, 0.4])) for column in ("beard", "glasses")}
        asked.append({**drawn, **wanted})
        captions.append(caption_of(asked[-1], told, chance))
    return captions, asked


def caption_of(asked: dict[str, str], told: dict[str, Any], chance: np.random.RandomState) -> str:
    """In words of the training captions, in an order that they have."""
    hair = chance.choice(told["hair"][asked["hair"]]["words"])
    mood = chance.choice(told["expression"][asked["expression"]]["words"])
    parts = (
        [hair] + (["a beard"] if asked["beard"] == "yes" else []) + (["glasses"] if asked["glasses"] == "yes" else [])
    )
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    if chance.randint(2):
        return f"{mood}: a person with {listed}, dressed in {asked['clothes']}"
    return f"a drawing of a {mood} person with {listed} in a {asked['clothes']} shirt"


class Judge:
    """Readers of all label columns on frozen features, trained on real training pictures."""

    def __init__(self, packed: Packed):
        self.packed, self.space = packed, reading_space()
        self.features = describe(in_batches(packed, np.arange(len(packed))), self.space)
        train = packed.train
        self.readers: dict[str, Reader] = {}
        for column in COLUMNS:
            labels = torch.from_numpy(packed.labels[column][train])
            self.readers[column] = train_reader(self.features[train], labels, len(packed.classes[column]))

    def ceiling(self) -> dict[str, float | None]:
        """On held-back real pictures."""
        held = self.packed.held_back
        return self.accuracy(self.features[held], {column: self.packed.labels[column][held] for column in COLUMNS})

    def accuracy(self, features: torch.Tensor, wanted: dict[str, np.ndarray]) -> dict[str, float | None]:
        return {
            column: balanced_accuracy(self.readers[column].read(features), torch.from_numpy(wanted[column]))
            for column in COLUMNS
        }

    def numbers(self, asked: Sequence[dict[str, str]]) -> dict[str, np.ndarray]:
        return {
            column: np.array([self.packed.classes[column].index(one[column]) for one in asked]) for column in COLUMNS
        }

    def described(self, model: Model, captions: Sequence[str]) -> torch.Tensor:
        seeds = range(FIRST_SEED, FIRST_SEED + len(captions))
        return describe((pictures for pictures, _ in model.stream(seeds, captions=captions)), self.space)


def judge(run: Path, count: int = ASKED) -> None:
    model = pinxit.load(run)
    packed = pack("peeps", size=(model.canvas.width, model.canvas.height), alpha=model.canvas.channels == 4)
    reading = Judge(packed)
    captions, asked = held_out(count)
    wanted, features = reading.numbers(asked), reading.described(model, captions)
    order = np.random.RandomState(1).permutation(count)
    held = packed.held_back[:count]
    seen = reading.described(model, [str((packed.captions or [])[place]) for place in held])
    figures = {
        "held-out combinations": reading.accuracy(features, wanted),
        "captions of held-back pictures": reading.accuracy(seen, {name: packed.labels[name][held] for name in COLUMNS}),
        "shuffled captions": reading.accuracy(features, {name: numbers[order] for name, numbers in wanted.items()}),
        "real pictures (ceiling)": reading.ceiling(),
    }
    print(f"{'balanced accuracy':32s}", *(f"{column:>10s}" for column in COLUMNS))
    for name, row in figures.items():
        print(f"{name:32s}", *(f"{row[column] or 0:10.3f}" for column in COLUMNS))
    reached = all((figures["held-out combinations"][column] or 0) >= GOAL for column in GOAL_COLUMNS)
    print(
        f"Goal, {GOAL:.0%} for {', '.join(GOAL_COLUMNS)} on held-out combinations: {'reached' if reached else 'missed'}"
    )
    seen_pictures, minutes = model.header["seen"], round(float(model.header["seconds"]) / 60, 1)
    write("captions", {"run": run.name, "seen": seen_pictures, "minutes": minutes, "asked": count, "accuracy": figures})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.captions")
    parser.add_argument("what", choices=("train", "judge"))
    parser.add_argument("run", nargs="?", type=Path)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--count", type=int, default=ASKED)
    parser.add_argument("--set", action="append", default=[])
    asked = parser.parse_args()
    run = asked.run or RUNS / f"captions-{asked.minutes:g}m"
    if asked.what == "train":
        values: dict[str, Any] = {"minutes": asked.minutes} | parse_assignments(asked.set)
        print(f"others use {wait_until_quiet()} of this machine")
        pinxit.train("peeps", **{"family": "stackgan", "report": False, "out": run} | values)
    judge(run, asked.count)


if __name__ == "__main__":
    main()
