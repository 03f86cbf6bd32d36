"""Weights that others have published: never opened before their hash is known, and batch norms folded away.

The only place of pinxit that opens a pickle, beside `keras_training/published.py`, which has to do so without torch.
"""

import hashlib
import io
from collections.abc import Mapping

import torch
from torch import Tensor

from pinxit.errors import PinxitError

BATCH_NORM_EPSILON = 1e-3  # of every network trained in TensorFlow that is read here


def unpack(content: bytes, sha256: str, what: str, remedy: str) -> dict[str, Tensor]:
    """The bytes of a weights file -> its tensors by name, on the CPU.

    what, remedy   for the message: "The weights of …", and what to try
    Raises PinxitError when the SHA-256 of the bytes is another one; they are not opened then.
    """
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise PinxitError(
            f"{what} are not the expected ones: their SHA-256 begins {found[:12]}, and {sha256[:12]} was expected. "
            f"They were not opened. {remedy}"
        )
    return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)


def folded(stored: Mapping[str, Tensor], conv: str, norm: str) -> tuple[Tensor, Tensor]:
    """A convolution without bias and the frozen batch norm after it, as one: kernel (O, I, H, W) and bias (O,).

    conv, norm   what the names of their tensors begin with
    """
    scale = stored[f"{norm}.weight"] / (stored[f"{norm}.running_var"] + BATCH_NORM_EPSILON).sqrt()
    kernel = stored[f"{conv}.weight"] * scale[:, None, None, None]
    return kernel, stored[f"{norm}.bias"] - stored[f"{norm}.running_mean"] * scale
