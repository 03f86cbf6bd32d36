"""StyleGAN: what it is, its settings and presets. No torch here."""

from typing import Literal

from pinxit.families.contract import Family
from pinxit.settings import FeatureGameSettings, setting


class StyleganSettings(FeatureGameSettings):
    """The defaults are the `quick` preset: made for 64 px and an hour on a few CPU cores."""

    latents: int = setting(128, "length of the random vector that a picture's style comes from", ge=2, le=4096)
    grains: int = setting(
        32, "random numbers of a picture's own that mix as many fixed maps of noise; 0: no noise", ge=0, le=1024
    )
    styles: int = setting(128, "length of a style vector (the space W)", ge=2, le=4096)
    mapping: int = setting(4, "layers from latents to a style", ge=1, le=16)
    mapping_pace: float = setting(
        0.1, "these layers learn at so much of the learning rate; the paper: 0.01", group="learning", gt=0, le=1
    )
    width: int = setting(
        24,
        "channels of the generator, and of a critic of pixels, at full size; doubled each time the size is halved",
        ge=4,
        le=512,
    )
    widest: int = setting(192, "most channels anywhere", ge=4, le=2048)

    critic: Literal["features", "pixels"] = setting(
        "features",
        "who judges: critics that look at frozen features, as in projected, or one that learns to see, as in the papers "
        "(of the settings above it minds gamma and penalty_every)",
    )
    mixing: float = setting(
        0.5, "share of pictures that are painted in two styles while training, coarse and fine", group="learning",
        ge=0, le=1,
    )  # fmt: skip
    path_length: float = setting(
        0.0,
        "weight of path length regularisation: equal steps in W, equal changes; the paper: 2",
        group="learning",
        ge=0,
    )
    path_every: int = setting(
        4, "steps from one look at path lengths to the next; it then weighs as many times more", unit="steps",
        group="learning", ge=1,
    )  # fmt: skip
    learning_rate: float = setting(1e-2, "step size of the generator (Adam)", group="learning", gt=0, le=1)
    critic_rate: float = setting(4e-4, "step size of the critics (Adam)", group="learning", gt=0, le=1)
    ema_half_life: float = setting(
        5_000, "half-life of the averaged generator", unit="pictures", group="learning", gt=0
    )
    augment: float = setting(
        0.2, "strength of differentiable augmentation: 0 none, 1 always", group="learning", ge=0, le=1
    )
    seen: int = setting(300_000, "train until this many pictures were seen", unit="pictures", group="length", ge=1)


FAMILY = Family(
    name="stylegan",
    title="StyleGAN",
    about=(
        "Latents become a style, and the style sets how every layer paints: coarse layers the shape, fine ones the colours. "
        "The family for mixing and directing pictures. Judged through frozen features, as in `projected`, or by pixels alone."
    ),
    settings=StyleganSettings,
    presets={
        "quick": StyleganSettings(),
        "lesson": StyleganSettings(size=(48, 48), widest=128, latents=64, styles=64, mapping=2, minutes=10.0),
        # Learns to see from the pictures alone, for hours.
        "pixels": StyleganSettings(
            critic="pixels", batch=16, learning_rate=5e-3, critic_rate=5e-3, gamma=2.0, penalty_every=8, settle=0.0,
            augment=0.1,
        ),
        "studio": StyleganSettings(
            size=(256, 256), latents=256, styles=256, width=32, widest=384, mapping=6, mapping_pace=0.01, mixing=0.9,
            critic_width=128, gamma=50.0, batch=64, learning_rate=2.5e-3, critic_rate=2e-4, ema_half_life=20_000,
            seen=4_000_000,
            report_every=5_000, preview_every=50_000, checkpoint_every=100_000,
        ),
        # Karras et al. 2019 ("StyleGAN2"), appendix B, configuration F, at 256 px.
        "paper": StyleganSettings(
            size=(256, 256), critic="pixels", latents=512, styles=512, grains=512, width=128, widest=512, mapping=8,
            mapping_pace=0.01, mixing=0.9, gamma=10.0, penalty_every=16, path_length=2.0, augment=0.0, settle=0.0, batch=32,
            learning_rate=2e-3, critic_rate=2e-3, ema_half_life=10_000, seen=25_000_000, report_every=10_000,
            preview_every=100_000, checkpoint_every=200_000,
        ),
    },
    paints_from="noise",
    truncates="w",
    helpers=("EfficientNet-Lite0, trained on the photographs of ImageNet (Apache-2.0)",),
    pytorch="pinxit.families.stylegan.pytorch:Stylegan",
    keras="pinxit.families.stylegan.keras:Stylegan",
    crisp=200_000,
)  # fmt: skip
