"""Measure a model for its card where that can be done, and say why where it cannot."""

from collections.abc import Callable
from pathlib import Path

from pinxit.data.of_a_run import open_pictures_for
from pinxit.data.packed import Packed
from pinxit.errors import DataError, PinxitError
from pinxit.generation.measuring import Measured, check_count, measure
from pinxit.generation.model import Model

MOST_UNASKED = 100_000
"""Training pictures above which nobody should wait for a score without having asked for it: it looks at every one."""
Found = tuple[Measured | None, str | None]
"""What was measured, or why nothing was: words that end a sentence."""


def measure_against(model: Model, against: str | Path | None, count: int | None, say: Callable[[str], None]) -> Found:
    """Against these pictures, or the ones it was trained on if they can be found. Raises UsageError for a senseless count."""
    if count is not None:
        check_count(count)
    try:
        packed = open_pictures_for(model.path, model.about_data, model.settings, against, say)
    except PinxitError as error:
        return None, sentence(error)
    return measure_if_enough(model, packed, count, say)


def measure_unasked(model: Model, packed: Packed, say: Callable[[str], None]) -> Found:
    """At the end of a training."""
    if len(packed.train) > MOST_UNASKED:
        return (
            None,
            f"{len(packed.train):,} training pictures take long to compare with; pinxit card does it when asked",
        )
    return measure_if_enough(model, packed, None, say)


def measure_if_enough(model: Model, packed: Packed, count: int | None, say: Callable[[str], None]) -> Found:
    """Unless there are too few pictures, or pictures of another kind."""
    try:
        return measure(model, packed, count, say=say), None
    except DataError as error:
        return None, sentence(error)


def sentence(error: Exception) -> str:
    """The message of an error, to stand within a sentence."""
    words = str(error).rstrip(".")
    return words[:1].lower() + words[1:]
