"""The doctor: what is wrong with a set of pictures, picture by picture. Reported, never fatal; nothing is changed."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from pinxit.data.catalog import resolve
from pinxit.data.fitting import Fit, check_wishes, why_unfit
from pinxit.data.likeness import Likenesses, signature
from pinxit.data.ordered import in_order
from pinxit.data.picture_folder import Picture, PictureSource, decode
from pinxit.data.report import write_report
from pinxit.errors import PictureError
from pinxit.images.files import read_header

_SUFFIXES = {
    "PNG": (".png", ".apng"),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "WebP": (".webp",),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp",),
}
_FEW = 5
_IMBALANCE = 10


@dataclass
class Verdict:
    """What the doctor found about one picture: `dropped` is why packing leaves it out, `notes` are only told.

    Each reason and note is a pair (finding, detail), such as ("duplicate", "the same file as a.png").
    """

    name: str
    size: tuple[int, int] | None = None
    dropped: tuple[str, str] | None = None
    notes: list[tuple[str, str]] = field(default_factory=list)
    twin: str | None = None


@dataclass
class CheckReport:
    """All verdicts, in the order of the pictures, and what concerns the set as a whole."""

    source: PictureSource
    verdicts: list[Verdict]
    class_counts: dict[str, dict[str, int]]
    set_notes: list[tuple[str, int, str]]

    @property
    def usable(self) -> int:
        """How many pictures packing would keep."""
        return sum(verdict.dropped is None for verdict in self.verdicts)

    @property
    def unreadable(self) -> int:
        """How many files are damaged or no pictures at all."""
        return sum(verdict.dropped is not None and verdict.dropped[0] == "unreadable" for verdict in self.verdicts)

    def table(self) -> list[tuple[str, int, str]]:
        """Rows (finding, how many, example) for printing, the most frequent first; the first row counts the good."""
        found: dict[str, list[str]] = {}
        for verdict in self.verdicts:
            if verdict.dropped:
                found.setdefault(f"dropped: {verdict.dropped[0]}", []).append(f"{verdict.name}: {verdict.dropped[1]}")
            for note, detail in verdict.notes:
                found.setdefault(f"noted: {note}", []).append(f"{verdict.name}: {detail}")
        for name, reason in self.source.skipped:
            found.setdefault("passed over", []).append(f"{name}: {reason}")
        rows = [(finding, len(examples), examples[0]) for finding, examples in found.items()]
        rows.sort(key=lambda row: (row[0].split(":")[0], -row[1]))
        return [("usable pictures", self.usable, f"of {len(self.verdicts)} found"), *rows, *self.set_notes]

    def write(self, folder: Path) -> Path:
        """Write report.json and report.html into `folder` -> the path of the page. Raises PinxitError."""
        return write_report(self, folder)


def check(
    source: PictureSource | Path | str,
    size: tuple[int, int] | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    fit: Fit = "crop",
    workers: int | None = None,
) -> CheckReport:
    """Look at every picture of a folder, zip, list or named set as packing to `size` (width, height) would.

    No picture, however bad, ends the check. Raises DataError only if there is no picture at all.
    """
    check_wishes(size or (16, 16), fit)
    if not isinstance(source, PictureSource):
        source = resolve(source)
    verdicts: list[Verdict] = []
    seen: dict[bytes, str] = {}
    likenesses = Likenesses()
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        examined = in_order(pool, lambda picture: _examine(picture, size, fit), source.pictures)
        for place, (verdict, digest, look) in enumerate(examined):
            verdicts.append(verdict)
            if progress and place % 50 == 0:
                progress(place, len(source))
            if verdict.dropped or look is None:
                continue
            twin = seen.setdefault(digest, verdict.name)
            if twin != verdict.name:
                verdict.twin, verdict.dropped = twin, ("duplicate", f"the same file as {twin}")
                continue
            verdict.twin = likenesses.twin(verdict.name, *look)
            if verdict.twin:
                verdict.notes.append(("near duplicate", f"looks the same as {verdict.twin}"))
    if progress:
        progress(len(source), len(source))
    usable = [picture for picture, verdict in zip(source.pictures, verdicts, strict=True) if verdict.dropped is None]
    class_counts = {
        column: dict(Counter(picture.labels[column] for picture in usable if column in picture.labels).most_common())
        for column in source.columns
    }
    return CheckReport(source, verdicts, class_counts, _about_the_set(usable, class_counts))


def _examine(
    picture: Picture, size: tuple[int, int] | None, fit: Fit
) -> tuple[Verdict, bytes, tuple[int, np.ndarray] | None]:
    """One picture -> its verdict, a digest of its bytes, and what it looks like (None if it cannot be read)."""
    verdict = Verdict(picture.name)
    try:
        content = picture.raw()
        digest = hashlib.blake2b(content, digest_size=16, salt=picture.page.to_bytes(16, "little")).digest()
        header = read_header(content)
        image = decode(content, picture, (64, 64))
    except PictureError as problem:
        verdict.dropped = "unreadable", str(problem)
        return verdict, b"", None
    verdict.size = image.size
    if header.size and not picture.page:  # a big JPEG was decoded smaller, and perhaps turned
        turned = (image.width > image.height) != (header.size[0] > header.size[1])
        verdict.size = (header.size[1], header.size[0]) if turned else header.size
    verdict.notes += _odd_things(picture.name, header)
    if header.kind != "SVG":
        verdict.dropped = unfit(verdict.size, size, fit)
        if verdict.dropped is None and size and (verdict.size[0] < size[0] or verdict.size[1] < size[1]):
            verdict.notes.append(("enlarged", f"{verdict.size[0]} x {verdict.size[1]} is smaller than asked for"))
    bits, thumbnail = signature(image)
    if np.ptp(thumbnail.reshape(-1, 4), axis=0).max() == 0:
        verdict.notes.append(("blank", "one flat colour"))
    return verdict, digest, (bits, thumbnail)


def unfit(picture_size: tuple[int, int], size: tuple[int, int] | None, fit: Fit) -> tuple[str, str] | None:
    """Why a picture's shape keeps it out of a set of `size` (width, height), as (finding, reason); None if it serves."""
    reason = why_unfit(picture_size, size or (16, 16), fit)
    return (reason.split(" (")[0], reason) if reason else None


def _odd_things(name: str, header) -> list[tuple[str, str]]:
    """Channels and names that are unusual but harmless: pinxit converts them."""
    notes = []
    if header.mode in ("CMYK", "LAB", "YCbCr"):
        notes.append(("odd channels", f"{header.mode} is turned into RGB"))
    if header.mode in ("P", "PA") and header.kind != "GIF":
        notes.append(("odd channels", "a palette is turned into RGB"))
    if header.sixteen_bits:
        notes.append(("odd channels", "16 bits are brought down to 8"))
    if header.frames > 1 and header.kind != "TIFF":
        notes.append(("animated", f"only the first of {header.frames} frames is used"))
    suffix = PurePosixPath(name.partition("#")[0]).suffix.lower()
    if suffix and header.kind in _SUFFIXES and suffix not in _SUFFIXES[header.kind]:
        notes.append(("wrong suffix", f"a {header.kind} picture named {suffix}"))
    return notes


def _about_the_set(usable: list[Picture], class_counts: dict[str, dict[str, int]]) -> list[tuple[str, int, str]]:
    """Missing captions and labels, and classes too small to be learned."""
    notes = []
    captioned = sum(picture.caption is not None for picture in usable)
    if 0 < captioned < len(usable):
        missing = len(usable) - captioned
        notes.append(("missing captions", missing, f"{missing} of {len(usable)} pictures have no caption"))
    for column, counts in class_counts.items():
        missing = len(usable) - sum(counts.values())
        if missing:
            notes.append(("missing labels", missing, f"{missing} of {len(usable)} pictures have no '{column}'"))
        if len(counts) < 2 or len(counts) > len(usable) // 2:
            continue  # not a column that can serve as classes
        (most, many), (least, few) = max(counts.items(), key=_second), min(counts.items(), key=_second)
        if few < _FEW or many > _IMBALANCE * few:
            notes.append(("class imbalance", few, f"'{column}': {many} pictures of '{most}', {few} of '{least}'"))
    return notes


def _second(pair: tuple[str, int]) -> int:
    return pair[1]
