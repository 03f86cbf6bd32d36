"""Variational autoencoder: what it is, its settings and presets. No torch here."""

from typing import Any, Literal

from pinxit.families.contract import Family, shorter_average
from pinxit.settings import TrainingSettings, setting


class VaeSettings(TrainingSettings):
    """The defaults are the `quick` preset: made for 64 px on a few CPU cores."""

    latents: int = setting(128, "numbers that a picture is squeezed to, and painted from", ge=2, le=4096)
    width: int = setting(
        32,
        "channels of encoder and decoder at full size; up to eight times as many where they are smallest",
        ge=4,
        le=512,
    )
    prior: Literal["flow", "normal"] = setting(
        "flow",
        "where seeds land among the encodings of pictures; flow: where pictures are, learned alongside; normal: the classic",
    )
    vq: bool = setting(
        False, "squeeze pictures to a grid of codes from a learned book (VQ-VAE): sharper, in more bytes"
    )
    codes: int = setting(512, "codes in the book of vq", unit="codes", ge=2, le=65_536)
    code_length: int = setting(16, "numbers in one code of vq", ge=1, le=1024)
    code_every: Literal[2, 4, 8] = setting(4, "vq has a code for every square of so many pixels a side", unit="pixels")

    likelihood: Literal["laplace", "gaussian"] = setting(
        "laplace",
        "how errors of pixels are weighed: laplace gives crisper edges, gaussian is the classic",
        group="learning",
    )
    beta: float = setting(
        4.0,
        "weight of saying little about a picture: 1 the sound bound, above 1 the beta-VAE",
        group="learning",
        ge=0,
        le=1000,
    )
    beta_warm_up: int = setting(20_000, "beta grows from nothing over so many", unit="pictures", group="learning", ge=0)
    free_bits: float = setting(
        0.05, "each latent number may say so much for nothing", unit="bits", group="learning", ge=0, le=64
    )
    perceptual: float = setting(
        1.0,
        "weight of the errors of picture features beside those of pixels; 0: pixels only",
        group="learning",
        ge=0,
        le=100,
    )
    taps: int = setting(3, "how many depths of the features are compared", group="learning", ge=1, le=4)
    commitment: float = setting(0.25, "how strongly vq holds encodings to their codes", group="learning", ge=0, le=100)
    learning_rate: float = setting(1e-3, "step size (Adam)", group="learning", gt=0, le=1)
    ema_half_life: float = setting(5_000, "half-life of the averaged networks", unit="pictures", group="learning", gt=0)


WARM_UP_SHARE = 0.1
"""Of a short run. Until beta has grown, encodings are too far from each other to paint between them."""


def schedules(settings: TrainingSettings, seen: int) -> dict[str, Any]:
    """Warm-up and average within `seen` pictures."""
    assert isinstance(settings, VaeSettings)
    return {**shorter_average(settings, seen), "beta_warm_up": min(settings.beta_warm_up, round(WARM_UP_SHARE * seen))}


FAMILY = Family(
    name="vae",
    title="Variational autoencoder",
    about=(
        "Squeezes a picture to a few numbers and draws it back, so it can also encode, compress and walk between pictures "
        "of yours. Steady and quick to train, and it leaves no kind of picture out; softer than `projected`."
    ),
    settings=VaeSettings,
    presets={
        "quick": VaeSettings(),
        "lesson": VaeSettings(size=(48, 48), minutes=10.0),
        "vq": VaeSettings(vq=True, beta=1.0),
        # Kingma and Welling's bound as it stands: pixels alone, no flow, no free bits.
        "classic": VaeSettings(
            prior="normal", likelihood="gaussian", beta=1.0, beta_warm_up=0, free_bits=0.0, perceptual=0.0
        ),
        "studio": VaeSettings(
            size=(128, 128), latents=256, width=64, batch=64, learning_rate=5e-4, beta_warm_up=50_000,
            ema_half_life=20_000, seen=2_000_000, preview_every=50_000, checkpoint_every=100_000, report_every=5_000,
        ),
    },
    paints_from="noise",
    pytorch="pinxit.families.vae.pytorch:Vae",
    keras="pinxit.families.vae.keras:Vae",
    helpers=("EfficientNet-Lite0, trained on the photographs of ImageNet (Apache-2.0)",),
    schedules=schedules,
    encodes=True,
    crisp=100_000,
)  # fmt: skip
