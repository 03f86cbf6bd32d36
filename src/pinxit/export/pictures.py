"""Take pictures away: as files of another kind, larger, on paper, as drawings, as icons, tiled, on a sheet."""

import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from pinxit.errors import DataError, PictureError, UsageError, did_you_mean
from pinxit.export.flat import palette_of, parse_palette
from pinxit.export.icons import as_ico, icon_set
from pinxit.export.printing import print_pdf, print_png, print_tiff
from pinxit.export.saving_settings import SavingSettings
from pinxit.export.tracing import trace
from pinxit.generation.keeping import enlarged, recipe_in
from pinxit.generation.sampling import recipe_text, recipe_xmp
from pinxit.images.files import MAX_PIXELS, PICTURE_SUFFIXES, open_picture, to_png
from pinxit.images.sheets import contact_sheet
from pinxit.images.writing import write_atomically

MOST_PICTURES = 5_000
MOST_ICONS = 1_000


@dataclass(frozen=True)
class Source:
    """A picture to take away: what it is called, its pixels, and the recipe it carries, if any."""

    name: str
    image: Image.Image
    recipe: dict[str, Any] | None

    @property
    def text(self) -> dict[str, str]:
        return recipe_text(self.recipe) if self.recipe and "family" in self.recipe else {}

    @property
    def xmp(self) -> str | None:
        """The mark of a model's work, with the recipe; of others' pictures nothing is claimed."""
        return recipe_xmp(self.recipe) if self.recipe else None


@dataclass(frozen=True)
class Taken:
    """One file: its name (with folders), its content, and what should be known of it."""

    name: str
    content: bytes
    remark: str = ""


def open_sources(pictures: Sequence[str | Path]) -> list[Source]:
    """Files, and the pictures directly in folders, by name. Raises UsageError, DataError."""
    files: list[Path] = []
    for place in map(Path, pictures):
        if place.is_dir():
            inside = sorted(
                one
                for one in place.iterdir()
                if one.suffix.lower() in PICTURE_SUFFIXES and not one.name.startswith(".")
            )
            if not inside:
                raise UsageError(f"There is no picture in the folder {place}.")
            files += inside
        elif place.exists():
            files.append(place)
        else:
            raise UsageError(f"There is no picture {place}.")
    if not 1 <= len(files) <= MOST_PICTURES:
        raise UsageError(f"1 to {MOST_PICTURES:,} pictures are taken away at once; {len(files):,} came.")
    names: set[str] = set()
    return [open_source(file, names) for file in files]


def open_source(file: Path, names: set[str], called: str | None = None) -> Source:
    """One picture, under a name that no other has: `called`, or as its file. Raises DataError."""
    try:
        content = file.read_bytes()
        image, recipe = open_picture(content), None
    except (PictureError, OSError) as error:
        raise DataError(f"{file} cannot be taken away: {error}.") from None
    with suppress(PictureError):
        recipe = recipe_in(content)
    wanted = (called or file.stem)[:120]
    name, number = wanted, 2
    while name in names:
        name, number = f"{wanted}-{number}", number + 1
    names.add(name)
    return Source(name, image, recipe)


def as_png(source: Source, settings: SavingSettings) -> Taken:
    """Larger, or for paper."""
    if settings.width_mm is not None:
        content, remark = print_png(source.image, settings, source.text, source.xmp)
        return Taken(f"{source.name}.png", content, remark)
    text = source.text
    if source.text and source.recipe and settings.times > 1:
        text = recipe_text({**source.recipe, "enlarged": settings.times})
    return Taken(f"{named(source, settings)}.png", to_png(grown(source, settings), text, source.xmp))


def as_webp(source: Source, settings: SavingSettings) -> Taken:
    """Without loss."""
    buffer = io.BytesIO()
    more = {} if source.xmp is None else {"xmp": source.xmp.encode()}
    grown(source, settings).save(buffer, "WEBP", lossless=True, **more)
    return Taken(f"{named(source, settings)}.webp", buffer.getvalue())


def as_tiff(source: Source, settings: SavingSettings) -> Taken:
    """For paper."""
    content, remark = print_tiff(source.image, settings, source.xmp)
    return Taken(f"{source.name}.tiff", content, remark)


def as_pdf(source: Source, settings: SavingSettings) -> Taken:
    """For paper."""
    content, remark = print_pdf(source.image, settings, source.xmp)
    return Taken(f"{source.name}.pdf", content, remark)


def as_svg(source: Source, settings: SavingSettings) -> Taken:
    """A drawing in flat colours."""
    palette = parse_palette(settings.palette) if settings.palette else palette_of([source.image], settings.colours)
    traced = trace(source.image, palette, settings.nodes)
    about = (source.xmp or "").split("?>", 1)[-1].rsplit("<?", 1)[0].strip()  # without its packet's brackets
    used = len({colour for _, colour, *_ in traced.paths})
    return Taken(f"{source.name}.svg", traced.to_svg(about).encode(), f"{used} colours, {traced.nodes:,} nodes")


def as_icon(source: Source, settings: SavingSettings) -> Taken:
    """One icon file."""
    return Taken(f"{source.name}.ico", as_ico(source.image))


def as_tile(source: Source, settings: SavingSettings) -> Taken:
    """A picture laid beside itself, to see how it tiles."""
    across, down = map(int, settings.repeat.split("x"))
    width, height = source.image.size
    if width * across * height * down > MAX_PIXELS:
        raise UsageError(f"{across} x {down} times {width} x {height} pixels are too many. Repeat it less often.")
    tiled = Image.new(source.image.mode, (width * across, height * down))
    for place in range(across * down):
        tiled.paste(source.image, (place % across * width, place // across * height))
    return Taken(f"{source.name}-{settings.repeat}.png", to_png(tiled, None, source.xmp))


def as_icons(sources: Sequence[Source], settings: SavingSettings) -> list[Taken]:
    """A set of icons in a folder."""
    if len(sources) > MOST_ICONS:
        raise UsageError(f"A set holds at most {MOST_ICONS:,} icons; {len(sources):,} pictures came.")
    made = icon_set([(source.name, source.image) for source in sources], settings)
    files = [Taken(f"icons/{name}", content) for name, content in made.items()]
    return sorted(files, key=lambda one: one.name != "icons/index.html")


def as_sheet(sources: Sequence[Source], settings: SavingSettings) -> list[Taken]:
    """All on one sheet, with their names."""
    sheet = contact_sheet(
        [source.image for source in sources], columns=settings.columns, captions=[source.name for source in sources]
    )
    marked = next((source.xmp for source in sources if source.recipe), None) and recipe_xmp()
    return [Taken("sheet.png", to_png(sheet, None, marked))]


EACH: dict[str, Callable[[Source, SavingSettings], Taken]] = {
    "png": as_png, "webp": as_webp, "svg": as_svg, "ico": as_icon, "tiff": as_tiff, "pdf": as_pdf, "tile": as_tile,
}  # fmt: skip
TOGETHER: dict[str, Callable[[Sequence[Source], SavingSettings], list[Taken]]] = {"icons": as_icons, "sheet": as_sheet}
KINDS = (*EACH, *TOGETHER)


def taken(sources: Sequence[Source], kind: str, settings: SavingSettings) -> list[Taken]:
    """The files that pictures become; the one to look at first comes first. Raises UsageError, MissingExtra."""
    if kind in TOGETHER:
        return TOGETHER[kind](sources, settings)
    if kind not in EACH:
        raise UsageError(f"Pictures cannot be saved as '{kind}'.{did_you_mean(kind, KINDS)}")
    return [EACH[kind](source, settings) for source in sources]


def write(files: Sequence[Taken], folder: Path) -> list[tuple[Path, str]]:
    """Write them into a folder -> (path, remark) of each. A file of that name with other content gets a number behind it."""
    written = []
    for one in files:
        path = folder / one.name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"Pictures cannot go to {folder}: {error.strerror}. Choose another --out.") from None
        if "/" not in one.name:
            path = free(path, one.content)
        write_atomically(path, one.content)
        written.append((path, one.remark))
    return written


def free(path: Path, content: bytes) -> Path:
    """`path`, or path-2, path-3 … where there is another picture of that name."""
    found, number = path, 2
    while found.exists() and found.read_bytes() != content:
        found, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return found


def named(source: Source, settings: SavingSettings) -> str:
    """`head`, or `head@2x` where it is larger."""
    return source.name if settings.times == 1 else f"{source.name}@{settings.times}x"


def grown(source: Source, settings: SavingSettings) -> Image.Image:
    """The picture so many times as wide and high."""
    return source.image if settings.times == 1 else enlarged(source.image, settings.times)
