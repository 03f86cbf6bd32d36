"""Variational autoencoder: squeeze a picture to a few numbers, and draw it back; seeds paint where pictures were squeezed to.

The bound of Kingma and Welling 2013 with beta as in Higgins et al. 2017, "beta-VAE". Errors of pixels, and of frozen picture
features, are each weighed by the width that fits them best (Rybkin et al. 2021), so that no weight has to be guessed.
"""

from itertools import chain
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.families.vae.coded import CodeEncoder, CodePainter
from pinxit.families.vae.entry import VaeSettings
from pinxit.families.vae.plain import Encoder, Painter
from pinxit.families.vae.prior import Flow
from pinxit.families.vae.shape import ENLARGED_BELOW, NARROWEST_FEATURE
from pinxit.networks.augment import roll
from pinxit.networks.dice import Dice
from pinxit.networks.features import load_features
from pinxit.networks.pictures import over
from pinxit.objectives.variational import (
    draw,
    gaussian_with_best_width,
    kl_to_normal,
    laplacian_with_best_width,
    with_free_bits,
)
from pinxit.settings import TrainingSettings
from pinxit.training.averaging import averaged_copy, follow_young
from pinxit.training.recipe import Batch, Update

LIKELIHOODS = {"gaussian": gaussian_with_best_width, "laplace": laplacian_with_best_width}


class Vae:
    """The recipe. See `pinxit.training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, VaeSettings)
        self.settings, self.canvas, self.dice = settings, canvas, dice
        self.surprise = LIKELIHOODS[settings.likelihood]
        dtype = torch.bfloat16 if settings.precision == "bf16" else torch.float32
        self.features = load_features(dtype, dice.device) if settings.perceptual else None
        self.generator = self.build_generator(settings, canvas)
        self.encoder = self.build_encoder(settings, canvas)
        self.parts: dict[str, nn.Module] = {
            "generator": self.generator,
            "average": averaged_copy(self.generator),
            "encoder": self.encoder,
            "average_encoder": averaged_copy(self.encoder),
        }
        self.seeing = None
        weights = chain(self.generator.parameters(), self.encoder.parameters())
        self.optimizers: dict[str, Optimizer] = {
            "generator": torch.optim.Adam(weights, settings.learning_rate, betas=(0.9, 0.99), fused=True)
        }
        self.state: dict[str, Tensor | float] = {}
        self.beta = 0.0
        self.usage: list[tuple[Tensor, Tensor, Tensor]] = []

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> nn.Module:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, VaeSettings)
        return CodePainter(settings, canvas) if settings.vq else Painter(settings, canvas)

    @staticmethod
    def build_encoder(settings: TrainingSettings, canvas: Canvas) -> nn.Module:
        """The encoder, as a model file holds it beside the generator."""
        assert isinstance(settings, VaeSettings)
        return CodeEncoder(settings, canvas) if settings.vq else Encoder(settings, canvas)

    def step(self, batch: Batch, seen: int, update: Update) -> dict[str, Tensor]:
        """One step of encoder, generator and flow together; then the book, and the averages."""
        settings = self.settings
        self.beta = settings.beta * min(1.0, seen / settings.beta_warm_up) if settings.beta_warm_up else settings.beta
        self.usage.clear()
        news = update(self.optimizers["generator"], self.coded_loss if settings.vq else self.loss, batch)
        if self.usage:
            self.learn_codes(update)
        for average, part in (("average", "generator"), ("average_encoder", "encoder")):
            follow_young(self.parts[average], self.parts[part], settings.ema_half_life, seen, len(batch))
        return news

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Draw a picture back from a sample of what was said about it, in nats for each number of the picture."""
        generator, encoder = cast(Painter, self.generator), cast(Encoder, self.encoder)
        pictures = roll(batch.pictures, self.settings.seamless, self.dice)
        mean, log_variance = encoder.posterior(pictures, batch.labels)
        said = draw(mean, log_variance, self.dice.normal(len(batch), self.settings.latents))
        loss, news = self.compare(pictures, generator.draw(said, batch.labels))
        weighed, told = self.price(mean, log_variance, said, batch.labels, generator.flow, pictures[0].numel())
        return loss + weighed, {"loss": loss + weighed, **news, **told}

    def coded_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Draw a picture back from codes; beside it, draw the codes back from a few numbers, in nats for each code."""
        generator, encoder = cast(CodePainter, self.generator), cast(CodeEncoder, self.encoder)
        pictures = roll(batch.pictures, self.settings.seamless, self.dice)
        grid = encoder(pictures, batch.labels)
        codes = generator.book.nearest(grid)
        written = generator.book.look_up(codes)
        self.remember(grid, codes)
        # Codes cannot be differentiated, so the gradient goes past them to what was said (eq. 3 of the paper).
        loss, news = self.compare(pictures, generator.draw(grid + (written - grid).detach()))
        held = F.mse_loss(grid, written)
        mean, log_variance = encoder.posterior(written, batch.labels)
        said = draw(mean, log_variance, self.dice.normal(len(batch), self.settings.latents))
        surprise = F.cross_entropy(generator.scores(said, batch.labels), codes)
        weighed, told = self.price(mean, log_variance, said, batch.labels, generator.flow, codes[0].numel())
        loss = loss + self.settings.commitment * held + surprise + weighed
        return loss, {"loss": loss, **news, "commitment": held, "code_surprise": surprise, **told}

    def compare(self, pictures: Tensor, drawn: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """How unlikely `pictures` are where `drawn` was expected, in pixels and in features."""
        errors = drawn - pictures
        loss = self.surprise(errors)
        news = {"pixel_error": errors.detach().abs().mean()}
        if self.features is not None:
            colour = self.dice.uniform(len(pictures), 3)[:, :, None, None] if self.canvas.channels == 4 else 0.0
            with torch.no_grad():
                wanted = self.look(over(pictures, colour))
            found = self.look(over(drawn, colour))
            scaled = [(one - other).float() / other.float().std() for one, other in zip(found, wanted, strict=True)]
            surprises = torch.stack([self.surprise(errors, NARROWEST_FEATURE) for errors in scaled])
            loss = loss + self.settings.perceptual * surprises.mean()
            news["feature_error"] = torch.stack([errors.detach().abs().mean() for errors in scaled]).mean()
        return loss, news

    def price(
        self, mean: Tensor, log_variance: Tensor, said: Tensor, labels: Tensor, flow: Flow | None, numbers: int
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """What was said, weighed by beta, in nats for each of `numbers`; and how unlikely the flow takes it to be."""
        divergence = kl_to_normal(mean, log_variance)
        loss = self.beta * with_free_bits(divergence, self.settings.free_bits) / numbers
        news = {"divergence": divergence.sum(dim=1).mean()}
        if flow is not None:
            latents, change = flow.inverse(said.detach(), labels)
            news["flow_surprise"] = (0.5 * latents.square().mean(dim=1) - change / latents.shape[1]).mean()
            loss = loss + news["flow_surprise"]
        return loss, news

    def look(self, shown: Tensor) -> list[Tensor]:
        """Features of pictures without alpha (N, 3, H, W)."""
        assert self.features is not None
        if min(shown.shape[2:]) < ENLARGED_BELOW:
            shown = F.interpolate(shown, scale_factor=2.0, mode="bilinear", align_corners=False)
        return self.features.taps(shown, self.settings.taps)

    def remember(self, grid: Tensor, codes: Tensor) -> None:
        """Keep what the book learns from, and encodings drawn by chance for its codes that are not used."""
        book = cast(CodePainter, self.generator).book
        cells = grid.detach().float().permute(0, 2, 3, 1).flatten(0, 2)
        spare = cells[self.dice.integers(0, len(cells), len(book.counts))]
        self.usage.append((*book.usage(grid, codes), spare))

    def learn_codes(self, update: Update) -> None:
        """The book follows all parts of the batch, in all processes."""
        used, sums, spare = (torch.stack(values) for values in zip(*self.usage, strict=True))
        told = [used.sum(dim=0), sums.sum(dim=0), spare[0]]
        cast(CodePainter, self.generator).book.learn(*(update.shared(value) for value in told))
        self.usage.clear()

    @torch.no_grad()
    def preview(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures by the averaged generator."""
        return self.parts["average"](latents, labels)
