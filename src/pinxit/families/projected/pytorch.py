"""Projected GAN: a critic that already knows how to see, because it looks through frozen picture features.

Sauer et al. 2021, "Projected GANs converge faster", arXiv 2111.01007. Beside the paper's heads on features there is a
small critic of pixels, which also sees alpha and plays R3GAN's game (Huang et al. 2024, arXiv 2501.05441), and the energy
distance between batches of features: the paper's heads alone bring crisp shapes soon, but wrong colours and little variety.
RGBA pictures meet the features over random backgrounds.
"""

from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.families.projected.entry import ProjectedSettings
from pinxit.families.projected.generator import Generator
from pinxit.networks.augment import adapt, augment, roll
from pinxit.networks.critics import Critic, PixelCritic
from pinxit.networks.dice import Dice
from pinxit.networks.features import load_features
from pinxit.networks.pictures import on_background, over
from pinxit.objectives.adversarial import (
    hinge_discriminator,
    raise_fake_scores,
    relativistic_discriminator,
    relativistic_generator,
    total,
)
from pinxit.objectives.energy import energy_by_fields
from pinxit.objectives.penalties import zero_centred_penalty
from pinxit.settings import TrainingSettings
from pinxit.training.averaging import averaged_copy, follow
from pinxit.training.recipe import Batch, Update

FIELDS, PIXEL_FIELDS = 4, 16
"""How finely batches are compared: features in so many fields along each side, pixels in more."""
EMA_WARM_UP = 0.05
"""While training is young the average follows faster: its half-life is at most this share of the pictures seen."""


class Look(NamedTuple):
    """What the critics see of a batch: taps of its features, and the pictures (N, C, H, W) themselves."""

    taps: list[Tensor]
    pictures: Tensor

    def detach(self) -> "Look":
        """The same without gradients."""
        return Look([tap.detach() for tap in self.taps], self.pictures.detach())


class Projected:
    """The recipe. See `pinxit.training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, ProjectedSettings)
        self.settings, self.canvas, self.dice = settings, canvas, dice
        dtype = torch.bfloat16 if settings.precision == "bf16" else torch.float32
        self.features = load_features(dtype, dice.device)
        generator = self.build_generator(settings, canvas)
        self.critic = Critic(settings.taps, settings.critic_width, class_counts=canvas.class_counts, seed=settings.seed)
        self.parts: dict[str, nn.Module] = {
            "generator": generator,
            "average": averaged_copy(generator),
            "critic": self.critic,
        }
        judges = [*self.critic.parameters()]
        if settings.pixel_width:
            self.parts["pixel_critic"] = PixelCritic(canvas.channels, settings.pixel_width, canvas.class_counts)
            judges += self.parts["pixel_critic"].parameters()
        self.seeing = self.parts.get("pixel_critic", self.critic)
        self.optimizers: dict[str, Optimizer] = {
            "generator": torch.optim.Adam(generator.parameters(), settings.learning_rate, betas=(0.0, 0.99)),
            "critic": torch.optim.Adam(judges, settings.learning_rate, betas=(0.0, 0.99)),
        }
        self.state: dict[str, Tensor | float] = {"augment": settings.augment, "augment_extra": 0.0}
        self.penalise = True
        self.seen_last: list[tuple[Look, Look]] = []

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, ProjectedSettings)
        return Generator(canvas, latents=settings.latents, width=settings.width, seamless=settings.seamless)

    def step(self, batch: Batch, seen: int, update: Update) -> dict[str, Tensor]:
        """The generator first; the critics then learn from the very pictures, and features, they judged."""
        self.seen_last.clear()  # a step that was broken off may have left something
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = self.settings.learning_rate * self.liveliness(seen)
        self.penalise = seen // self.settings.batch % self.settings.penalty_every == 0
        news = update(self.optimizers["generator"], self.generator_loss, batch)
        news |= update(self.optimizers["critic"], self.critic_loss, batch)
        half_life = min(self.settings.ema_half_life, EMA_WARM_UP * (seen + len(batch)))
        follow(self.parts["average"], self.parts["generator"], half_life, len(batch))
        if self.settings.augment_target is not None:
            sure = float(news["sure_of_real"])
            self.state["augment"] = adapt(float(self.state["augment"]), sure, self.settings.augment_target, len(batch))
        return news

    def generator_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Raise the scores of what is painted; those of its pixels above those of real ones, pair by pair."""
        fake = self.look(self.parts["generator"](self.dice.normal(len(batch), self.settings.latents), batch.labels))
        with torch.no_grad():
            real = self.look(batch.pictures)
        loss = total(raise_fake_scores(scores, scores) for scores in self.critic(fake.taps, batch.labels))
        news = {}
        if self.settings.energy_share and len(batch) > 1:
            fields = [FIELDS] * len(real.taps) + [PIXEL_FIELDS]
            looks = zip([*real.taps, real.pictures], [*fake.taps, fake.pictures], fields, strict=True)
            news["energy"] = total(energy_by_fields(*look) for look in looks)
            loss = loss + self.settings.energy_share * news["energy"]
        if pixel_critic := self.parts.get("pixel_critic"):
            with torch.no_grad():
                real_scores = pixel_critic(real.pictures, batch.labels)
            pixels = relativistic_generator(real_scores, pixel_critic(fake.pictures, batch.labels))
            loss = loss + self.settings.pixel_share * pixels
        self.seen_last.append((real, fake.detach()))
        return loss, {"generator_loss": loss, **news}

    def critic_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Hinge, head by head; on pixels relativistic, now and then with R1 at real and R2 at fake pictures."""
        real, fake = self.seen_last.pop(0)
        real_maps, fake_maps = self.critic(real.taps, batch.labels), self.critic(fake.taps, batch.labels)
        loss = total(hinge_discriminator(*pair) for pair in zip(real_maps, fake_maps, strict=True))
        news = {"critic_loss": loss, "sure_of_real": torch.cat([map_.flatten() for map_ in real_maps]).sign().mean()}
        if pixel_critic := self.parts.get("pixel_critic"):
            real_pictures = real.pictures.detach().requires_grad_(self.penalise)
            fake_pictures = fake.pictures.detach().requires_grad_(self.penalise)
            real_scores = pixel_critic(real_pictures, batch.labels)
            fake_scores = pixel_critic(fake_pictures, batch.labels)
            pixels = relativistic_discriminator(real_scores, fake_scores)
            news["pixel_loss"] = pixels
            if self.penalise:
                slopes = zero_centred_penalty(real_pictures, real_scores)
                slopes = slopes + zero_centred_penalty(fake_pictures, fake_scores)
                pixels = pixels + self.settings.gamma / 2 * self.settings.penalty_every * slopes.mean()
            loss = loss + self.settings.pixel_share * pixels
        return loss, news

    def look(self, pictures: Tensor) -> Look:
        """Pictures as the critics see them: rolled and augmented, their features over one random colour each."""
        settings = self.settings
        pictures = augment(
            roll(pictures, settings.seamless, self.dice), self.strength, self.dice, seamless=settings.seamless
        )
        return self.look_at(pictures, on_background(pictures, self.dice))

    def look_at(self, pictures: Tensor, shown: Tensor) -> Look:
        """`pictures` for the critic of pixels, and `shown` (N, 3, H, W), without alpha, for the features."""
        larger = self.settings.features_at / max(shown.shape[2:])
        if larger > 1:
            size = [round(side * larger) for side in shown.shape[2:]]
            shown = F.interpolate(shown, size, mode="bilinear", align_corners=False)
        return Look(self.features.taps(shown, self.settings.taps), pictures)

    def liveliness(self, seen: int) -> float:
        """Share of the step size after `seen` pictures: 1, and in the end down to 0 in a straight line."""
        settling = self.settings.settle * self.settings.seen
        return min(1.0, max(self.settings.seen - seen, 0) / settling) if settling else 1.0

    @property
    def strength(self) -> float:
        """Of augmentation, now."""
        return min(1.0, float(self.state["augment"]) + float(self.state["augment_extra"]))

    @torch.no_grad()
    def judge(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores of all heads and of the critic of pixels, over white."""
        look = self.look_at(pictures, over(pictures, 1.0))
        scores = total(map_.mean(dim=1) for map_ in self.critic(look.taps, labels))
        if pixel_critic := self.parts.get("pixel_critic"):
            scores = scores + self.settings.pixel_share * pixel_critic(look.pictures, labels)
        return scores

    @torch.no_grad()
    def preview(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures by the averaged generator."""
        return cast(Generator, self.parts["average"])(latents, labels)
