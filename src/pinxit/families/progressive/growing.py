"""How far the networks have grown after so many pictures: pure functions of `seen`. No torch."""

from math import ceil

WORK_OF_A_LEVEL = 1.6
"""A step costs about so many times as much with each doubling that is there: measured at 64 px on a processor, a picture at
4, 8, 16 and 32 px costs 0.11, 0.29, 0.43 and 0.65 of one at 64."""


def grown(seen: int, doublings: int, *, settle: int, fade: int) -> float:
    """Doublings of the base grid that are there: 2.25 when two are, and a third is faded in by a quarter.

    `settle` pictures with what there is, then `fade` for the next doubling, in turn.
    Source: Karras et al. 2017, "Progressive growing of GANs", section 2 and figure 2.
    """
    whole, into = divmod(max(0, seen - settle), settle + fade)
    return min(float(doublings), whole + min(1.0, into / fade)) if seen > settle else 0.0


def pictures_to_grow(doublings: int, *, settle: int, fade: int) -> int:
    """Pictures until everything is there, and has settled as long as each stage before it."""
    return settle + doublings * (settle + fade)


def price(doublings: int, level: float) -> float:
    """What a picture costs at `level`, as a share of what it costs with all doublings."""
    return WORK_OF_A_LEVEL ** (ceil(level) - doublings)


def work(seen: int, doublings: int, *, settle: int, fade: int) -> float:
    """What the first `seen` pictures cost, in pictures at the full price."""
    paid, before = 0.0, 0
    for level in range(doublings):
        until = settle + level * (settle + fade)  # from here on the next doubling is there, however faintly
        paid += price(doublings, level) * (min(seen, until) - min(seen, before))
        before = until
    return paid + max(0, seen - before)
