"""R3GAN: what it is, its settings and presets. No torch here."""

from typing import Any, Literal

from pinxit.families.contract import Family, shorter_average
from pinxit.settings import TrainingSettings, setting


class R3ganSettings(TrainingSettings):
    """The defaults are the `quick` preset: made for 64 px and an hour on a few CPU cores.

    Names that end in `_end` are what a schedule arrives at after `burn_in` pictures, along a half cosine.
    """

    latents: int = setting(64, "length of the random vector a picture starts from", ge=2, le=4096)
    width: int = setting(32, "channels at full size; doubled each time the size is halved", ge=8, le=2048)
    widest: int = setting(256, "most channels anywhere", ge=8, le=4096)
    blocks: int = setting(1, "residual blocks at each size", ge=1, le=16)
    expansion: float = setting(0.5, "channels inside a block, as a multiple of those outside", gt=0, le=8)
    group: int = setting(0, "channels in one group of the 3x3 convolutions, as in the paper; 0: dense, for CPUs", ge=0)
    patch: Literal[1, 2, 4] = setting(
        1, "squares of so many pixels a side are handled at once; 2 is quicker and may leave a fine grid"
    )

    gamma: float = setting(2.0, "weight of the zero-centred penalties R1 and R2", group="learning", ge=0)
    gamma_end: float = setting(0.2, "weight of the penalties after burn-in", group="learning", ge=0)
    penalty_every: int = setting(
        8, "steps from one penalty to the next; it then weighs as many times more", unit="steps", group="learning", ge=1
    )
    learning_rate: float = setting(5e-4, "step size of both players (Adam)", group="learning", gt=0, le=1)
    learning_rate_end: float = setting(1e-4, "step size after burn-in", group="learning", gt=0, le=1)
    beta2: float = setting(0.9, "memory of squared gradients (Adam)", group="learning", ge=0, lt=1)
    beta2_end: float = setting(0.99, "memory of squared gradients after burn-in", group="learning", ge=0, lt=1)
    burn_in: int = setting(300_000, "length of all schedules", unit="pictures", group="learning", ge=1)
    ema_half_life: float = setting(
        10_000, "half-life of the averaged generator after burn-in", unit="pictures", group="learning", gt=0
    )
    augment: float = setting(
        0.2, "strength of differentiable augmentation after burn-in: 0 none, 1 always", group="learning", ge=0, le=1
    )


PAPER = {
    "blocks": 2, "expansion": 2.0, "group": 16, "patch": 1, "penalty_every": 1, "latents": 64,
    "learning_rate": 2e-4, "learning_rate_end": 5e-5, "ema_half_life": 500_000, "batch": 256,
    "report_every": 10_000, "preview_every": 200_000, "checkpoint_every": 200_000,
}  # fmt: skip
"""What the paper's larger settings share (Huang et al. 2024, appendix)."""

BURN_IN_SHARE = 0.75
"""Of a short run: what is left is learned with everything where it should end. Paper and presets: 1/15 to 3/4."""


def schedules(settings: TrainingSettings, seen: int) -> dict[str, Any]:
    """Burn-in and average within `seen` pictures; a run longer than the preset keeps its burn-in, which is a beginning."""
    assert isinstance(settings, R3ganSettings)
    return {
        **shorter_average(settings, seen),
        "burn_in": min(settings.burn_in, max(1, round(BURN_IN_SHARE * seen))),
    }


FAMILY = Family(
    name="r3gan",
    title="R3GAN",
    about=(
        "A modern baseline that learns to see from your pictures alone: relativistic pairing loss with penalties that make it "
        "converge, and residual networks without tricks. Steadier and more varied than `dcgan`, slower than `projected`."
    ),
    settings=R3ganSettings,
    presets={
        "quick": R3ganSettings(),
        "lesson": R3ganSettings(size=(48, 48), minutes=10.0),
        "studio": R3ganSettings(
            size=(128, 128), width=64, widest=512, blocks=2, expansion=1.0, penalty_every=4, gamma=10.0, gamma_end=1.0,
            learning_rate=2e-4, learning_rate_end=5e-5, burn_in=1_000_000, ema_half_life=50_000, seen=5_000_000, batch=64,
            report_every=5_000, preview_every=50_000, checkpoint_every=100_000,
        ),
        "paper-ffhq-64": R3ganSettings(
            size=(64, 64), width=768, widest=768, gamma=2.0, gamma_end=0.2, burn_in=2_000_000, augment=0.3,
            seen=30_000_000, **PAPER,
        ),
        "paper-ffhq-256": R3ganSettings(
            size=(256, 256), width=96, widest=768, gamma=150.0, gamma_end=15.0, burn_in=2_000_000, augment=0.3,
            seen=30_000_000, **PAPER,
        ),
        "paper-imagenet-64": R3ganSettings(
            size=(64, 64), width=1536, widest=1536, gamma=1.0, gamma_end=0.1, burn_in=200_000_000, augment=0.4,
            seen=400_000_000, **{**PAPER, "batch": 1024, "ema_half_life": 50_000_000},
        ),
    },
    paints_from="noise",
    pytorch="pinxit.families.r3gan.pytorch:R3gan",
    keras="pinxit.families.r3gan.keras:R3gan",
    schedules=schedules,
    crisp=210_000,
)  # fmt: skip
