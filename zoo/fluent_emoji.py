"""Fluent emoji (Microsoft, MIT) as a folder of pictures with captions and groups: two npm packages, checked by hash.

1,854 pictures at 256 px, RGBA: the variants by skin tone are left out. Names and groups come from emojibase (MIT).
"""

import json
import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from zoo.npm import Package

PICTURES = Package(
    "@lobehub/fluent-emoji-3d@1.1.0",
    "lobehub-fluent-emoji-3d-1.1.0.tgz",
    "c1bb7eee7de090205a232518a9ab4adb3df458bfbe8a1f78232991194c8b2e58",
)
NAMES = Package(
    "emojibase-data@17.0.0",
    "emojibase-data-17.0.0.tgz",
    "d01d0e2ca4e22cb402679532155342c71e2e871f25c32223c013b8b166ebdf5a",
)
FOLDER = Path("zoo-runs/fluent-emoji")
NO_VARIATION = "-FE0F"


def fluent_emoji() -> str:
    """The folder with the pictures and `metadata.jsonl`; made at the first call. Needs npm."""
    if not (FOLDER / "metadata.jsonl").exists():
        with tempfile.TemporaryDirectory() as place:
            unpack(PICTURES.fetch(Path(place)), NAMES.fetch(Path(place)))
    return str(FOLDER)


def unpack(pictures: Path, names: Path) -> None:
    """Pictures that have a name, and the list that says it."""
    known = read_names(names)
    aside = FOLDER.with_name(f"{FOLDER.name}-aside")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    rows = []
    with tarfile.open(pictures) as archive:
        for member in archive:
            name = Path(member.name).name
            about = known.get(Path(name).stem.upper().replace(NO_VARIATION, ""))
            content = archive.extractfile(member) if name.endswith(".webp") and about else None
            if content is not None and about is not None:
                (aside / name).write_bytes(content.read())
                rows.append({"file_name": name, **about})
    lines = "".join(
        json.dumps(row, ensure_ascii=False) + "\n" for row in sorted(rows, key=lambda row: row["file_name"])
    )
    (aside / "metadata.jsonl").write_text(lines, "utf-8")
    shutil.rmtree(FOLDER, ignore_errors=True)
    aside.rename(FOLDER)


def read_names(archive: Path) -> Mapping[str, dict[str, str]]:
    """Code points, such as "1F600" -> caption and group."""
    with tarfile.open(archive) as opened:
        emoji, messages = (
            json.load(found)
            for name in ("data", "messages")
            if (found := opened.extractfile(f"package/en/{name}.json")) is not None
        )
    groups = {group["order"]: group["message"] for group in messages["groups"]}
    return {
        one["hexcode"].replace(NO_VARIATION, ""): {"text": one["label"], "group": groups[one["group"]]}
        for one in emoji
        if "group" in one
    }
