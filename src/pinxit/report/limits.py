"""What a model cannot do, in plain words that follow from its facts."""

from collections.abc import Iterator

from pinxit.report.copies import TOO_MANY, copies_too_much
from pinxit.report.facts import Facts
from pinxit.scoring.verdict import FAR, WORDS, Score, percent
from pinxit.training.health import COLLAPSED

FEW = 500
LOW_RECALL, LOW_PRECISION = 0.3, 0.5
SMALL, MIDDLE = 64, 256


def limits(facts: Facts) -> Iterator[str]:
    """Sentences; never none."""
    count = facts.data.count
    if count is not None and count < FEW:
        yield (
            f"It learned from only {count:,} pictures. Expect it to stay close to them, and look for copies before you "
            "publish."
        )
    if facts.score is None:
        yield "Nobody has measured how good it is. Look at many of its pictures before you rely on it."
    else:
        yield from of_score(facts.score)
    if facts.checkup and facts.checkup.variety < COLLAPSED:
        yield (
            f"At its checkup in training its pictures were much alike: {percent(facts.checkup.variety)} of the variety of the "
            "training pictures."
        )
    longest = max(facts.width, facts.height)
    if longest <= SMALL:
        yield f"It paints only {facts.width} × {facts.height} pixels: icons, avatars and sprites, not posters."
    elif longest <= MIDDLE:
        yield f"It paints {facts.width} × {facts.height} pixels: enough for a screen, small in print."
    if facts.captions:
        yield (
            "It understands the words that stood in its training captions, and little beyond: other words are passed over, and "
            "what no caption ever said together may come out wrong."
        )
    else:
        asks = "labels" if facts.labels else "seeds"
        yield f"It paints from {asks}, not from descriptions: it cannot be told in words what to paint."
    yield (
        "It knows nothing but its training pictures. What is rare there is rare here, what is missing is missing, and what is "
        "one-sided stays one-sided."
    )


def of_score(score: Score) -> Iterator[str]:
    """What figures say that a person should not overlook."""
    if score.word == FAR:
        yield "It is far from its data: its pictures are sketches at best. Longer training or more pictures may help."
    elif score.word == WORDS[-1][1]:
        yield "It is still rough: choose among its pictures. Longer training may help."
    support = score.support
    if support.recall < LOW_RECALL:
        yield (
            f"It repeats itself: only {percent(support.recall)} of real pictures are of a kind that it could have painted."
        )
    if support.precision < LOW_PRECISION:
        yield f"Many pictures miss: only {percent(support.precision)} look like real ones to the measure. Choose by eye."
    if copies_too_much(score):
        yield TOO_MANY
    if "TRAINED ON" in score.against:
        yield "No pictures were held back, so it was compared with those that it learned from, and copying would look good."
    for column, label in score.labels.items():
        if label.agreement is not None and label.agreement < 0.8 * (label.on_real or 0):
            yield f"It does not always heed the label “{column}”: {percent(label.agreement)} are as asked for."
