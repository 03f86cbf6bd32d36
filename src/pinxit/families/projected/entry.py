"""Projected GAN: what it is, its settings and presets. No torch here."""

from pinxit.families.contract import Family
from pinxit.settings import TrainingSettings, setting


class ProjectedSettings(TrainingSettings):
    """The defaults are the `quick` preset: made for 64 px on a few CPU cores."""

    latents: int = setting(128, "length of the random vector a picture starts from", ge=2, le=4096)
    width: int = setting(
        32, "channels of the generator at full size; eight times as many where it is smallest", ge=4, le=512
    )
    critic_width: int = setting(64, "channels of the heads that look at projected features", ge=8, le=1024)
    pixel_width: int = setting(
        64, "channels of the small critic of pixels where it is widest open; 0: features only", ge=0, le=512
    )
    pixel_share: float = setting(1.0, "weight of the critic of pixels beside one head on features", ge=0, le=100)
    energy_share: float = setting(
        4.0,
        "weight of the energy distance between batches of features and pixels, which speaks for variety; 0: the paper",
        group="learning",
        ge=0,
        le=1000,
    )
    taps: int = setting(4, "how many depths of the features are looked at", ge=1, le=4)
    features_at: int = setting(
        128, "smaller pictures are enlarged to this side before their features are taken", unit="pixels", ge=32, le=1024
    )
    learning_rate: float = setting(4e-4, "step size of both players (Adam)", group="learning", gt=0, le=1)
    settle: float = setting(
        0.2,
        "last share of the run in which step sizes come down to nothing, so that pictures come to rest",
        group="learning",
        ge=0,
        le=1,
    )
    gamma: float = setting(
        5.0, "strength of the slope penalties on the critic of pixels", group="learning", ge=0, le=1000
    )
    penalty_every: int = setting(4, "steps between slope penalties", group="learning", ge=1, le=64)
    ema_half_life: float = setting(
        5_000, "half-life of the averaged generator", unit="pictures", group="learning", gt=0
    )
    augment: float = setting(
        0.2, "strength of differentiable augmentation: 0 none, 1 always", group="learning", ge=0, le=1
    )


FAMILY = Family(
    name="projected",
    title="Projected GAN",
    about=(
        "The default: its critic looks at frozen picture features (EfficientNet-Lite0) instead of learning to see, so "
        "crisp pictures come within minutes. Needs few pictures and little time."
    ),
    settings=ProjectedSettings,
    presets={
        "quick": ProjectedSettings(),
        "studio": ProjectedSettings(
            size=(256, 256), latents=256, width=64, critic_width=128, gamma=50.0, batch=64, learning_rate=2e-4,
            ema_half_life=20_000, seen=4_000_000, preview_every=50_000, checkpoint_every=100_000, report_every=5_000,
        ),
        "paper": ProjectedSettings(
            size=(256, 256), latents=256, width=64, critic_width=128, pixel_width=0, energy_share=0.0, settle=0.0, batch=64,
            learning_rate=2e-4, augment=1.0, ema_half_life=20_000, seen=10_000_000, preview_every=100_000,
            checkpoint_every=200_000,
            report_every=10_000,
        ),
    },
    paints_from="noise",
    helpers=("EfficientNet-Lite0, trained on the photographs of ImageNet (Apache-2.0)",),
    pytorch="pinxit.families.projected.pytorch:Projected",
    crisp=60_000,
)  # fmt: skip
