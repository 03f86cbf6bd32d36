"""How the captions of a training are read: learned from them, and what has to be said about them before it begins."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from pinxit.errors import DataError, ModelFileError
from pinxit.families.contract import Canvas, Family
from pinxit.generation.finding import find_model
from pinxit.networks.vocabulary import Vocabulary, different
from pinxit.planning.request import FROM_NOTHING
from pinxit.runs.model_file import read_header
from pinxit.settings import TrainingSettings

EXAMPLES = 256
"""Captions of held-back pictures that a model file keeps, to paint from where no text is given."""


def vocabulary_for(
    family: Family,
    settings: TrainingSettings,
    captions: Sequence[str | None] | None,
    *,
    train: np.ndarray | None = None,
    held_back: np.ndarray | None = None,
    start: str | Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Vocabulary | None:
    """The vocabulary of a new training; None for a family that listens to no captions.

    captions          of all pictures
    train, held_back  which of these are learned from, and which give the examples; None: all
    start             a model to go on from, whose pieces keep their numbers
    Raises DataError where there is nothing to learn from.
    """
    if family.vocabulary is None:
        return None
    everything = list(captions or [])
    learned = everything if train is None else [everything[place] for place in train] if everything else []
    check(family, learned)
    kept = everything if held_back is None or not len(held_back) else [everything[place] for place in held_back]
    vocabulary = family.vocabulary(settings, learned, different(kept)[:EXAMPLES], known_pieces(start))
    for remark in remarks(vocabulary, learned):
        say(remark)
    return vocabulary


def check(family: Family, captions: Sequence[str | None]) -> None:
    """Raise DataError unless there are captions that tell pictures apart."""
    found = different(captions)
    if not found:
        raise DataError(
            f"{family.name} learns to paint from captions, and none of these pictures has one. Write them into a list beside "
            "the pictures (metadata.csv with the columns file_name,text) or into NAME.txt beside NAME.png; or train a family "
            "that needs none, such as projected."
        )
    if len(found) == 1:
        raise DataError(
            f"All captions are the same (“{found[0][:80]}”), so there is nothing that a word could change. {family.name} needs "
            "captions that say what sets a picture apart; a family such as projected needs none."
        )


def remarks(vocabulary: Vocabulary, captions: Sequence[str | None]) -> list[str]:
    """What a person should know of the captions that are learned from."""
    missing = sum(not caption for caption in captions)
    some = different(captions)
    told = [f"{len(captions) - missing:,} captions with {len(vocabulary.words):,} different words."]
    if missing:
        told.append(f"{missing:,} pictures have no caption: they teach what pictures look like, and no words.")
    if longer := sum(len(vocabulary.spell(caption)) > vocabulary.length for caption in some):
        told.append(
            f"{longer:,} captions are longer than the {vocabulary.length} word pieces that are read; the rest of them is "
            "passed over (--words reads more)."
        )
    return told


def known_pieces(start: str | Path | None) -> tuple[str, ...]:
    """The pieces of the model to go on from; none where it has no captions, or is damaged, which is told elsewhere."""
    if start is None or start == FROM_NOTHING:
        return ()
    try:
        vocabulary = Canvas.from_json(read_header(find_model(start))["canvas"]).vocabulary
    except (KeyError, TypeError, ValueError, AttributeError, ModelFileError):
        return ()
    return vocabulary.pieces if vocabulary else ()
