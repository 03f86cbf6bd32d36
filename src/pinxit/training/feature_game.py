"""Projected GAN's game, for any generator: critics that already know how to see, and one small critic of pixels.

Sauer et al. 2021, "Projected GANs converge faster", arXiv 2111.01007. Beside the paper's heads on features there is a
small critic of pixels, which also sees alpha and plays R3GAN's game (Huang et al. 2024, arXiv 2501.05441), and the energy
distance between batches of features: the paper's heads alone bring crisp shapes soon, but wrong colours and little variety.
Labels are asked for by the critics and by a reader of labels, which learns from real pictures alone: critics see average
features, in which a small mark is lost.
RGBA pictures meet the features over random backgrounds.
"""

from collections.abc import MutableMapping, Sequence
from itertools import chain
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.networks.augment import as_judged
from pinxit.networks.critics import Critic, PixelCritic
from pinxit.networks.dice import Dice
from pinxit.networks.features import load_features
from pinxit.networks.lite0 import FIELDS, PIXEL_FIELDS, READ_DECAY
from pinxit.networks.pictures import on_background, over
from pinxit.networks.reading import LabelReader
from pinxit.objectives.adversarial import (
    hinge_discriminator,
    raise_fake_scores,
    relativistic_discriminator,
    relativistic_generator,
    total,
)
from pinxit.objectives.energy import energy_by_fields
from pinxit.objectives.penalties import zero_centred_penalty
from pinxit.settings import FeatureGameSettings
from pinxit.training.recipe import Batch


class Look(NamedTuple):
    """What the critics see of a batch: taps of its features, and the pictures (N, C, H, W) themselves."""

    taps: list[Tensor]
    pictures: Tensor

    def detach(self) -> "Look":
        """The same without gradients."""
        return Look([tap.detach() for tap in self.taps], self.pictures.detach())


class FeatureGame:
    """The critics' side of a recipe. The generator moves first; the critics learn from the very pictures they judged.

    parts   the networks of the critics, for the recipe's
    seeing  the network whose features look-alikes are searched with
    state   the recipe's: `augment` and `augment_extra` are how strongly pictures are changed before they are judged
    """

    def __init__(
        self, settings: FeatureGameSettings, canvas: Canvas, dice: Dice, state: MutableMapping[str, Tensor | float]
    ):
        self.settings, self.dice, self.state = settings, dice, state
        dtype = torch.bfloat16 if settings.precision == "bf16" else torch.float32
        self.features = load_features(dtype, dice.device)
        self.critic = Critic(settings.taps, settings.critic_width, class_counts=canvas.class_counts, seed=settings.seed)
        self.parts: dict[str, nn.Module] = {"critic": self.critic}
        if settings.pixel_width:
            self.parts["pixel_critic"] = PixelCritic(canvas.channels, settings.pixel_width, canvas.class_counts)
        self.reader: LabelReader | None = None
        if settings.label_share and any(canvas.class_counts):
            self.reader = self.parts["reader"] = LabelReader(settings.taps, canvas.class_counts)
        self.seeing = self.parts.get("pixel_critic", self.critic)
        self.penalise = True
        self.seen_last: list[tuple[Look, Look]] = []

    def optimizer(self, rate: float) -> Optimizer:
        """Adam over all critics."""
        weights = chain.from_iterable(part.parameters() for part in self.parts.values())
        return torch.optim.Adam(weights, rate, betas=(0.0, 0.99))

    def begin_step(self, seen: int) -> None:
        """Forget what a step that was broken off may have left; say whether slopes are penalised in this one."""
        self.seen_last.clear()
        self.penalise = seen // self.settings.batch % self.settings.penalty_every == 0

    def generator_loss(self, painted: Tensor, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Raise the scores of what is `painted`; those of its pixels above those of real ones, pair by pair."""
        fake = self.look(painted)
        with torch.no_grad():
            real = self.look(batch.pictures)
        loss = total(raise_fake_scores(scores, scores) for scores in self.critic(fake.taps, batch.labels))
        news = {}
        if self.settings.energy_share and len(batch) > 1:
            news["energy"] = energy([*real.taps, real.pictures], [*fake.taps, fake.pictures])
            loss = loss + self.settings.energy_share * news["energy"]
        if pixel_critic := self.parts.get("pixel_critic"):
            with torch.no_grad():
                real_scores = pixel_critic(real.pictures, batch.labels)
            pixels = relativistic_generator(real_scores, pixel_critic(fake.pictures, batch.labels))
            loss = loss + self.settings.pixel_share * pixels
        if self.reader is not None:
            with torch.no_grad():
                as_real_ones = self.reader(real.taps, batch.labels)
            # As readable as real pictures, and no further: beyond that lie caricatures.
            news["unlike_label"] = (self.reader(fake.taps, batch.labels) - as_real_ones).clamp_min(0).mean()
            loss = loss + self.settings.label_share * news["unlike_label"]
        self.seen_last.append((real, fake.detach()))
        return loss, {"generator_loss": loss, **news}

    def critic_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Hinge, head by head; on pixels relativistic, now and then with R1 at real and R2 at fake pictures."""
        real, fake = self.seen_last.pop(0)
        real_maps, fake_maps = self.critic(real.taps, batch.labels), self.critic(fake.taps, batch.labels)
        loss = total(hinge_discriminator(*pair) for pair in zip(real_maps, fake_maps, strict=True))
        news = {"critic_loss": loss, "sure_of_real": torch.cat([map_.flatten() for map_ in real_maps]).sign().mean()}
        if pixel_critic := self.parts.get("pixel_critic"):
            gamma = self.settings.gamma * self.settings.penalty_every if self.penalise else 0.0
            pixels, penalty = pixel_losses(pixel_critic, real.pictures, fake.pictures, batch.labels, gamma)
            news["pixel_loss"] = pixels
            loss = loss + self.settings.pixel_share * (pixels + penalty)
        if self.reader is not None:
            news["misread"] = self.reader(real.taps, batch.labels).mean()
            loss = loss + news["misread"] + READ_DECAY * self.reader.size()
        return loss, news

    def look(self, pictures: Tensor) -> Look:
        """Pictures as the critics see them: rolled and augmented, their features over one random colour each."""
        pictures = as_judged(pictures, self.settings.seamless, self.state, self.dice)
        return self.look_at(pictures, on_background(pictures, self.dice))

    def look_at(self, pictures: Tensor, shown: Tensor) -> Look:
        """`pictures` for the critic of pixels, and `shown` (N, 3, H, W), without alpha, for the features."""
        return Look(self.features.taps(enlarged(shown, self.settings.features_at), self.settings.taps), pictures)

    @torch.no_grad()
    def judge(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores (N,) of all heads and of the critic of pixels, over white."""
        look = self.look_at(pictures, over(pictures, 1.0))
        scores = torch.stack([map_.mean(dim=1) for map_ in self.critic(look.taps, labels)]).sum(dim=0)
        if pixel_critic := self.parts.get("pixel_critic"):
            scores = scores + self.settings.pixel_share * pixel_critic(look.pictures, labels)
        return scores


def energy(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """Energy distance between two batches: taps of features by fields, and the pictures themselves, which come last."""
    fields = [FIELDS] * (len(real) - 1) + [PIXEL_FIELDS]
    return total(energy_by_fields(*look) for look in zip(real, fake, fields, strict=True))


def pixel_losses(critic: nn.Module, real: Tensor, fake: Tensor, labels: Tensor, gamma: float) -> tuple[Tensor, Tensor]:
    """A critic of pixels: its relativistic loss, and R1 at real and R2 at fake pictures; none where `gamma` is 0."""
    real, fake = real.detach().requires_grad_(gamma > 0), fake.detach().requires_grad_(gamma > 0)
    real_scores, fake_scores = critic(real, labels), critic(fake, labels)
    loss = relativistic_discriminator(real_scores, fake_scores)
    if not gamma:
        return loss, torch.zeros_like(loss)
    slopes = zero_centred_penalty(real, real_scores) + zero_centred_penalty(fake, fake_scores)
    return loss, gamma / 2 * slopes.mean()


def enlarged(pictures: Tensor, side: int) -> Tensor:
    """Pictures (N, C, H, W) with a longer side of at least `side`: small ones have too few features."""
    larger = side / max(pictures.shape[2:])
    if larger <= 1:
        return pictures
    size = [round(length * larger) for length in pictures.shape[2:]]
    return F.interpolate(pictures, size, mode="bilinear", align_corners=False)
