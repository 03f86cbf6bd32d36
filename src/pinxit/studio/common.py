"""What all routes share: how requests are declared, how things are named, how errors are answered."""

import secrets
from pathlib import Path
from typing import Annotated, Any

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
Seed = Annotated[int, Field(ge=0, lt=2**32, strict=True)]
Share = Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)]
Words = Annotated[str, Field(max_length=2_000)]


class Asked(BaseModel):
    """A request's body: unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


class Wish(Asked):
    """One picture of a model: a seed, or a mixture of seeds, and how it is painted."""

    mix: list[tuple[Seed, Share]] = Field(min_length=1, max_length=32)
    truncation: float = Field(1.0, ge=0, le=2, allow_inf_nan=False)
    labels: dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=200)]] = Field(
        default_factory=dict, max_length=50
    )
    text: Annotated[str, Field(max_length=500)] | None = None

    def for_painter(self, form: str) -> dict[str, Any]:
        """As a painter process takes it."""
        told = self.model_dump(exclude_none=True)
        return {"mixes": [told.pop("mix")], "form": form, **told}


def new_id() -> str:
    """A name of our own for what somebody else named."""
    return secrets.token_hex(6)


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
