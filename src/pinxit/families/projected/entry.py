"""Projected GAN: what it is, its settings and presets. No torch here."""

from pinxit.families.contract import Family
from pinxit.settings import FeatureGameSettings, TrainingSettings, setting


class ProjectedSettings(FeatureGameSettings):
    """The defaults are the `quick` preset: made for 64 px on a few CPU cores."""

    latents: int = setting(128, "length of the random vector a picture starts from", ge=2, le=4096)
    width: int = setting(
        32, "channels of the generator at full size; eight times as many where it is smallest", ge=4, le=512
    )
    completes: bool = setting(False, "also learn to complete pictures with holes (pinxit complete); a third slower")
    hole_share: float = setting(
        10.0,
        "weight of the distance of what is painted into holes from what was there",
        group="learning",
        ge=0,
        le=1000,
    )
    learning_rate: float = setting(4e-4, "step size of both players (Adam)", group="learning", gt=0, le=1)
    ema_half_life: float = setting(
        5_000, "half-life of the averaged generator", unit="pictures", group="learning", gt=0
    )
    augment: float = setting(
        0.2, "strength of differentiable augmentation: 0 none, 1 always", group="learning", ge=0, le=1
    )


def only_in_pytorch(settings: TrainingSettings) -> str | None:
    """See `Family.only_in_pytorch`."""
    assert isinstance(settings, ProjectedSettings)
    return "Completing pictures" if settings.completes else None


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
        "lesson": ProjectedSettings(size=(48, 48), minutes=10.0),
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
    keras="pinxit.families.projected.keras:Projected",
    only_in_pytorch=only_in_pytorch,
    crisp=60_000,
)  # fmt: skip
