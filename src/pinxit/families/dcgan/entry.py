"""DCGAN: what it is, its settings and presets. No torch here."""

from typing import Literal

from pinxit.families.contract import Family
from pinxit.settings import TrainingSettings, setting


class DcganSettings(TrainingSettings):
    """The defaults are the `quick` preset: made for 64 px and twenty minutes on a few CPU cores."""

    latents: int = setting(100, "length of the random vector a picture starts from", ge=2, le=4096)
    width: int = setting(
        64, "channels of the generator at half size; up to eight times as many where it is smallest", ge=4, le=512
    )
    critic_width: int = setting(
        64, "channels of the critic at half size; up to eight times as many where it is smallest", ge=4, le=512
    )
    objective: Literal[
        "linear", "minimax", "nonsaturating", "least-squares", "hinge", "wasserstein-gp", "relativistic"
    ] = setting("nonsaturating", "what the two players want of each other", group="learning")
    critic_norm: Literal["auto", "batch", "spectral", "none"] = setting(
        "auto", "normalisation in the critic; the classic has batch; auto: spectral, or none for wasserstein-gp"
    )
    upsampling: Literal["auto", "transposed", "resize"] = setting(
        "auto",
        "how the generator doubles the size; auto: transposed convolution, or resize where it has to be seamless",
    )
    gradient_penalty: float = setting(10.0, "weight of the penalty of wasserstein-gp", group="learning", ge=0)
    learning_rate: float = setting(2e-4, "step size of both players (Adam)", group="learning", gt=0, le=1)
    augment: float = setting(
        0.1, "strength of differentiable augmentation: 0 none, 1 always", group="learning", ge=0, le=1
    )
    batch: int = setting(64, "pictures in one step", unit="pictures", group="length", ge=2, le=65_536)


FAMILY = Family(
    name="dcgan",
    title="DCGAN",
    about=(
        "The classic GAN of 2015: plain convolutions and batch normalisation, quick to train and easy to read, with seven "
        "objectives to choose from. Its pictures are rougher than those of `projected`."
    ),
    settings=DcganSettings,
    presets={
        "quick": DcganSettings(),
        "lesson": DcganSettings(size=(48, 48), minutes=10.0),
        # The networks, batch and optimizer of PyTorch's DCGAN tutorial; so short a half-life averages nothing.
        "tutorial": DcganSettings(batch=128, critic_norm="batch", upsampling="transposed", augment=0.0, ema_half_life=1.0),
        "studio": DcganSettings(size=(128, 128), width=96, critic_width=96, ema_half_life=20_000, seen=2_000_000),
    },
    paints_from="noise",
    pytorch="pinxit.families.dcgan.pytorch:Dcgan",
    keras="pinxit.families.dcgan.keras:Dcgan",
    crisp=170_000,
)  # fmt: skip
