"""Crop, resize and write pictures once, so that training reads them as fast as memory."""

import hashlib
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pinxit.data import packed as layout
from pinxit.data.cache import default_cache_dir, written_aside
from pinxit.data.catalog import resolve
from pinxit.data.fitting import Fit, check_wishes, fit_picture, why_unfit
from pinxit.data.labels import encode_labels
from pinxit.data.ordered import in_order
from pinxit.data.packed import Packed, open_packed
from pinxit.data.picture_folder import Picture, PictureSource, decode
from pinxit.data.shards import ShardWriter
from pinxit.errors import DataError, PictureError, UsageError
from pinxit.images.files import read_header

FEWEST = 8
WORST_SHARE = 0.5  # more unreadable files than this mean that something else is wrong than a few bad pictures
HELD_BACK_FROM = 500
HELD_BACK_MOST = 1000
_SAMPLE = 32
_ALPHA_SHARE = 0.1
_VERIFY_BYTES = 256 * 1024 * 1024
_DROPPED_LISTED = 1000
Progress = Callable[[int, int], None]


@dataclass
class _Prepared:
    """One picture ready to be written, or the reason why it is not; made in a worker thread."""

    pieces: list[np.ndarray] = field(default_factory=list)
    digest: bytes = b""
    reason: str | None = None
    unreadable: bool = False


class _FoundColourError(Exception):
    """A set that looked grey has a coloured picture."""


def pack(
    path_or_source: Path | str | PictureSource,
    out: Path | None = None,
    *,
    size: tuple[int, int],
    fit: Fit = "crop",
    alpha: bool | None = None,
    labels: Sequence[str] = (),
    workers: int | None = None,
    progress: Progress | None = None,
    drop_duplicates: bool = True,
    fewest: int = FEWEST,
) -> Packed:
    """Pack a folder, zip, list or named set to `size` (width, height); reuse what was packed before and still fits.

    `alpha`: True keeps transparency, False lays pictures on white, None keeps it if a tenth of them have any. Without
    alpha there are 3 channels, or 1 if every picture is grey. `labels`: the columns to keep; none named keeps every
    column that can serve as classes. `progress(done, total)` is called now and then. `fewest`: with less usable pictures
    there is nothing to pack for. Originals are never touched.

    Raises UsageError for impossible wishes, DataError for too few usable or too many damaged pictures, PinxitError for
    a full disk or a read-only folder.
    """
    check_wishes(size, fit)
    source = path_or_source if isinstance(path_or_source, PictureSource) else resolve(path_or_source)
    if labels:
        source = source.only_labels(labels)
    key = _key(source, size=size, fit=fit, alpha=alpha, labels=sorted(labels), drop_duplicates=drop_duplicates)
    folder = Path(out) if out is not None else default_cache_dir() / f"{_slug(source.name)}-{key}"
    ready = _reusable(folder, key, given=out is not None)
    if ready is not None and len(ready) >= fewest:
        return ready
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        channels = _choose_channels(source, alpha, size, pool)
        instead = "choose another folder with --out" if out is not None else "set PINXIT_CACHE to another folder"
        with written_aside(folder, instead) as aside:
            try:
                info = _write(source, aside, size, fit, channels, drop_duplicates, fewest, bool(labels), pool, progress)
            except _FoundColourError:
                info = _write(source, aside, size, fit, 3, drop_duplicates, fewest, bool(labels), pool, progress)
            info |= {"key": key}
            (aside / layout.DATASET_FILE).write_text(json.dumps(info, indent=1), "utf-8")
    return open_packed(folder)


def _key(source: PictureSource, **wishes: Any) -> str:
    words = json.dumps([layout.PACK_FORMAT, source.fingerprint(), wishes], sort_keys=True)
    return hashlib.blake2b(words.encode(), digest_size=10).hexdigest()


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "pictures"


def _reusable(folder: Path, key: str, given: bool) -> Packed | None:
    """What an earlier call packed into `folder`, if it is sound and was made from the same pictures and wishes."""
    if not folder.exists():
        return None
    try:
        ready = open_packed(folder)
        if ready.info.get("key") != key:
            return None
        if sum(shard.nbytes for shard in ready.shards) <= _VERIFY_BYTES:
            open_packed(folder, verify=True)
        return ready
    except DataError:
        if given and not (folder / layout.DATASET_FILE).exists() and any(folder.iterdir()):
            raise UsageError(
                f"{folder} is a folder with other things in it; packed pictures need one of their own. "
                "Name a new folder with --out."
            ) from None
        return None  # damaged: packed again in its place


def _choose_channels(source: PictureSource, alpha: bool | None, size: tuple[int, int], pool: ThreadPoolExecutor) -> int:
    """4 with alpha, 1 if every picture of a sample is grey, else 3."""
    if alpha:
        return 4
    step = max(1, len(source) // _SAMPLE)
    modes = Counter(mode for mode in pool.map(lambda picture: _mode(picture, size), source.pictures[::step]) if mode)
    if alpha is None and modes["RGBA"] >= _ALPHA_SHARE * max(1, modes.total()):
        return 4
    return 1 if modes and set(modes) == {"L"} else 3


def _mode(picture: Picture, size: tuple[int, int]) -> str | None:
    try:
        content = picture.raw()
        stored = read_header(content).mode
        if stored in ("RGB", "CMYK"):
            return "RGB"  # but for the rare colour key; no need to decode it
        return decode(content, picture, size).mode
    except PictureError:
        return None


def _prepare(picture: Picture, size: tuple[int, int], fit: Fit, channels: int) -> _Prepared:
    try:
        content = picture.raw()
        digest = hashlib.blake2b(content, digest_size=16, salt=picture.page.to_bytes(16, "little")).digest()
        # A JPEG decoded at half its size is as good as the whole for a target of a quarter, and far quicker.
        image = decode(content, picture, None if fit == "patches" else (size[0] * 2, size[1] * 2))
        reason = why_unfit(image.size, size, fit)
        if reason:
            return _Prepared(digest=digest, reason=reason)
        if channels == 1 and image.mode != "L":
            raise _FoundColourError
        return _Prepared(fit_picture(image, size, fit, channels), digest)
    except PictureError as problem:
        return _Prepared(reason=str(problem), unreadable=True)


def _write(
    source: PictureSource,
    folder: Path,
    size: tuple[int, int],
    fit: Fit,
    channels: int,
    drop_duplicates: bool,
    fewest: int,
    all_labels: bool,
    pool: ThreadPoolExecutor,
    progress: Progress | None,
) -> dict[str, Any]:
    """Write shards, labels, names and captions into `folder` -> the content of dataset.json."""
    _check_room(folder, len(source), size, channels)
    writer = ShardWriter(folder, (size[1], size[0], channels))
    kept: list[int] = []  # for each packed picture its place in the source
    dropped: list[tuple[str, str]] = []
    seen: dict[bytes, str] = {}
    unreadable = 0
    try:
        results = in_order(pool, lambda picture: _prepare(picture, size, fit, channels), source.pictures)
        for place, prepared in enumerate(results):
            name = source.pictures[place].name
            if progress and place % 50 == 0:
                progress(place, len(source))
            twin = seen.setdefault(prepared.digest, name) if prepared.digest else name
            if prepared.reason is None and drop_duplicates and twin != name:
                prepared.reason = f"the same file as {twin}"
            if prepared.reason is not None:
                dropped.append((name, prepared.reason))
                unreadable += prepared.unreadable
                continue
            for piece in prepared.pieces:
                writer.append(piece)
                kept.append(place)
        _refuse_if_hopeless(source, kept, dropped, unreadable, fewest)
        shards = writer.close()
    finally:
        writer.abandon()
    if progress:
        progress(len(source), len(source))
    return _describe(source, folder, size, fit, channels, kept, dropped, shards, all_labels)


def _check_room(folder: Path, count: int, size: tuple[int, int], channels: int) -> None:
    needed = count * size[0] * size[1] * channels
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise DataError(
            f"Packing {count:,} pictures of {size[0]} x {size[1]} takes {needed / 1e9:.1f} GB and "
            f"{folder.parent} has {free / 1e9:.1f} GB free. Make room, choose a smaller --size, or set "
            "PINXIT_CACHE to a folder on a larger disk."
        )


def _refuse_if_hopeless(
    source: PictureSource, kept: list[int], dropped: list[tuple[str, str]], unreadable: int, fewest: int
) -> None:
    usable = len(set(kept))
    reasons = "; ".join(f"{name}: {reason}" for name, reason in dropped[:3])
    if unreadable > WORST_SHARE * len(source):
        raise DataError(
            f"{unreadable} of the {len(source)} pictures in {source.name} cannot be read, so something "
            f"larger is wrong than a few bad files. The first: {reasons}. Copy or download them again; `pinxit data "
            "check` lists every one."
        )
    why = f" Left out: {reasons}." if dropped else ""
    if not usable:
        raise DataError(f"No picture of {source.name} can be used.{why}")
    if usable < fewest:
        raise DataError(
            f"{source.name} has {usable} usable picture{'' if usable == 1 else 's'}; a generator "
            f"needs at least {fewest}, and a few hundred to be any good.{why} Add more pictures of the same kind."
        )


def _describe(
    source: PictureSource,
    folder: Path,
    size: tuple[int, int],
    fit: Fit,
    channels: int,
    kept: list[int],
    dropped: list[tuple[str, str]],
    shards: list[dict[str, Any]],
    all_labels: bool,
) -> dict[str, Any]:
    pictures = [source.pictures[place] for place in kept]
    columns = encode_labels([picture.labels for picture in pictures], keep_all=all_labels)
    indices = (
        np.stack([column.indices for column in columns], axis=1) if columns else np.zeros((len(kept), 0), np.int32)
    )
    np.save(folder / layout.LABELS_FILE, indices, allow_pickle=False)
    (folder / layout.NAMES_FILE).write_text(json.dumps([picture.name for picture in pictures]), "utf-8")
    captions = [picture.caption for picture in pictures]
    if any(captions):
        lines = "".join(json.dumps(caption) + "\n" for caption in captions)
        (folder / layout.CAPTIONS_FILE).write_text(lines, "utf-8")
    classes = {column.name: column.classes for column in columns}
    content = json.dumps([shards, classes, hashlib.blake2b(indices.tobytes()).hexdigest(), captions])
    return {
        "format": layout.PACK_FORMAT,
        "name": source.name,
        "fingerprint": hashlib.blake2b(content.encode(), digest_size=16).hexdigest(),
        "count": len(kept),
        "size": list(size),
        "channels": channels,
        "fit": fit,
        "shards": shards,
        "classes": classes,
        "class_counts": {column.name: column.counts() for column in columns},
        "captions": sum(caption is not None for caption in captions),
        **_held_back(kept),
        "found": len(source),
        "dropped_count": len(dropped),
        "dropped": [{"name": name, "reason": reason} for name, reason in dropped[:_DROPPED_LISTED]],
        "skipped": [{"name": name, "reason": reason} for name, reason in source.skipped[:_DROPPED_LISTED]],
        "licence": source.licence,
    }


def held_back_count(count: int) -> int:
    """How many of so many pictures are held back."""
    return min(HELD_BACK_MOST, int(max(0.1 * count, 0.3 * count - 200))) if count >= HELD_BACK_FROM else 0


def _held_back(kept: list[int]) -> dict[str, list[int]]:
    """Indices kept out of training for honest scores: of sets of 500 and more a tenth, of larger ones up to 1,000.

    A set of 4,000 spares a quarter, because figures from fewer than 500 pictures mislead, and only half of what is held
    back is left to report on: the other half, `choosing`, picks the checkpoint. Chosen by a fixed seed, so that the same
    pictures always give the same split. All patches of one picture go to the same side.
    """
    sources = np.unique(kept)
    chosen = np.random.RandomState(0).permutation(sources)[: held_back_count(len(sources))]
    return {
        "held_back": np.flatnonzero(np.isin(kept, chosen)).tolist(),
        "choosing": np.flatnonzero(np.isin(kept, chosen[::2])).tolist(),
    }
