"""R3GAN: real pictures should beat fake ones pair by pair, and a critic whose slope is kept small makes it converge.

Huang et al. 2024, "The GAN is dead; long live the GAN! A modern GAN baseline", arXiv 2501.05441.
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.families.r3gan.entry import R3ganSettings
from pinxit.families.r3gan.networks import Critic, Generator
from pinxit.families.r3gan.schedules import Now, schedule
from pinxit.networks.augment import adapt_to, as_judged
from pinxit.networks.dice import Dice
from pinxit.objectives.adversarial import relativistic_discriminator, relativistic_generator
from pinxit.objectives.penalties import zero_centred_penalty
from pinxit.settings import TrainingSettings
from pinxit.training.averaging import averaged_copy, follow
from pinxit.training.recipe import Batch, Update


class R3gan:
    """The recipe. See `pinxit.training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, R3ganSettings)
        self.settings, self.dice = settings, dice
        self.generator = self.build_generator(settings, canvas)
        self.critic = Critic(settings, canvas)
        self.parts: dict[str, nn.Module] = {
            "generator": self.generator,
            "average": averaged_copy(self.generator),
            "critic": self.critic,
        }
        self.seeing = self.critic
        self.optimizers: dict[str, Optimizer] = {
            name: torch.optim.Adam(self.parts[name].parameters(), settings.learning_rate, betas=(0.0, 0.9), fused=True)
            for name in ("generator", "critic")
        }
        self.state: dict[str, Tensor | float] = {"augment": 0.0, "augment_extra": 0.0}
        self.now: Now = schedule(settings, 0)
        self.penalise = True
        self.painted: list[Tensor] = []

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, R3ganSettings)
        return Generator(settings, canvas)

    def step(self, batch: Batch, seen: int, update: Update) -> dict[str, Tensor]:
        """The critic first, then the generator, judged on the pictures the critic has just learned from."""
        self.follow_schedule(seen)
        self.painted.clear()
        news = update(self.optimizers["critic"], self.critic_loss, batch)
        news |= update(self.optimizers["generator"], self.generator_loss, batch)
        follow(self.parts["average"], self.generator, self.now.ema_half_life, len(batch))
        adapt_to(news["sure_of_real"], self.settings.augment_target, len(batch), self.state)
        return news

    def follow_schedule(self, seen: int) -> None:
        """Set everything that depends on the pictures seen."""
        self.now = schedule(self.settings, seen)
        self.penalise = seen // self.settings.batch % self.settings.penalty_every == 0
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"], group["betas"] = self.now.learning_rate, (0.0, self.now.beta2)
        if self.settings.augment_target is None:
            self.state["augment"] = self.now.augment

    def critic_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Relativistic pairing loss, now and then with R1 at real and R2 at fake pictures (as the critic sees them)."""
        painted = self.generator(self.dice.normal(len(batch), self.settings.latents), batch.labels)
        self.painted.append(painted)  # its graph serves the generator's turn
        real = self.look(batch.pictures).detach().requires_grad_(self.penalise)
        fake = self.look(painted.detach()).detach().requires_grad_(self.penalise)
        real_scores, fake_scores = self.critic(real, batch.labels), self.critic(fake, batch.labels)
        loss = relativistic_discriminator(real_scores, fake_scores)
        news = {
            "critic_loss": loss,
            "real_score": real_scores.mean(),
            "fake_score": fake_scores.mean(),
            "sure_of_real": (real_scores - fake_scores).sign().mean(),
        }
        if self.penalise:
            slopes = zero_centred_penalty(real, real_scores) + zero_centred_penalty(fake, fake_scores)
            loss = loss + self.now.gamma / 2 * self.settings.penalty_every * slopes.mean()
        return loss, news

    def generator_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The same game from the other side."""
        with torch.no_grad():
            real_scores = self.critic(self.look(batch.pictures), batch.labels)
        fake_scores = self.critic(self.look(self.painted.pop(0)), batch.labels)
        loss = relativistic_generator(real_scores, fake_scores)
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
