"""All that a report card knows of a model, as plain data. What comes from files is checked here: it may be nonsense."""

import math
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import pinxit
from pinxit.errors import PinxitError
from pinxit.families.catalog import find_family
from pinxit.generation.model import Model
from pinxit.report.escaping import plain
from pinxit.report.estimates import Energy, Print, energy, prints
from pinxit.report.origin import Data, Origin, Start, helpers_of, number, read_data, read_starts, text, whole
from pinxit.runs import progress
from pinxit.runs.run_folder import RunFolder
from pinxit.scoring.verdict import Score

MOST_CHECKUPS = 300
FORMAT = 1


@dataclass(frozen=True)
class Checkup:
    """How the model stood after `seen` pictures: see `pinxit.training.health`."""

    seen: int
    kid: float
    variety: float


@dataclass(frozen=True)
class Facts:
    """Everything.

    starts        the model that training began from, the one which that began from, and so on
    seen          pictures, until the moment that the model is of; `run_seen`: until its run ended, as far as that is known
    seconds       of training, until its run ended
    score         as measured for this card (`measured_now`), or as the model file says
    no_score      why there is none
    licence       of the model itself, which its maker chooses
    """

    name: str
    family: str
    family_title: str
    width: int
    height: int
    channels: int
    labels: dict[str, tuple[str, ...]]
    captions: bool
    parameters: int
    file: str
    file_bytes: int
    sha256: str
    data: Data
    starts: tuple[Start, ...]
    helpers: tuple[str, ...]
    seen: int | None
    run_seen: int | None
    seconds: float | None
    machine: dict[str, str]
    energy: Energy | None
    checkups: tuple[Checkup, ...]
    prints: tuple[Print, ...]
    score: Score | None
    measured_now: bool
    no_score: str | None
    licence: str | None
    pinxit: str = pinxit.__version__

    @property
    def origin(self) -> Origin:
        """What its rights depend on."""
        return Origin(self.data, self.starts, self.helpers, self.licence)

    @property
    def checkup(self) -> Checkup | None:
        """The checkup of the moment that the model is of, or else the last."""
        own = [one for one in self.checkups if one.seen == self.seen]
        return (own or list(self.checkups) or [None])[-1]

    def to_json(self) -> dict[str, Any]:
        """For `report.json`."""
        told = asdict(self) | {"score": self.score.to_json() if self.score else None}
        return {"format": FORMAT, "kind": "pinxit report card", **told}


def gather(model: Model, score: Score | None = None, no_score: str | None = None, licence: str | None = None) -> Facts:
    """The facts of a loaded model, with what its run folder adds when the file still lies in one.

    score     as it was just measured; without, the one that the file carries, if any
    no_score  why nothing was measured
    """
    header, run = model.header, run_of(model)
    measured_now = score is not None
    score = score or Score.from_json(header.get("scores"))
    family = find_family(model.family)
    starts = tuple(read_starts(header.get("start")))
    machine = read_machine(run) if run else {}
    if machine and model.settings.threads:
        machine["threads"] = str(model.settings.threads)
    seen, seconds = whole(header.get("seen")), number(header.get("seconds"))
    run_seen, run_seconds = read_length(run) if run else (None, None)
    seconds = max((took for took in (seconds, run_seconds) if took is not None), default=None)
    return Facts(
        name=plain(run.path.resolve().name if run else model.path.stem, 120) or "model",
        family=family.name,
        family_title=family.title,
        width=model.canvas.width,
        height=model.canvas.height,
        channels=model.canvas.channels,
        labels={plain(column, 80): label_values(model, column) for column in model.canvas.classes},
        captions=model.canvas.vocabulary is not None,
        parameters=sum(weight.numel() for weight in model.generator.parameters()),
        file=plain(model.path.name, 120),
        file_bytes=model.path.stat().st_size,
        sha256=model.sha256,
        data=read_data(model.about_data),
        starts=starts,
        helpers=helpers_of(family.name, starts),
        seen=seen,
        run_seen=run_seen,
        seconds=seconds,
        machine=machine,
        energy=energy(seconds, machine, model.settings.processes) if seconds and machine else None,
        checkups=tuple(read_checkups(run)) if run else (),
        prints=prints(model.canvas.width, model.canvas.height),
        score=score,
        measured_now=measured_now,
        no_score=None if score else no_score or "nobody has measured it yet",
        licence=text(licence),
    )  # fmt: skip


def run_of(model: Model) -> RunFolder | None:
    """The run folder that a model file is the model of."""
    run = RunFolder(model.path.parent)
    return run if run.settings_file.exists() and model.path.name == run.model_file.name else None


def label_values(model: Model, column: str) -> tuple[str, ...]:
    """What may be asked for by a label, for people."""
    if column in model.canvas.ranges:
        return ("a number from {:g} to {:g}".format(*model.canvas.ranges[column]),)
    return tuple(plain(name, 80) for name in model.canvas.classes[column])


def read_machine(run: RunFolder) -> dict[str, str]:
    """What it was trained on, from `environment.json`: the machine and the versions, nothing else that stands there."""
    told: Mapping[str, Any] = {}
    with suppress(PinxitError):
        told = run.read_json(run.environment_file)
    kept = {
        name: text(told.get(name)) for name in ("device", "gpu", "processor", "cores", "threads", "python", "pinxit")
    }
    packages = told.get("packages")
    kept["torch"] = text(packages.get("torch")) if isinstance(packages, Mapping) else None
    return {name: word for name, word in kept.items() if word}


def read_length(run: RunFolder) -> tuple[int | None, float | None]:
    """(pictures seen, seconds) until a run ended, by its last line of progress."""
    last: Mapping[str, Any] = {}
    with suppress(OSError):
        last = next(iter(deque(progress.read(run.progress_file), maxlen=1)), {})
    return whole(last.get("seen")), number(last.get("seconds"))


def read_checkups(run: RunFolder) -> Iterator[Checkup]:
    """The checkups of a run, oldest first, evenly thinned when there are very many. What it went back from is left out."""
    found: dict[int, Checkup] = {}
    with suppress(OSError):
        for line in progress.read(run.progress_file):
            if line.get("event") == "went back":
                found = {seen: one for seen, one in found.items() if seen <= (whole(line.get("seen")) or 0)}
            seen, kid, variety = (
                whole(line.get("seen")),
                number(line.get("kid"), least=-1e9),
                number(line.get("variety")),
            )
            if line.get("event") == "checkup" and seen is not None and kid is not None and variety is not None:
                found[seen] = Checkup(seen, kid, variety)
    ordered = [found[seen] for seen in sorted(found)]
    step = math.ceil(len(ordered) / MOST_CHECKUPS) or 1
    yield from ordered[::-step][::-1]
