"""What all routes share: how requests are declared, how things are named, how errors are answered."""

import os
import secrets
import struct
from pathlib import Path
from typing import Annotated, Any

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field

from pinxit.errors import DataError

ID = r"^[a-z0-9-]{1,40}$"
Id = Annotated[str, Field(pattern=ID)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
Seed = Annotated[int, Field(ge=0, lt=2**32, strict=True)]
PointId = Annotated[str, Field(pattern=r"^p-[0-9a-f]{16}$")]
Share = Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)]
Strength = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
DirectionName = Annotated[str, Field(min_length=1, max_length=80)]
Value = bool | int | float | Annotated[str, Field(max_length=500)] | list[Annotated[str, Field(max_length=200)]] | None
Words = Annotated[str, Field(max_length=2_000)]


class Asked(BaseModel):
    """A request's body: unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


class Wish(Asked):
    """One picture of a model: a seed or a point (see studio/points.py), or a mixture of some, and how it is painted."""

    mix: list[tuple[Seed | PointId, Share]] = Field(min_length=1, max_length=32)
    truncation: float = Field(1.0, ge=0, le=2, allow_inf_nan=False)
    labels: dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=200)]] = Field(
        default_factory=dict, max_length=50
    )
    text: Annotated[str, Field(max_length=500)] | None = None
    along: dict[DirectionName, Strength] = Field(default_factory=dict, max_length=64)


def new_id() -> str:
    """A name of our own for what somebody else named."""
    return secrets.token_hex(6)


def sides_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG of ours, from its first bytes."""
    return struct.unpack(">II", png[16:24])


def write_whole(file: Path, content: bytes) -> None:
    """A picture or a film, whole or not at all. Raises DataError when there is no room."""
    aside = file.with_suffix(".part")
    try:
        aside.write_bytes(content)
        os.replace(aside, file)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise DataError(f"The picture could not be stored ({error.strerror}). Make room and try again.") from None


def missing(what: str) -> HTTPException:
    """The answer to an id that names nothing."""
    return HTTPException(404, f"There is no {what} of that id.")


def conflict(problem: str) -> HTTPException:
    """The answer to a wish that does not fit how things stand."""
    return HTTPException(409, problem)


def small_json(path: Path) -> Any:
    """A JSON file of ours; None when it is missing or damaged."""
    import json

    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
