"""How learning changes with the pictures seen: pure functions of `seen`, so that resume and batch size change nothing."""

from dataclasses import dataclass
from math import cos, pi

from pinxit.families.r3gan.entry import R3ganSettings


@dataclass(frozen=True)
class Now:
    """The values of all schedules at one moment."""

    learning_rate: float
    gamma: float
    beta2: float
    ema_half_life: float
    augment: float


def cosine(start: float, end: float, seen: int, length: int) -> float:
    """From `start` to `end` along a half cosine over `length` pictures, then `end` for ever."""
    return end + (start - end) * (1 + cos(pi * min(1.0, seen / length))) / 2


def schedule(settings: R3ganSettings, seen: int) -> Now:
    """All of them after `seen` pictures.

    Source: Huang et al. 2024, "The GAN is dead; long live the GAN!", appendix: learning rate and gamma fall, Adam's
    beta2, the half-life of the average and the augmentation grow, all over the same burn-in.
    """

    def between(start: float, end: float) -> float:
        return cosine(start, end, seen, settings.burn_in)

    return Now(
        learning_rate=between(settings.learning_rate, settings.learning_rate_end),
        gamma=between(settings.gamma, settings.gamma_end),
        beta2=between(settings.beta2, settings.beta2_end),
        ema_half_life=between(0.0, settings.ema_half_life),
        augment=between(0.0, settings.augment),
    )
