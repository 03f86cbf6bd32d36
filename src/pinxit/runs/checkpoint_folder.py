"""Checkpoints on disk: whole or absent, whatever framework wrote them.

A checkpoint is written into a folder aside, flushed to disk, and renamed into place; `manifest.json` with the hashes is
written last. A damaged one is passed over for the one before it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pinxit.errors import DataError, ModelFileError, pasteable
from pinxit.images.writing import flush_folder
from pinxit.runs.run_folder import RunFolder, seen_name
from pinxit.settings import TrainingSettings

FORMAT = 1
ASIDE = ".writing-"


@dataclass
class Moment:
    """Where a run stands: `seen` real pictures, `seconds` of training, the sampler's place (JSON), times it went back."""

    seen: int = 0
    seconds: float = 0.0
    batches: dict[str, Any] = field(default_factory=dict)
    went_back: int = 0


def write(
    run: RunFolder,
    moment: Moment,
    describe: Callable[[], tuple[bytes, dict[str, Any]]],
    keep: int,
    healthy: int | None = None,
) -> Path:
    """Write a checkpoint, then remove all but the `keep` newest and the one at `healthy` pictures.

    describe  gives tensors as the bytes of a safetensors file, and everything else for JSON; asked only when needed
    Raises OSError when the disk is full; nothing is lost.
    """
    place = run.checkpoints / seen_name(moment.seen)
    if is_whole(place):
        return place
    tensors, told = describe()
    told = {**told, "format": FORMAT, **asdict(moment)}
    aside = run.checkpoints / f"{ASIDE}{place.name}"
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        contents = {"tensors.safetensors": tensors, "state.json": json.dumps(told, indent=1).encode()}
        manifest = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
        for name, content in [*contents.items(), ("manifest.json", json.dumps(manifest).encode())]:
            with (aside / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        shutil.rmtree(place, ignore_errors=True)  # a damaged one of the same name
        aside.replace(place)
        flush_folder(run.checkpoints)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    prune(run, keep, healthy)
    return place


def prune(run: RunFolder, keep: int, healthy: int | None = None) -> None:
    """Remove old checkpoints and what a kill left half-written."""
    for left_over in run.checkpoints.glob(f"{ASIDE}*"):
        shutil.rmtree(left_over, ignore_errors=True)
    for old in list_newest_first(run)[keep:]:
        if int(old.name) != healthy:
            shutil.rmtree(old, ignore_errors=True)


def list_newest_first(run: RunFolder) -> list[Path]:
    """All checkpoint folders, whole or not, the newest first."""
    places = [place for place in run.checkpoints.glob("*") if place.is_dir() and place.name.isdecimal()]
    return sorted(places, key=lambda place: int(place.name), reverse=True)


def read_whole(place: Path) -> dict[str, bytes]:
    """All files of a checkpoint, checked against the manifest. Raises ValueError, KeyError or OSError if it is not whole."""
    manifest = json.loads((place / "manifest.json").read_bytes())
    contents = {name: (place / name).read_bytes() for name in ("tensors.safetensors", "state.json")}
    for name, content in contents.items():
        if hashlib.sha256(content).hexdigest() != manifest[name]:
            raise ValueError(f"{name} does not match its hash")
    return contents


def is_whole(place: Path) -> bool:
    """Whether every file is there and matches its hash."""
    try:
        read_whole(place)
    except (OSError, ValueError, KeyError):
        return False
    return True


def whole_ones(
    run: RunFolder, warn: Callable[[str], None], latest: int | None = None
) -> Iterator[tuple[Path, dict[str, bytes]]]:
    """The checkpoints that are whole, the newest first, of those up to `latest` pictures when that is given.

    `warn` hears of damaged ones.
    """
    for place in list_newest_first(run):
        if latest is not None and int(place.name) > latest:
            continue
        try:
            yield place, read_whole(place)
        except (OSError, ValueError, KeyError):
            warn(damaged(place))


def damaged(place: Path) -> str:
    """What is said of a checkpoint that is passed over."""
    return f"Checkpoint {place.name} is damaged or incomplete; going back to the one before it."


def unfit_optimizer(place: Path) -> ModelFileError:
    """What to raise for a checkpoint whose optimizer does not fit the networks."""
    return ModelFileError(
        f"The optimizer in {place} was not made for these networks; another version of pinxit wrote it. "
        f"Begin a new run from its model: pinxit train PICTURES --from {place.parent.parent}"
    )


def moment_of(told: Mapping[str, Any]) -> Moment:
    """Where a run stood, from what `write` wrote."""
    return Moment(told["seen"], told["seconds"], told["batches"], told.get("went_back", 0))


def standing(run: RunFolder) -> tuple[int, float]:
    """(pictures seen, seconds of training) at the newest checkpoint that says so; zeros without one."""
    for place in list_newest_first(run):
        try:
            told = run.read_json(place / "state.json")
            return int(told["seen"]), float(told["seconds"])
        except (DataError, KeyError, TypeError, ValueError):
            continue
    return 0, 0.0


def describe_standing(run: RunFolder, settings: TrainingSettings) -> str:
    """Where a run goes on from; and when it is at its end already, how to make it longer."""
    seen, seconds = standing(run)
    stands = f"{seen:,} pictures and {seconds / 60:.1f} minutes of training"
    over = seconds >= settings.minutes * 60 if settings.minutes is not None else seen >= settings.seen
    if over:
        longer = f"--for {seconds / 30:.0f}m" if settings.minutes is not None else f"--seen {2 * seen}"
        return f"This run is at its end ({stands}). To go on longer: pinxit resume {pasteable(run.path)} {longer}"
    return f"Going on from {stands}." if seen else "There is no checkpoint yet: beginning anew."
