"""Projected GAN: a critic that already knows how to see, because it looks through frozen picture features.

Sauer et al. 2021, "Projected GANs converge faster", arXiv 2111.01007. What differs is told in `training/feature_game.py`,
where the critics are, and in `generator.py`.
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.families.projected.entry import ProjectedSettings
from pinxit.families.projected.generator import Generator
from pinxit.networks.augment import adapt_to
from pinxit.networks.dice import Dice
from pinxit.networks.holes import random_holes
from pinxit.settings import TrainingSettings
from pinxit.training.averaging import averaged_copy, follow_young
from pinxit.training.feature_game import FeatureGame
from pinxit.training.recipe import Batch, Update
from pinxit.training.settling import liveliness


class Projected:
    """The recipe. See `pinxit.training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, ProjectedSettings)
        self.settings, self.dice = settings, dice
        self.state: dict[str, Tensor | float] = {"augment": settings.augment, "augment_extra": 0.0}
        generator = self.build_generator(settings, canvas)
        self.game = FeatureGame(settings, canvas, dice, self.state)
        self.parts: dict[str, nn.Module] = {
            "generator": generator,
            "average": averaged_copy(generator),
            **self.game.parts,
        }
        self.seeing = self.game.seeing
        self.for_checkup = self.fill if settings.completes else None
        self.optimizers: dict[str, Optimizer] = {
            "generator": torch.optim.Adam(generator.parameters(), settings.learning_rate, betas=(0.0, 0.99)),
            "critic": self.game.optimizer(settings.learning_rate),
        }

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, ProjectedSettings)
        return Generator(
            canvas,
            latents=settings.latents,
            width=settings.width,
            seamless=settings.seamless,
            completes=settings.completes,
        )

    def step(self, batch: Batch, seen: int, update: Update) -> dict[str, Tensor]:
        """The generator first; the critics then learn from the very pictures, and features, they judged."""
        self.game.begin_step(seen)
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = self.settings.learning_rate * liveliness(self.settings, seen)
        news = update(self.optimizers["generator"], self.generator_loss, batch)
        news |= update(self.optimizers["critic"], self.game.critic_loss, batch)
        follow_young(self.parts["average"], self.parts["generator"], self.settings.ema_half_life, seen, len(batch))
        adapt_to(news["sure_of_real"], self.settings.augment_target, len(batch), self.state)
        return news

    def generator_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The game against what it paints now: whole pictures, or pieces that real ones lack."""
        latents = self.dice.normal(len(batch), self.settings.latents)
        generator = cast(Generator, self.parts["generator"])
        if not self.settings.completes:
            return self.game.generator_loss(generator(latents, batch.labels), batch)
        holes = random_holes(self.dice, len(batch), *batch.pictures.shape[2:])
        painted = generator.complete(latents, batch.labels, batch.pictures, holes)
        loss, news = self.game.generator_loss(painted, batch)
        # Where nothing of a picture is known there is nothing that should have been there.
        inside = holes * (holes.mean(dim=(1, 2, 3), keepdim=True) < 1)
        missed = ((painted - batch.pictures).abs() * inside).sum() / (inside.sum() * painted.shape[1]).clamp_min(1)
        return loss + self.settings.hole_share * missed, {**news, "missed": missed}

    def judge(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores of all critics."""
        return self.game.judge(pictures, labels)

    @torch.no_grad()
    def fill(self, latents: Tensor, labels: Tensor, pictures: Tensor) -> Tensor:
        """What the averaged generator makes of pictures with holes, always the same ones: what a checkup looks at."""
        holes = random_holes(Dice(0, device=pictures.device), len(pictures), *pictures.shape[2:])
        return cast(Generator, self.parts["average"]).complete(latents, labels, pictures, holes)

    @torch.no_grad()
    def preview(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures by the averaged generator."""
        return cast(Generator, self.parts["average"])(latents, labels)
