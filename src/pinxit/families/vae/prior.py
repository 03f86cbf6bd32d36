"""Where seeds land among the encodings of pictures: a flow, which is a learned map that can be walked both ways.

The encodings of all pictures together do not fill the normal distribution that seeds come from, however much the divergence
term asks for it; a decoder paints mush in the gaps between them. So a map is learned from one to the other.
Dinh et al. 2017, "Density estimation using real NVP"; trained beside an autoencoder as in Xiao et al. 2019, "Generative latent
flow", arXiv 1905.10485.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.families.vae.shape import HIDDEN, LABEL_FEATURES, MOST_STRETCH, STEPS
from pinxit.networks.conditioning import LabelEmbedding
from pinxit.networks.layers import begin_scaled


class Coupling(nn.Module):
    """One half of the numbers says how the other half is stretched and moved, so that both ways are known exactly."""

    order: Tensor
    back: Tensor

    def __init__(self, length: int, labels: int, order: Tensor):
        super().__init__()
        self.kept = length // 2
        # Not in files: they follow from the length.
        self.register_buffer("order", order, persistent=False)
        self.register_buffer("back", order.argsort(), persistent=False)
        self.look = nn.Linear(self.kept + labels, HIDDEN)
        self.think = nn.Linear(HIDDEN, HIDDEN)
        self.say = nn.Linear(HIDDEN, 2 * (length - self.kept))
        begin_scaled(self.look, 2**0.5)
        begin_scaled(self.think, 2**0.5)
        begin_scaled(self.say, 0.0)  # a new flow changes nothing: it begins as the classic prior

    def stretch_and_move(self, kept: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """(N, kept), (N, labels) -> log stretch and move of the others, each (N, length - kept)."""
        thought = F.silu(self.think(F.silu(self.look(torch.cat([kept, labels], dim=1)))))
        stretch, move = self.say(thought).chunk(2, dim=1)
        return MOST_STRETCH * torch.tanh(stretch / MOST_STRETCH), move

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """From the side of seeds to the side of pictures: (N, length) -> (N, length)."""
        kept, others = latents[:, : self.kept], latents[:, self.kept :]
        stretch, move = self.stretch_and_move(kept, labels)
        return torch.cat([kept, others * stretch.exp() + move], dim=1)[:, self.back]

    def inverse(self, encoded: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Back again, and the logarithm of how much volumes change on the way back: (N, length), (N,)."""
        ordered = encoded[:, self.order]
        kept, others = ordered[:, : self.kept], ordered[:, self.kept :]
        stretch, move = self.stretch_and_move(kept, labels)
        return torch.cat([kept, (others - move) * (-stretch).exp()], dim=1), -stretch.sum(dim=1)


class Flow(nn.Module):
    """Latents of seeds, standard normal, to encodings of pictures and back. Always in float32."""

    def __init__(self, length: int, class_counts: Sequence[int]):
        super().__init__()
        self.embed = LabelEmbedding(class_counts, LABEL_FEATURES) if class_counts else None
        labels = LABEL_FEATURES if class_counts else 0
        # Dealt like cards, every other number first: after a few steps each has been in a half with any other.
        dealt = torch.cat([torch.arange(0, length, 2), torch.arange(1, length, 2)])
        self.steps = nn.ModuleList(Coupling(length, labels, dealt) for _ in range(STEPS))

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """(N, length) from seeds, labels (N, columns) -> (N, length) as encoders say them."""
        with torch.autocast(latents.device.type, enabled=False):
            told = self.told(labels)
            encoded = latents.float()
            for step in self.steps:
                encoded = step(encoded, told)
            return encoded

    def inverse(self, encoded: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """(N, length) as encoders say them -> (N, length) as seeds give them, and the log change of volume (N,)."""
        with torch.autocast(encoded.device.type, enabled=False):
            told = self.told(labels)
            latents = encoded.float()
            change = torch.zeros(len(latents), device=latents.device)
            for step in reversed(self.steps):
                assert isinstance(step, Coupling)
                latents, changed = step.inverse(latents, told)
                change = change + changed
            return latents, change

    def told(self, labels: Tensor) -> Tensor:
        """(N, columns) -> (N, features); no features without labels."""
        if self.embed is not None:
            return self.embed(labels)
        return torch.zeros(labels.shape[0], 0, device=labels.device)  # len() would fix the batch when it is exported
