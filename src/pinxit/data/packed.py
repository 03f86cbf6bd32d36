"""A packed set of pictures: uint8 shards mapped from disk, labels, captions and the held-back split."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from pinxit.errors import DataError

PACK_FORMAT = 2
DATASET_FILE = "dataset.json"
LABELS_FILE = "labels.npy"
NAMES_FILE = "names.json"
CAPTIONS_FILE = "captions.jsonl"


@dataclass(frozen=True)
class Packed:
    """What `open_packed` gives. `info` is dataset.json; `shards` are (n, H, W, C) memory maps in order.

    labels     column -> int64 (count,), the index into `classes[column]`, -1 where missing
    train      indices to learn from; all others are `held_back`
    choosing   the half of `held_back` by which a run's best moment is picked; scores are reported on the other half
    """

    folder: Path
    info: dict[str, Any]
    shards: list[np.ndarray]
    labels: dict[str, np.ndarray]
    classes: dict[str, list[str]]
    train: np.ndarray
    held_back: np.ndarray
    choosing: np.ndarray

    def __len__(self) -> int:
        return self.info["count"]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        width, height = self.info["size"]
        return width, height

    @property
    def channels(self) -> int:
        """1 grey, 3 RGB, 4 premultiplied RGBA."""
        return self.info["channels"]

    @property
    def fingerprint(self) -> str:
        """Of the packed pixels, labels and captions: the same on every machine that packs the same pictures."""
        return self.info["fingerprint"]

    def pictures(self, indices: np.ndarray | list[int]) -> np.ndarray:
        """Pictures by index (n,) -> a fresh uint8 (n, H, W, C), RGBA premultiplied."""
        wanted = np.asarray(indices, dtype=np.int64)
        if len(self.shards) == 1:
            return self.shards[0].take(wanted, axis=0)
        result = np.empty((len(wanted), *self.shards[0].shape[1:]), np.uint8)
        where = np.searchsorted(self._ends, wanted, side="right")
        for number in np.unique(where):
            rows = np.flatnonzero(where == number)
            start = self._ends[number] - len(self.shards[number])
            result[rows] = self.shards[number].take(wanted[rows] - start, axis=0)
        return result

    @property
    def reporting(self) -> np.ndarray:
        """The half of `held_back` that nothing was chosen by."""
        return np.setdiff1d(self.held_back, self.choosing)

    @cached_property
    def _ends(self) -> np.ndarray:
        return np.cumsum([len(shard) for shard in self.shards])

    @cached_property
    def captions(self) -> list[str | None] | None:
        """One caption (or None) per picture; None if no picture has one."""
        path = self.folder / CAPTIONS_FILE
        if not path.exists():
            return None
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    def describe(self) -> str:
        """One line about the pictures that training starts with."""
        dropped = self.info.get("dropped", [])
        kinds = {1: "grey", 3: "colour", 4: "colour with transparency"}
        left_out = f", {len(dropped)} left out (pinxit data check says why)" if dropped else ""
        held = f", {len(self.held_back)} held back for scoring" if len(self.held_back) else ""
        width, height = self.size
        return f"{len(self.train)} pictures, {width}x{height}, {kinds[self.channels]}{held}{left_out}"

    def about(self) -> dict[str, Any]:
        """What a model file says of the pictures it was trained on."""
        kept = {name: self.info[name] for name in ("licence", "consent", "source") if self.info.get(name)}
        return {"fingerprint": self.fingerprint, "count": len(self.train), "held_back": len(self.held_back), **kept}

    @cached_property
    def names(self) -> list[str]:
        """The name of each picture, for people and reports."""
        return json.loads((self.folder / NAMES_FILE).read_text("utf-8"))


def open_packed(folder: Path | str, *, verify: bool = False) -> Packed:
    """Map a packed set into memory; `verify` reads every byte and compares it with the recorded checksums.

    Raises DataError if it is missing, damaged or of another format.
    """
    folder = Path(folder)
    try:
        info = json.loads((folder / DATASET_FILE).read_text("utf-8"))
        if info["format"] != PACK_FORMAT:
            raise DataError(
                f"The packed pictures in {folder} have format {info['format']}; this pinxit reads format "
                f"{PACK_FORMAT}. Pack them again: pinxit data pack."
            )
        shape = (info["size"][1], info["size"][0], info["channels"])
        shards = [_open_shard(folder / shard["file"], (shard["count"], *shape)) for shard in info["shards"]]
        labels = np.load(folder / LABELS_FILE, allow_pickle=False)
        classes = {column: list(names) for column, names in info["classes"].items()}
        held_back, choosing = (np.asarray(info[name], dtype=np.int64) for name in ("held_back", "choosing"))
        if labels.shape != (info["count"], len(classes)) or sum(map(len, shards)) != info["count"]:
            raise ValueError("counts do not agree")
    except DataError:
        raise
    except (OSError, ValueError, KeyError, TypeError, EOFError) as problem:
        raise DataError(
            f"The packed pictures in {folder} are missing or damaged ({problem}). Pack them again: pinxit data pack."
        ) from problem
    if verify:
        _verify(folder, info)
    return Packed(
        folder=folder,
        info=info,
        shards=shards,
        labels={column: labels[:, place].astype(np.int64) for place, column in enumerate(classes)},
        classes=classes,
        train=np.setdiff1d(np.arange(info["count"]), held_back),
        held_back=held_back,
        choosing=choosing,
    )


def _open_shard(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    if path.parent.joinpath(path.name) != path or "/" in path.name:
        raise ValueError(f"strange shard name {path.name}")
    shard = np.load(path, mmap_mode="r", allow_pickle=False)
    if shard.shape != shape or shard.dtype != np.uint8:
        raise ValueError(f"{path.name} holds {shard.shape} {shard.dtype}, not {shape} uint8")
    return shard


def _verify(folder: Path, info: dict[str, Any]) -> None:
    for shard in info["shards"]:
        with open(folder / shard["file"], "rb") as stream:
            if hashlib.file_digest(stream, "blake2b").hexdigest() != shard["blake2b"]:
                raise DataError(f"{folder / shard['file']} is damaged (wrong checksum). Pack the pictures again.")
