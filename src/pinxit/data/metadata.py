"""What people write beside their pictures: file lists (CSV, JSONL) with labels and captions, and name.txt captions."""

import csv
import io
import json
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pinxit.errors import DataError

LIST_NAMES = ("metadata.jsonl", "metadata.csv")  # the convention of Hugging Face image folders
MAX_LIST_BYTES = 256 * 1024 * 1024
MAX_CAPTION_BYTES = 64 * 1024
_FILE_COLUMNS = ("file_name", "file", "filename", "path", "image")
_CAPTION_COLUMNS = ("text", "caption")


@dataclass(frozen=True)
class Row:
    """One line of a file list: the file it speaks of, its caption and its labels by column."""

    file_name: str
    caption: str | None
    labels: dict[str, str]


@dataclass
class FileList:
    """A whole list, and the lines that could not be used, as (line, reason)."""

    rows: list[Row] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def read_file_list(content: bytes, name: str) -> FileList:
    """Read CSV or JSONL (by the suffix of `name`) with a column `file_name`; `text` or `caption` is the caption.

    Every other column with plain values is a label column. Raises DataError if it is no such list at all; single bad
    lines are listed in `skipped`.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DataError(f"The file list {name} is not UTF-8 text (byte {problem.start}). Save it as UTF-8.") from None
    listing = FileList()
    rows = _json_rows(text, name, listing) if name.lower().endswith((".jsonl", ".ndjson")) else _csv_rows(text, name)
    for line, row in rows:
        column = next((column for column in _FILE_COLUMNS if row.get(column)), None)
        if column is None or not isinstance(row[column], str):
            listing.skipped.append((f"{name}, line {line}", "it names no file (column file_name)"))
            continue
        caption = next((row[column] for column in _CAPTION_COLUMNS if isinstance(row.get(column), str)), None)
        labels = {
            key: _label(value)
            for key, value in row.items()
            if key not in (column, *_CAPTION_COLUMNS) and isinstance(value, str | int | float) and str(value).strip()
        }
        listing.rows.append(Row(row[column].strip(), (caption or "").strip() or None, labels))
    if not listing.rows:
        raise DataError(
            f"The file list {name} has no line with a file in it. pinxit reads CSV or JSONL with a column "
            "`file_name`, and if you like `text` for captions and further columns for labels."
        )
    return listing


def _json_rows(text: str, name: str, listing: FileList):
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            yield number, row
        else:
            listing.skipped.append((f"{name}, line {number}", "not a JSON object"))


def _csv_rows(text: str, name: str):
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="")
    try:
        columns = reader.fieldnames or []
        if not set(columns) & set(_FILE_COLUMNS):
            raise DataError(
                f"The file list {name} has no column `file_name`; it has: "
                f"{', '.join(columns[:10]) or 'nothing'}. Add a first line such as: file_name,text,kind"
            )
        for row in reader:
            row.pop("", None)  # cells beyond the last column
            yield reader.line_num, row
    except csv.Error as problem:
        raise DataError(f"The file list {name} is not sound CSV near line {reader.line_num}: {problem}.") from None


def _label(value: str | int | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def inside(folder: PurePosixPath, file_name: str) -> str | None:
    """`file_name` as listed in `folder` -> its path from the root with /, or None if it leaves the root."""
    plain = file_name.replace("\\", "/")
    if plain.startswith("/") or plain[1:2] == ":" or "\0" in plain:
        return None
    parts = list(folder.parts)
    for part in plain.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or None


def caption_of(content: bytes) -> str | None:
    """The text of a name.txt beside name.png, or None if it is blank."""
    text = content[:MAX_CAPTION_BYTES].decode("utf-8-sig", errors="replace")
    return " ".join(text.replace("\0", " ").split()) or None


def folder_labels(names: list[str]) -> dict[str, str]:
    """Picture names -> the sub-folder each lies in; empty if they all lie in the same one.

    A wrapper folder that holds everything is no label, so it is left out of the names.
    """
    parents = {name: PurePosixPath(name).parent.parts for name in names}
    if len(set(parents.values())) < 2:
        return {}
    shared = 0
    first = next(iter(parents.values()))
    while shared < len(first) and all(parts[: shared + 1] == first[: shared + 1] for parts in parents.values()):
        shared += 1
    return {name: "/".join(parts[shared:]) for name, parts in parents.items() if parts[shared:]}
