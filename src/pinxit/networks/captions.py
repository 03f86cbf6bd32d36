"""Caption readers: word pieces -> one vector that says what a caption says. Ours is small and learns with the pictures."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.networks.layers import GAIN, SLOPE, begin_scaled
from pinxit.networks.vocabulary import LAYERS, MINILM, REACH, Vocabulary


class CaptionEncoder(nn.Module):
    """Embeds each piece, lets neighbours talk (convolutions), and keeps the strongest answer of each channel.

    Source: Kim 2014, "Convolutional neural networks for sentence classification". The same caption gives the same vector
    however much room is left behind it. The table of embeddings is stored piece by piece along its second axis, as inputs of
    a linear layer, so that a model with more pieces can go on from one with fewer (`training/starting.py`).
    """

    def __init__(self, pieces: int, features: int):
        super().__init__()
        self.embedding = nn.Parameter(torch.randn(features, pieces))
        layers = [nn.Conv1d(features, features, REACH, padding=REACH // 2) for _ in range(LAYERS)]
        self.layers = nn.ModuleList(layers)
        self.out = nn.Linear(features, features)
        for layer in layers:
            nn.init.normal_(layer.weight, 0.0, GAIN / (features * REACH) ** 0.5)
        begin_scaled(self.out)

    def forward(self, words: Tensor) -> Tensor:
        """(N, T) int64, -1 behind the end -> (N, features) float32; all zero for an empty caption."""
        there = (words >= 0)[:, None]  # (N, 1, T)
        talk = F.embedding(words.clamp_min(0), self.embedding.mT).mT * there  # (N, features, T)
        for layer in self.layers:
            talk = (talk + F.leaky_relu(layer(talk), SLOPE)) * there
        strongest = talk.masked_fill(~there, float("-inf")).amax(dim=2)
        some = there.any(dim=2)  # (N, 1)
        said = F.layer_norm(self.out(strongest.where(some, 0.0)).float(), (self.out.out_features,))
        return said * some


def caption_reader(vocabulary: Vocabulary, features: int) -> nn.Module:
    """What reads captions in the pieces of `vocabulary`: (N, T) int64 -> (N, features) float32."""
    if vocabulary.reader == MINILM:
        from pinxit.networks.minilm import MiniLmReader

        return MiniLmReader(features)
    return CaptionEncoder(len(vocabulary.pieces), features)
