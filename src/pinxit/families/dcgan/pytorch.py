"""DCGAN, the classic: two convolutional players and a game of your choice (`objective`)."""

from typing import cast

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.families.dcgan.entry import DcganSettings
from pinxit.families.dcgan.networks import Critic, Generator
from pinxit.networks.augment import adapt_to, as_judged
from pinxit.networks.dice import Dice
from pinxit.objectives.adversarial import OBJECTIVES
from pinxit.objectives.penalties import gradient_penalty
from pinxit.settings import TrainingSettings
from pinxit.training.averaging import averaged_copy, follow_young
from pinxit.training.recipe import Batch, Update


class Dcgan:
    """The recipe. See `pinxit.training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, DcganSettings)
        self.settings, self.dice = settings, dice
        self.objective = OBJECTIVES[settings.objective]
        norm = settings.critic_norm
        if norm == "auto":
            norm = "none" if settings.objective == "wasserstein-gp" else "spectral"
        self.generator = self.build_generator(settings, canvas)
        self.critic = Critic(canvas, width=settings.critic_width, norm=norm)
        self.parts: dict[str, nn.Module] = {
            "generator": self.generator,
            "average": averaged_copy(self.generator),
            "critic": self.critic,
        }
        self.seeing = self.critic
        self.optimizers: dict[str, Optimizer] = {
            name: torch.optim.Adam(
                self.parts[name].parameters(), settings.learning_rate, betas=(0.5, 0.999), fused=True
            )
            for name in ("generator", "critic")
        }
        self.state: dict[str, Tensor | float] = {"augment": settings.augment, "augment_extra": 0.0}
        self.painted: list[Tensor] = []

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, DcganSettings)
        transposed = settings.seamless == "no" if settings.upsampling == "auto" else settings.upsampling == "transposed"
        return Generator(
            canvas,
            latents=settings.latents,
            width=settings.width,
            transposed=transposed,
            seamless=settings.seamless,
        )

    def step(self, batch: Batch, seen: int, update: Update) -> dict[str, Tensor]:
        """The critic first, then the generator, judged on the very pictures the critic has just learned from."""
        self.painted.clear()
        news = update(self.optimizers["critic"], self.critic_loss, batch)
        news |= update(self.optimizers["generator"], self.generator_loss, batch)
        follow_young(self.parts["average"], self.generator, self.settings.ema_half_life, seen, len(batch))
        adapt_to(news["sure_of_real"], self.settings.augment_target, len(batch), self.state)
        return news

    def critic_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The critic's side of the objective, on real pictures and on new ones."""
        latents = self.dice.normal(len(batch), self.settings.latents)
        painted = self.generator(latents, batch.labels)
        self.painted.append(painted)  # its graph serves the generator's turn: one pass a step, as in the classic loop
        real, fake = self.look(batch.pictures), self.look(painted.detach())
        real_scores, fake_scores = self.critic(real, batch.labels), self.critic(fake, batch.labels)
        loss = self.objective.discriminator(real_scores, fake_scores)
        if self.settings.objective == "wasserstein-gp":
            shares = self.dice.uniform(len(batch))
            penalty = gradient_penalty(lambda pictures: self.critic(pictures, batch.labels), real, fake, shares)
            loss = loss + self.settings.gradient_penalty * penalty.mean()
        return loss, {
            "critic_loss": loss,
            "real_score": real_scores.mean(),
            "fake_score": fake_scores.mean(),
            "sure_of_real": real_scores.sign().mean(),
        }

    def generator_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The generator's side of the objective."""
        fake_scores = real_scores = self.critic(self.look(self.painted.pop(0)), batch.labels)
        if self.settings.objective == "relativistic":
            with torch.no_grad():
                real_scores = self.critic(self.look(batch.pictures), batch.labels)
        loss = self.objective.generator(real_scores, fake_scores)
        return loss, {"generator_loss": loss}

    def look(self, pictures: Tensor) -> Tensor:
        """Pictures as the critic sees them: rolled along seamless axes and augmented."""
        return as_judged(pictures, self.settings.seamless, self.state, self.dice)

    @torch.no_grad()
    def judge(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores of the critic."""
        return self.critic(pictures, labels)

    @torch.no_grad()
    def preview(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures by the averaged generator."""
        return cast(Generator, self.parts["average"])(latents, labels)
