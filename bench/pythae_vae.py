"""A training step of pythae's VAE with its network for CelebA, as pythae takes it, and over the same network as we take ours.

    pip install --no-deps pythae==0.1.2 && python -m bench.pythae_vae

64 px RGB, batch 100 as in pythae's own settings for CelebA, Adam. Theirs: float32, the loss and step of its `BaseTrainer`.
Ours: the same loss through `Update`, in the machine's best number format and channels_last.
"""

import copy

import torch
import torch.nn.functional as F
from torch import Tensor

from bench.measure import alternate, wait_until_quiet, write
from pinxit.settings import TrainingSettings
from pinxit.training.device import place_network, prepare, resolve_machine
from pinxit.training.recipe import Batch
from pinxit.training.update import Update

BATCH, LATENTS = 100, 64


def main() -> None:
    """Into bench/results/pythae-vae.json."""
    from pythae.models import VAE, VAEConfig  # pyright: ignore[reportMissingImports]
    from pythae.models.nn.benchmarks.celeba.convnets import (  # pyright: ignore[reportMissingImports]
        Decoder_Conv_AE_CELEBA,
        Encoder_Conv_VAE_CELEBA,
    )

    torch.manual_seed(0)
    config = VAEConfig(input_dim=(3, 64, 64), latent_dim=LATENTS)
    theirs = VAE(config, encoder=Encoder_Conv_VAE_CELEBA(config), decoder=Decoder_Conv_AE_CELEBA(config))
    ours = copy.deepcopy(theirs)
    pictures = torch.rand(BATCH, 3, 64, 64)
    adam = torch.optim.Adam(theirs.parameters(), 1e-3)

    def their_step() -> int:
        theirs.train()
        adam.zero_grad()
        theirs({"data": pictures}).loss.backward()
        adam.step()
        return BATCH

    settings = resolve_machine(TrainingSettings(batch=BATCH))
    device = prepare(settings)
    place_network(ours, device)
    update = Update(device, bf16=settings.precision == "bf16")
    quick = torch.optim.Adam(ours.parameters(), 1e-3, fused=True)
    laid = pictures.to(memory_format=torch.channels_last)

    def loss(batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        said = ours.encoder(batch.pictures)
        mean, log_variance = said.embedding.float(), said.log_covariance.float()
        drawn = ours.decoder(mean + torch.exp(log_variance / 2) * torch.randn_like(mean)).reconstruction.float()
        wrong = F.mse_loss(drawn, batch.pictures, reduction="none").flatten(1).sum(dim=1)
        divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(dim=1)
        value = (wrong + divergence).mean()
        return value, {"loss": value}

    def our_step() -> int:
        update(quick, loss, Batch(laid, torch.zeros(BATCH, 0, dtype=torch.int64)))
        return BATCH

    busy = wait_until_quiet()
    speeds = alternate({"pinxit": our_step, "pythae": their_step})
    figures = {
        "what": f"training pictures/s, pythae's CelebA VAE, 64 px RGB, batch {BATCH}",
        "pictures_per_second": speeds,
        "ratio": speeds["pinxit"]["median"] / speeds["pythae"]["median"],
        "precision": settings.precision,
        "threads": torch.get_num_threads(),
        "busy_share_before": busy,
    }
    print(round(figures["ratio"], 2), speeds)
    write("pythae-vae", figures, settings.device)


if __name__ == "__main__":
    main()
