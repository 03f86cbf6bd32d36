"""Pictures beside what a model draws them back as, and in figures how like each other they are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import pinxit
from pinxit.data.catalog import resolve
from pinxit.data.picture_folder import Picture, PictureSource
from pinxit.errors import DataError, PictureError, UsageError, counted
from pinxit.families.contract import Canvas
from pinxit.generation.coding import decode, encode, encoder_of, fitted, squeeze, straight
from pinxit.generation.model import Model, to_image
from pinxit.generation.sampling import MADE_BY, recipe_xmp
from pinxit.images.files import kind_of, save_png
from pinxit.images.sheets import contact_sheet
from pinxit.scoring.fidelity import WINDOW, on_white, psnr, ssim

MOST = 100_000
ON_A_SHEET = 512
AT_ONCE = 64


@dataclass(frozen=True)
class Reconstruction:
    """`originals` and `drawn` uint8 (N, H, W, C), straight alpha; `names` of the files; `left_out` (name, reason).

    psnr, ssim  (N,) over white; `ssim` is None where a side is under 11 pixels
    bits        (N,) an estimate of what each takes up when stored (see `coding.squeeze`); `drawn` is drawn from just that
    """

    originals: np.ndarray
    drawn: np.ndarray
    names: list[str]
    left_out: list[tuple[str, str]]
    psnr: np.ndarray
    ssim: np.ndarray | None
    bits: np.ndarray

    def lines(self) -> list[str]:
        """The figures for people."""
        raw = self.originals[0].size
        stored = self.bits.mean() / 8
        likeness = f", SSIM {self.ssim.mean():.3f}" if self.ssim is not None else ""
        return [
            (
                f"{len(self.drawn)} picture{'s' if len(self.drawn) > 1 else ''} drawn back: PSNR {self.psnr.mean():.1f} dB"
                f"{likeness} (over white, mean)."
            ),
            (
                f"Each takes about {stored:,.0f} bytes squeezed, of {raw:,} bytes of pixels (by the model's own statistics; "
                "the model itself is not counted)."
            ),
            *(f"Left out: {name}: {reason}." for name, reason in self.left_out[:3]),
        ]

    def save_sheet(self, path: Path) -> Path:
        """Write a sheet: each original, and beside it what the model made of it."""
        pairs = [to_image(np.concatenate(pair, axis=1)) for pair in zip(self.originals, self.drawn, strict=True)]
        columns = max(1, round((len(pairs) / 2) ** 0.5))
        save_png(contact_sheet(pairs[:ON_A_SHEET], columns=columns, gap=8), path, self.about(), recipe_xmp())
        return path

    def save(self, folder: Path) -> list[Path]:
        """Write each drawn picture into `folder`, numbered in the order of the originals."""
        paths = [folder / f"redrawn-{number:06d}.png" for number in range(len(self.drawn))]
        for path, picture in zip(paths, self.drawn, strict=True):
            save_png(to_image(picture), path, self.about(), recipe_xmp())
        return paths

    def about(self) -> dict[str, str]:
        """What the files say of themselves."""
        return {"Software": f"pinxit {pinxit.__version__}", "Comment": f"{MADE_BY}: a picture encoded and drawn back"}


def reconstruct(
    model: Model, source: PictureSource, count: int | None = None, say: Callable[[str], None] = lambda _: None
) -> Reconstruction:
    """Squeeze the first `count` pictures of `source` (all, up to 100,000, for None) and draw them back.

    Labels that the pictures have and the model knows are told to it; others are left open. Raises UsageError for a model
    without an encoder, DataError when no picture can be read.
    """
    encoder_of(model)
    if count is not None and not 1 <= count <= MOST:
        raise UsageError(f"1 to {MOST:,} pictures can be drawn back at once; {count} came.")
    left_out: list[tuple[str, str]] = []
    names, originals, drawn, bits = [], [], [], []
    for some in batches(model, source.pictures[: count or MOST], left_out):
        shown = np.concatenate([pixels for _, pixels in some])
        classes = np.stack([classes_of(picture, model.canvas) for picture, _ in some])
        squeezed = squeeze(model, encode(model, shown, classes))
        drawn.append(decode(model, squeezed.codes, classes))
        originals.append(shown)
        bits.append(squeezed.bits)
        names += [picture.name for picture, _ in some]
        if len(names) % 1024 == 0:
            say(f"{counted(len(names), 'picture')} drawn back")
    if not names:
        first = f" ({left_out[0][0]}: {left_out[0][1]})" if left_out else ""
        raise DataError(f"None of the pictures in {source.name} can be read{first}.")
    shown, painted = np.concatenate(originals), np.concatenate(drawn)
    over_white = on_white(shown), on_white(painted)
    likeness = ssim(*over_white) if min(shown.shape[1:3]) >= WINDOW else None
    return Reconstruction(
        straight(shown), straight(painted), names, left_out, psnr(*over_white), likeness, np.concatenate(bits)
    )


def batches(
    model: Model, pictures: list[Picture], left_out: list[tuple[str, str]]
) -> Iterator[list[tuple[Picture, np.ndarray]]]:
    """Pictures and their pixels (1, H, W, C), `AT_ONCE` at a time. Those that cannot be read go to `left_out`."""
    some: list[tuple[Picture, np.ndarray]] = []
    size = (model.canvas.width, model.canvas.height)
    for picture in pictures:
        try:
            some.append((picture, fitted(model, [picture.load(at_least=size)])[:1]))
        except PictureError as error:
            left_out.append((picture.name, str(error)))
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def classes_of(picture: Picture, canvas: Canvas) -> np.ndarray:
    """(columns,) the numbers of the classes that a picture is labelled with; -1 for those it is not."""
    found = []
    for column in canvas.classes:
        try:
            found.append(canvas.label(column, picture.labels[column]))
        except (KeyError, UsageError):
            found.append(-1)
    return np.array(found, np.int64)


def source_of(pictures: str | Path) -> PictureSource:
    """As `pinxit.data.catalog.resolve`, and one picture is a source too."""
    path = Path(pictures)
    if path.is_file():
        with path.open("rb") as file:
            if kind_of(file.read(64)) is not None:
                return PictureSource(path.name, [Picture(path.name, path.read_bytes)])
    return resolve(pictures)
