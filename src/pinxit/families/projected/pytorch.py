"""Projected GAN: a critic that already knows how to see, because it looks through frozen picture features.

Sauer et al. 2021, "Projected GANs converge faster", arXiv 2111.01007. Beside the paper's heads on features there is a
small one on pixels, which also sees alpha; RGBA pictures meet the features over random backgrounds.
"""

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.families.projected.critic import Critic
from pinxit.families.projected.entry import ProjectedSettings
from pinxit.families.projected.generator import Generator
from pinxit.networks.augment import adapt, augment, roll
from pinxit.networks.dice import Dice
from pinxit.networks.features import load_features
from pinxit.objectives.adversarial import hinge_discriminator, raise_fake_scores
from pinxit.settings import TrainingSettings
from pinxit.training.averaging import averaged_copy, follow
from pinxit.training.recipe import Batch, Update

EMA_WARM_UP = 0.05
"""While training is young the average follows faster: its half-life is at most this share of the pictures seen."""


class Projected:
    """The recipe. See `pinxit.training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, ProjectedSettings)
        self.settings, self.canvas, self.dice = settings, canvas, dice
        dtype = torch.bfloat16 if settings.precision == "bf16" else torch.float32
        self.features = load_features(dtype, dice.device)
        generator = self.build_generator(settings, canvas)
        critic = Critic(
            settings.taps,
            settings.critic_width,
            pixels=(canvas.channels, settings.pixel_width) if settings.pixel_width else None,
            class_counts=canvas.class_counts,
            seed=settings.seed,
        )
        self.parts: dict[str, nn.Module] = {
            "generator": generator,
            "average": averaged_copy(generator),
            "critic": critic,
        }
        self.optimizers: dict[str, Optimizer] = {
            "generator": torch.optim.Adam(generator.parameters(), settings.learning_rate, betas=(0.0, 0.99)),
            "critic": torch.optim.Adam(critic.parameters(), settings.learning_rate, betas=(0.0, 0.99)),
        }
        self.state: dict[str, Tensor | float] = {"augment": settings.augment}
        self.painted: list[tuple[list[Tensor], Tensor]] = []

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, ProjectedSettings)
        return Generator(canvas, latents=settings.latents, width=settings.width, seamless=settings.seamless)

    def step(self, batch: Batch, seen: int, update: Update) -> dict[str, Tensor]:
        """The generator first; the critic then learns from the very pictures, and features, it was judged by."""
        news = update(self.optimizers["generator"], self.generator_loss, batch)
        news |= update(self.optimizers["critic"], self.critic_loss, batch)
        half_life = min(self.settings.ema_half_life, EMA_WARM_UP * (seen + len(batch)))
        follow(self.parts["average"], self.parts["generator"], half_life, len(batch))
        if self.settings.augment_target is not None:
            sure = float(news["sure_of_real"])
            self.state["augment"] = adapt(self.strength, sure, self.settings.augment_target, len(batch))
        return news

    def generator_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Hinge: raise the critic's scores of what is painted."""
        latents = self.dice.normal(len(batch), self.settings.latents)
        taps, pictures = self.look(self.parts["generator"](latents, batch.labels))
        loss = self.weigh([raise_fake_scores(scores, scores) for scores in self.judge(taps, pictures, batch.labels)])
        self.painted.append(([tap.detach() for tap in taps], pictures.detach()))
        return loss, {"generator_loss": loss}

    def critic_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Hinge, head by head, on real pictures and on those the generator has just been judged by."""
        fake_taps, fake_pictures = self.painted.pop(0)
        with torch.no_grad():
            real_taps, real_pictures = self.look(batch.pictures)
        real = self.judge(real_taps, real_pictures, batch.labels)
        fake = self.judge(fake_taps, fake_pictures, batch.labels)
        loss = self.weigh([hinge_discriminator(*pair) for pair in zip(real, fake, strict=True)])
        sure = torch.cat([scores.flatten() for scores in real]).sign().mean()
        return loss, {"critic_loss": loss, "sure_of_real": sure}

    def look(self, pictures: Tensor) -> tuple[list[Tensor], Tensor]:
        """Pictures -> (taps of their features, the pictures), rolled and augmented, over one random colour each."""
        settings = self.settings
        pictures = augment(
            roll(pictures, settings.seamless, self.dice), self.strength, self.dice, seamless=settings.seamless
        )
        seen = on_background(pictures, self.dice)
        if settings.enlarge > 1:
            seen = F.interpolate(seen, scale_factor=settings.enlarge, mode="bilinear", align_corners=False)
        return self.features.taps(seen, settings.taps), pictures

    def judge(self, taps: list[Tensor], pictures: Tensor, labels: Tensor) -> list[Tensor]:
        """Scores of every head."""
        return self.parts["critic"](taps, pictures, labels)

    def weigh(self, losses: list[Tensor]) -> Tensor:
        """The sum over heads; the one on pixels counts `pixel_share` times."""
        return torch.stack(losses[: self.settings.taps]).sum() + self.settings.pixel_share * sum(
            losses[self.settings.taps :], torch.zeros(())
        )

    @property
    def strength(self) -> float:
        """Of augmentation, now."""
        return float(self.state["augment"])

    @torch.no_grad()
    def preview(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures by the averaged generator."""
        return cast(Generator, self.parts["average"])(latents, labels)


def on_background(pictures: Tensor, dice: Dice) -> Tensor:
    """(N, 1, 3 or 4, H, W) in [-1, 1] -> (N, 3, H, W): RGBA over one random colour for each picture, grey repeated."""
    if pictures.shape[1] == 1:
        return pictures.expand(-1, 3, -1, -1)
    if pictures.shape[1] == 3:
        return pictures
    colour = dice.uniform(len(pictures), 3)[:, :, None, None]
    clear = (1 - pictures[:, 3:]) / 2  # 1 - alpha
    return pictures[:, :3] + 2 * clear * colour  # premultiplied: colour + (1 - alpha) * background, mapped to [-1, 1]
