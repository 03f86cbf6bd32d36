"""A selection: a small JSON file that names a set of pictures lying elsewhere, and what is changed about it.

    {"format": 1, "of": "/home/ada/tulips", "name": "tulips", "left_out": ["blurred.jpg"],
     "captions": {"a.jpg": "a red tulip"}, "labels": {"a.jpg": {"colour": "red"}}}

The pictures themselves are never touched, so a folder may be read-only, and a training from a selection can be repeated.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pinxit.data.picture_folder import Picture, PictureSource
from pinxit.errors import DataError

SUFFIX = ".selection.json"


def is_selection(path: Path) -> bool:
    """Whether a file says by its name that it is one."""
    return path.name.lower().endswith(SUFFIX)


def read_selection(path: Path, read_source: Callable[[Path], PictureSource]) -> PictureSource:
    """The pictures a selection names, with its changes. Raises DataError."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        of, left_out = Path(told["of"]), {str(name) for name in told.get("left_out", [])}
        captions, labels = dict(told.get("captions", {})), dict(told.get("labels", {}))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f'{path} is no selection of pictures ({error}). It needs at least {{"of": FOLDER}}.') from None
    if is_selection(of):
        raise DataError(f"{path} names another selection, {of}. Name the folder or zip itself.")
    source = read_source(of)
    kept = [changed(picture, captions, labels) for picture in source.pictures if picture.name not in left_out]
    if not kept:
        raise DataError(f"{path} leaves all pictures of {of} out. Keep some.")
    return replace(source, pictures=kept, name=str(told.get("name") or source.name), path=path)


def changed(picture: Picture, captions: dict[str, Any], labels: dict[str, Any]) -> Picture:
    """One picture with the caption and labels that the selection gives it."""
    if picture.name in captions:
        picture = replace(picture, caption=str(captions[picture.name]).strip() or None)
    if isinstance(labels.get(picture.name), dict):
        told = {str(column): str(value) for column, value in labels[picture.name].items() if str(value).strip()}
        picture = replace(picture, labels=told)
    return picture
