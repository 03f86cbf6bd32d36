"""Progressive growing: what it is, its settings and presets. No torch here."""

from typing import Any, Literal

from pinxit.families.contract import Family, shorter_average
from pinxit.families.progressive.growing import pictures_to_grow, work
from pinxit.networks.grid import base_grid
from pinxit.settings import TrainingSettings, setting


class ProgressiveSettings(TrainingSettings):
    """The defaults are the `quick` preset: made for 64 px and an hour on a few CPU cores."""

    latents: int = setting(128, "length of the random vector a picture starts from", ge=2, le=4096)
    width: int = setting(24, "channels at full size; doubled each time the size is halved", ge=4, le=512)
    widest: int = setting(192, "most channels anywhere", ge=4, le=2048)

    settle: int = setting(
        8_000, "pictures to see with the stage there is before the next is faded in", unit="pictures",
        group="learning", ge=0,
    )  # fmt: skip
    fade: int = setting(
        8_000, "pictures over which the next stage is faded in", unit="pictures", group="learning", ge=1
    )
    objective: Literal["nonsaturating", "wasserstein-gp"] = setting(
        "nonsaturating",
        "what the two players want of each other: nonsaturating with R1, or the paper's",
        group="learning",
    )
    gamma: float = setting(
        2.0, "weight of R1 at full size (nonsaturating); in proportion to the pixels before", group="learning", ge=0
    )
    penalty_every: int = setting(
        8, "steps from one R1 to the next; it then weighs as many times more", unit="steps", group="learning", ge=1
    )
    gradient_penalty: float = setting(10.0, "weight of the penalty of wasserstein-gp", group="learning", ge=0)
    drift: float = setting(
        0.001, "weight of the squared scores of real pictures in wasserstein-gp", group="learning", ge=0
    )
    learning_rate: float = setting(5e-3, "step size of both players (Adam)", group="learning", gt=0, le=1)
    ema_half_life: float = setting(
        5_000, "half-life of the averaged generator", unit="pictures", group="learning", gt=0
    )
    augment: float = setting(
        0.1, "strength of differentiable augmentation: 0 none, 1 always", group="learning", ge=0, le=1
    )
    batch: int = setting(16, "pictures in one step", unit="pictures", group="length", ge=2, le=65_536)
    seen: int = setting(300_000, "train until this many pictures were seen", unit="pictures", group="length", ge=1)

    @property
    def doublings(self) -> int:
        """Stages after the first. Raises UsageError for a size that cannot be grown."""
        return base_grid(*self.size)[2]

    def work(self, seen: int) -> float:
        """Small stages are cheap. See `TrainingSettings.work`."""
        return work(seen, self.doublings, settle=self.settle, fade=self.fade)


GROWING_SHARE = 0.6
"""Of the pictures of a short run: what is left is learned with everything there. The paper's: nearly all."""


def schedules(settings: TrainingSettings, seen: int) -> dict[str, Any]:
    """All stages and the average within `seen` pictures; a run longer than the preset grows as fast as the preset."""
    assert isinstance(settings, ProgressiveSettings)
    wanted = pictures_to_grow(settings.doublings, settle=settings.settle, fade=settings.fade)
    share = min(1.0, GROWING_SHARE * seen / max(wanted, 1))
    return {
        **shorter_average(settings, seen),
        "settle": int(share * settings.settle),
        "fade": max(1, int(share * settings.fade)),
    }


FAMILY = Family(
    name="progressive",
    title="Progressive GAN",
    about=(
        "Begins with pictures of 4x4 and doubles them while training, each new size faded in over the last: large shapes "
        "come first, then detail. Good to watch; at full size rougher than `stylegan`, which came of it."
    ),
    settings=ProgressiveSettings,
    presets={
        "quick": ProgressiveSettings(),
        "lesson": ProgressiveSettings(
            size=(48, 48), width=24, widest=128, gamma=1.0, minutes=10.0,
        ),
        "studio": ProgressiveSettings(
            size=(128, 128), latents=256, width=48, widest=384, settle=100_000, fade=100_000, gamma=4.0, learning_rate=2e-3,
            batch=32, ema_half_life=20_000, seen=3_000_000, report_every=5_000, preview_every=50_000, checkpoint_every=100_000,
        ),
        # Table 2 and appendix A.1, at 256 px: batch 16 there is an average over stages.
        "paper": ProgressiveSettings(
            size=(256, 256), latents=512, width=64, widest=512, settle=800_000, fade=800_000, objective="wasserstein-gp",
            learning_rate=1e-3, batch=16, augment=0.0, ema_half_life=11_000, seen=12_000_000, report_every=10_000,
            preview_every=100_000, checkpoint_every=200_000,
        ),
    },
    paints_from="noise",
    pytorch="pinxit.families.progressive.pytorch:Progressive",
    keras="pinxit.families.progressive.keras:Progressive",
    schedules=schedules,
    crisp=150_000,
)  # fmt: skip
