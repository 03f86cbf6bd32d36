"""A zip of pictures, read in place: nothing is ever extracted to disk, and a hostile archive is refused as a whole."""

import re
import stat
import zipfile
import zlib
from pathlib import Path

from pinxit.data.metadata import MAX_CAPTION_BYTES
from pinxit.errors import DataError, PictureError

MAX_MEMBERS = 2_000_000
MAX_TOTAL_BYTES = 500 * 1024**3
BOMB_RATIO = 200  # honest pictures are packed already: a whole archive that unpacks 200-fold is no set of pictures
BOMB_BYTES = 256 * 1024 * 1024


class Archive:
    """The ordinary files of a zip by name. Raises DataError if the zip is damaged, locked or hostile."""

    def __init__(self, path: Path):
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
            members = self._zip.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as problem:
            raise DataError(
                f"{path} is not a folder, a CSV/JSONL list or a sound zip ({problem}). Give a folder of "
                "pictures, or pack the pictures into a zip again."
            ) from None
        except OSError as problem:
            raise DataError(f"{path} cannot be read: {problem.strerror or problem}.") from None
        reason = _why_refused(members)
        if reason:
            self._zip.close()
            raise DataError(
                f"The archive {path} is refused: {reason}. Nothing was read from it. If you trust it, unpack "
                "it yourself and give the folder."
            )
        self._members = {member.filename: member for member in members if not member.is_dir()}
        self.names = sorted(name for name in self._members if not _hidden(name))

    def stamps(self, name: str) -> str:
        """Size and checksum of a file, as the archive's table says."""
        member = self._members[name]
        return f"{member.file_size}:{member.CRC:08x}"

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a file of at most `limit` bytes; a negative limit reads only that many from its start.

        Safe from several threads. Raises PictureError.
        """
        try:
            with self._zip.open(name) as stream:
                content = stream.read(-limit if limit < 0 else limit + 1)  # never trust the size that is declared
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            RuntimeError,
            NotImplementedError,
            ValueError,
        ) as problem:
            raise PictureError(f"damaged inside the zip ({problem})") from None
        if 0 <= limit < len(content) and limit != MAX_CAPTION_BYTES:
            raise PictureError(f"it unpacks to more than {limit:,} bytes")
        return content


def _why_refused(members: list[zipfile.ZipInfo]) -> str | None:
    """The first thing that is wrong with an archive, or None."""
    if len(members) > MAX_MEMBERS:
        return f"it lists {len(members):,} files, more than {MAX_MEMBERS:,}"
    seen: set[str] = set()
    for member in members:
        name = member.orig_filename  # `filename` has been tidied: it hides what we look for
        shown = ascii(name[:80])
        if "\0" in name or "\\" in name:
            return f"the name {shown} holds a NUL or a backslash"
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
            return f"the name {shown} points outside the archive"
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or (member.external_attr >> 16) & (stat.S_ISUID | stat.S_ISGID):
            return f"{shown} is a link, a device or marked setuid"
        if member.flag_bits & 0x1:
            return f"{shown} is locked with a password"
        folded = name.rstrip("/").casefold()
        if folded in seen:
            return f"the name {shown} comes twice (upper and lower case count as the same)"
        seen.add(folded)
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > MAX_TOTAL_BYTES or (unpacked > BOMB_BYTES and unpacked > BOMB_RATIO * max(packed, 1)):
        return f"{packed:,} bytes unpack to {unpacked:,}: a zip bomb"
    return None


def _hidden(name: str) -> bool:
    parts = name.split("/")
    return any(part.startswith(".") or part == "__MACOSX" for part in parts) or parts[-1] in (
        "Thumbs.db",
        "desktop.ini",
    )
