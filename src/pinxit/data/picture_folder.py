"""A folder, a zip, or a file list -> a stream of pictures with their labels and captions. Nothing is written."""

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from PIL import Image

from pinxit.data import metadata
from pinxit.data.archive import Archive
from pinxit.errors import DataError, PictureError, did_you_mean
from pinxit.images.files import MAX_FILE_BYTES, PICTURE_SUFFIXES, count_pages, kind_of, open_picture, open_regular_file

FOLDER_COLUMN = "folder"
LIST_SUFFIXES = (".csv", ".jsonl", ".ndjson")


@dataclass(frozen=True)
class Picture:
    """One picture that has not been read yet. `name` is for people and reports; never use it as a path to write to.

    `stamp` changes when the file does (size and time, or checksum); `page` counts from 0 inside a TIFF.
    """

    name: str
    read: Callable[[], bytes] = field(repr=False, compare=False)
    labels: dict[str, str] = field(default_factory=dict)
    caption: str | None = None
    stamp: str = ""
    page: int = 0

    def raw(self) -> bytes:
        """The bytes of the file. Raises PictureError."""
        return self.read()

    def load(self, at_least: tuple[int, int] | None = None) -> Image.Image:
        """The picture as "L", "RGB" or "RGBA"; see `open_picture`. Raises PictureError."""
        return decode(self.raw(), self, at_least)


def decode(content: bytes, picture: Picture, at_least: tuple[int, int] | None = None) -> Image.Image:
    """`picture`, whose bytes have been read already, as an image. Raises PictureError."""
    return open_picture(content, at_least=at_least, page=picture.page, name=picture.name)


@dataclass
class PictureSource:
    """Pictures in a fixed order, and what was left out of them as (name, reason)."""

    name: str
    pictures: list[Picture]
    skipped: list[tuple[str, str]] = field(default_factory=list)
    licence: str | None = None
    path: Path | None = None

    def __iter__(self) -> Iterator[Picture]:
        return iter(self.pictures)

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def columns(self) -> list[str]:
        """Every label column that at least one picture has, sorted."""
        return sorted({column for picture in self.pictures for column in picture.labels})

    def fingerprint(self) -> str:
        """Changes when a file, label or caption does; cheap, because it reads no picture."""
        digest = hashlib.blake2b(digest_size=16)
        for picture in self.pictures:
            line = (picture.name, picture.page, picture.stamp, sorted(picture.labels.items()), picture.caption)
            digest.update(repr(line).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def only_labels(self, labels: Sequence[str]) -> "PictureSource":
        """The same pictures with only the label columns named. Raises DataError for a column that nobody has."""
        known = self.columns
        for column in labels:
            if column not in known:
                hint = did_you_mean(column, known) or " No picture has any label: use sub-folders or a file list."
                raise DataError(f"{self.name} has no label column '{column}'.{hint}")
        kept = [
            replace(picture, labels={key: value for key, value in picture.labels.items() if key in labels})
            for picture in self.pictures
        ]
        return replace(self, pictures=kept)


def read_source(path: Path | str, *, labels: Sequence[str] = ()) -> PictureSource:
    """Look through a folder (with sub-folders), a zip, or a CSV/JSONL file list, without reading the pictures.

    `labels` keeps only these columns; without it every column is kept. Links that leave the folder, pipes, devices and
    hidden files are passed over. Raises DataError if there is nothing to read.
    """
    path = Path(path)
    try:
        status = path.stat()
    except (OSError, ValueError):
        raise DataError(
            f"There is no folder or file {path}. Give a folder of pictures, a zip, or a CSV/JSONL list."
        ) from None
    if stat.S_ISDIR(status.st_mode):
        source = _read_folder(path)
    elif not stat.S_ISREG(status.st_mode):
        raise DataError(f"{path} is neither a folder nor an ordinary file.")
    elif path.name.lower().endswith(".selection.json"):
        from pinxit.data.selection import read_selection  # it is made of sources itself

        source = read_selection(path, read_source)
    elif path.suffix.lower() in LIST_SUFFIXES:
        source = _read_list(path)
    else:
        source = _read_zip(path)
    return source.only_labels(labels) if labels else source


def _read_folder(root: Path) -> PictureSource:
    files, skipped = _walk(root)
    return _assemble(root, files, skipped, lambda name, limit: _read_file(root / name, limit), _file_stamps(root))


def _read_zip(path: Path) -> PictureSource:
    archive = Archive(path)
    return _assemble(path, archive.names, [], archive.read, archive.stamps)


def _read_list(path: Path) -> PictureSource:
    """A file list given by itself: only the files it names, looked for beside it."""
    root = path.parent
    listing = metadata.read_file_list(_read_file(path, metadata.MAX_LIST_BYTES), path.name)
    skipped = list(listing.skipped)
    rows: dict[str, metadata.Row] = {}
    for row in listing.rows:
        name = metadata.inside(PurePosixPath(), row.file_name)
        reason = "it lies outside the folder of the list" if name is None else _why_not(root, root / name)
        if reason or name is None:
            skipped.append((row.file_name, reason or ""))
        else:
            rows[name] = row
    read = lambda name, limit: _read_file(root / name, limit)  # noqa: E731
    return _with_pages(path, list(rows), rows, skipped, read, _file_stamps(root), {})


def _assemble(
    path: Path,
    files: list[str],
    skipped: list[tuple[str, str]],
    read: Callable[[str, int], bytes],
    stamps: Callable[[str], str],
) -> PictureSource:
    """Sort the files of a folder or zip into pictures, lists and captions, and put them together."""
    present = set(files)
    rows: dict[str, metadata.Row] = {}
    for name in files:
        place = PurePosixPath(name)
        if place.name.lower() not in metadata.LIST_NAMES:
            continue
        listing = metadata.read_file_list(read(name, metadata.MAX_LIST_BYTES), name)
        skipped.extend(listing.skipped)
        for row in listing.rows:
            target = metadata.inside(place.parent, row.file_name)
            if target in present:
                rows[target] = row
            else:
                reason = "listed, but it lies outside the folder" if target is None else "listed, but not there"
                skipped.append((row.file_name, reason))
    pictures = [name for name in files if name in rows or _looks_like_picture(name, read)]
    captions = {}
    for name in pictures:
        beside = str(PurePosixPath(name).with_suffix(".txt"))
        if beside in present and (name not in rows or rows[name].caption is None):
            captions[name] = metadata.caption_of(read(beside, metadata.MAX_CAPTION_BYTES))
    if not pictures:
        raise DataError(_nothing(path, files))
    return _with_pages(path, pictures, rows, skipped, read, stamps, captions)


def _with_pages(path, names, rows, skipped, read, stamps, captions) -> PictureSource:
    folders = metadata.folder_labels(names)
    pictures = []
    for name in names:
        row = rows.get(name)
        labels = {FOLDER_COLUMN: folders[name]} if name in folders else {}
        picture = Picture(
            name=name,
            read=lambda name=name: read(name, MAX_FILE_BYTES),
            labels=labels | (row.labels if row else {}),
            caption=(row.caption if row else None) or captions.get(name),
            stamp=stamps(name),
        )
        pages = _pages(picture)
        pictures += (
            [picture]
            if pages == 1
            else [replace(picture, name=f"{name}#{page + 1}", page=page) for page in range(pages)]
        )
    return PictureSource(name=path.name or str(path.resolve().name), pictures=pictures, skipped=skipped, path=path)


def _pages(picture: Picture) -> int:
    if not picture.name.lower().endswith((".tif", ".tiff")):
        return 1
    try:
        return count_pages(picture.raw())
    except PictureError:
        return 1  # it is listed once, and the doctor says what is wrong with it


def _looks_like_picture(name: str, read: Callable[[str, int], bytes]) -> bool:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix:
        return suffix in PICTURE_SUFFIXES
    try:
        return kind_of(read(name, -64)) is not None  # no suffix at all: the first bytes decide
    except PictureError:
        return False


def _nothing(path: Path, files: list[str]) -> str:
    if not files:
        return (
            f"{path} is empty. Put PNG, JPEG, WebP, GIF, TIFF or BMP pictures into it: a few hundred make a good start."
        )
    kinds = Counter(PurePosixPath(name).suffix.lower() or "no suffix" for name in files)
    came = ", ".join(f"{count} {suffix}" for suffix, count in kinds.most_common(4))
    return (
        f"There is no picture in {path}: it has {len(files)} files ({came}). pinxit reads PNG, JPEG, WebP, GIF, TIFF "
        "and BMP (SVG and HEIC with an extra package). Give the folder that holds the pictures."
    )


def _walk(root: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Every ordinary file under `root` as sorted paths with /, and the entries passed over with the reason."""
    files: list[str] = []
    skipped: list[tuple[str, str]] = []
    for folder, folders, names in os.walk(root, followlinks=False):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not _hidden(name))
        for name in list(folders):
            if (here / name).is_symlink():
                folders.remove(name)
                skipped.append((_relative(root, here / name), "a link to a folder is not followed"))
        for name in names:
            if _hidden(name):
                continue
            reason = _why_not(root, here / name)
            if reason:
                skipped.append((_relative(root, here / name), reason))
            else:
                files.append(_relative(root, here / name))
    return sorted(files), sorted(skipped)


def _why_not(root: Path, path: Path) -> str | None:
    """Why a file is passed over, or None if it is an ordinary file inside `root`."""
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(root.resolve()):
            return "a link that leaves the folder"
        if not stat.S_ISREG(path.stat().st_mode):
            return "not an ordinary file (pipe, socket or device)"
    except FileNotFoundError:
        return "a link to nothing" if path.is_symlink() else "listed, but not there"
    except (OSError, RuntimeError, ValueError):
        return "a link that runs in a circle, or a file that cannot be reached"
    return None


def _hidden(name: str) -> bool:
    return name.startswith(".") or name in ("__MACOSX", "Thumbs.db", "desktop.ini")


def _relative(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _file_stamps(root: Path) -> Callable[[str], str]:
    def stamp(name: str) -> str:
        try:
            status = (root / name).stat()
        except OSError:
            return "gone"
        return f"{status.st_size}:{status.st_mtime_ns}"

    return stamp


def _read_file(path: Path, limit: int) -> bytes:
    """The bytes of a file of at most `limit` bytes; a negative limit reads only that many from its start."""
    try:
        with open_regular_file(path) as stream:
            content = stream.read(-limit if limit < 0 else limit + 1)
    except OSError as problem:
        raise PictureError(f"it cannot be read ({problem.strerror or problem})") from None
    if 0 <= limit < len(content):
        if limit == metadata.MAX_CAPTION_BYTES:
            return content
        raise PictureError(f"the file has more than {limit:,} bytes")
    return content
