"""Whether a model copies its training pictures, in plain words that follow from its score. No torch."""

from collections.abc import Iterator

from pinxit.scoring.verdict import Score, percent

MORE_COPIES = 0.05
"""Near copies above those among held-back real pictures, as a share of all, from which somebody should look."""
ANY_COPIES = 0.1
"""The same where no pictures were held back to compare with."""
TOO_MANY = (
    "More of its pictures lie very near to a training picture than chance explains. Look at the closest pairs before "
    "you publish any."
)


def copies(score: Score | None) -> Iterator[str]:
    """What is known, and what to do about it before one publishes."""
    if score is None:
        yield (
            "Nobody has measured whether it copies. Before you publish a picture, look for one like it among those that it "
            "learned from."
        )
        return
    yield share_of_copies(score)
    if copies_too_much(score):
        yield TOO_MANY


def share_of_copies(score: Score) -> str:
    """How many there are, in one sentence."""
    if score.copied_of_real is None:
        return f"Copies: {percent(score.copied)} of its pictures lie very near to a training picture."
    return (
        f"Copies: {percent(score.copied)} of its pictures lie very near to a training picture; of real pictures that "
        f"training never saw, {percent(score.copied_of_real)} do."
    )


def copies_too_much(score: Score) -> bool:
    """Whether near copies are more than held-back real pictures explain, by features or by pixels."""
    pairs = ((score.copied, score.copied_of_real), (score.copied_pixels, score.copied_pixels_of_real))
    return any(rate > ANY_COPIES if of_real is None else rate > of_real + MORE_COPIES for rate, of_real in pairs)
