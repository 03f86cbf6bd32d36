"""Published weights in PyTorch's older file format, read as NumPy arrays, without torch.

The bytes are checked by their hash before anything is opened, and what is opened may name four things only.
"""

import hashlib
import io
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np

from pinxit.errors import PinxitError

BATCH_NORM_EPSILON = 1e-3  # of every network trained in TensorFlow that is read here
KINDS = {"FloatStorage": np.float32, "LongStorage": np.int64}


class Names(pickle.Unpickler):
    """Opens nothing but tables of tensors, and leaves their numbers for later."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        if (module_name, global_name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module_name, global_name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, size, stride, *_: (storage, offset, size, stride)
        if module_name == "torch" and global_name in KINDS:
            return KINDS[global_name]
        raise pickle.UnpicklingError(f"{module_name}.{global_name} is no part of a table of tensors")

    def persistent_load(self, pid: Any) -> Any:
        return pid[2], pid[1]  # the storage's key, and the kind of its numbers


def unpack(content: bytes, sha256: str, what: str, remedy: str) -> dict[str, np.ndarray]:
    """The bytes of a weights file -> its arrays by name. Arguments and errors as `pinxit.networks.published.unpack`."""
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise PinxitError(
            f"{what} are not the expected ones: their SHA-256 begins {found[:12]}, and {sha256[:12]} was expected. "
            f"They were not opened. {remedy}"
        )
    file = io.BytesIO(content)
    for _ in range(3):  # a magic number, the version, and how large numbers were where it was written
        Names(file).load()
    table = Names(file).load()
    kinds = {storage[0]: storage[1] for storage, *_ in table.values()}
    storages = {}
    for key in Names(file).load():
        count = int.from_bytes(file.read(8), "little")
        kind = np.dtype(kinds[key]).newbyteorder("<")
        storages[key] = np.frombuffer(file.read(count * kind.itemsize), kind)
    arrays = {}
    for name, ((key, kind), offset, size, stride) in table.items():
        steps = [step * np.dtype(kind).itemsize for step in stride]
        arrays[name] = np.lib.stride_tricks.as_strided(storages[key][offset:], size, steps).astype(kind)
    return arrays


def folded(stored: Mapping[str, np.ndarray], conv: str, norm: str) -> tuple[np.ndarray, np.ndarray]:
    """A convolution without bias and the frozen batch norm after it, as one: kernel (O, I, H, W) and bias (O,)."""
    scale = stored[f"{norm}.weight"] / np.sqrt(stored[f"{norm}.running_var"] + np.float32(BATCH_NORM_EPSILON))
    kernel = stored[f"{conv}.weight"] * scale[:, None, None, None]
    return kernel, stored[f"{norm}.bias"] - stored[f"{norm}.running_mean"] * scale
