"""How quickly the averaged generator follows: pure functions, for both frameworks."""

EMA_WARM_UP = 0.05
"""While training is young the average follows faster: its half-life is at most this share of the pictures seen."""


def young(half_life: float, seen: int, pictures: int) -> float:
    """`half_life`, shorter while few pictures were `seen` before this step of `pictures`."""
    return min(half_life, EMA_WARM_UP * (seen + pictures))


def share_of(half_life: float, pictures: int) -> float:
    """How much of the way an average goes in a step of `pictures`. `half_life` in pictures; 0: all of it.

    Source: Yazıcı et al. 2018, "The unusual effectiveness of averaging in GAN training"; half-life as in Karras et al. 2020.
    """
    return 1 - 0.5 ** (pictures / half_life) if half_life > 0 else 1.0
