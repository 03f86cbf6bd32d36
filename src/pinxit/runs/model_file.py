"""The model file: one .safetensors with a JSON header. The only reader and writer of the format; never a pickle.

Everything in a file that came from elsewhere is hostile until checked: sizes before allocation, names, kinds, numbers.
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from pinxit.errors import ModelFileError
from pinxit.images.writing import write_atomically

FORMAT = 1
LARGEST_HEADER = 10_000_000
LARGEST_FILE = 8_000_000_000
KINDS = {"F32", "F16", "I64", "I32", "U8", "BOOL"}


@dataclass(frozen=True)
class ModelFile:
    """`header` is ours (family, settings, canvas, data, scores …); `tensors` numpy; `sha256` of the whole file."""

    header: dict[str, Any]
    tensors: dict[str, np.ndarray]
    sha256: str


def write_model(path: Path, header: dict[str, Any], tensors: dict[str, np.ndarray]) -> str:
    """Write whole or not at all. Returns the file's sha256."""
    told = json.dumps({**header, "format": FORMAT}, ensure_ascii=False, allow_nan=False)
    ordered = {name: tensors[name].copy(order="C") for name in sorted(tensors)}  # C order keeps 0-d tensors 0-d
    content = safetensors.numpy.save(ordered, metadata={"pinxit": told})
    write_atomically(path, content)
    return hashlib.sha256(content).hexdigest()


def halve(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights in half precision, for a file half the size. Statistics and biases keep theirs: few, and maybe large."""
    return {
        name: values.astype(np.float16) if values.dtype == np.float32 and values.ndim >= 2 else values
        for name, values in tensors.items()
    }


def add_to_header(path: Path, more: dict[str, Any]) -> str:
    """Write a model file anew with more in its header, whole or not at all. Returns its new sha256."""
    file = read_model(path)
    return write_model(path, {**file.header, **more}, file.tensors)


def read_model(path: Path) -> ModelFile:
    """Read and check. Raises ModelFileError that says what is wrong and what to try."""
    content = read_bytes(path)
    header = check_header(path, content)
    try:
        tensors = safetensors.numpy.load(content)
    except (SafetensorError, ValueError, KeyError, OverflowError, MemoryError) as error:
        raise ModelFileError(f"{path} is damaged or cut short ({error}). Copy it again, or train it anew.") from None
    for name, values in tensors.items():
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise ModelFileError(
                f"{path} holds numbers that are not finite in '{name}'. It cannot paint; train it anew."
            )
    return ModelFile(header, tensors, hashlib.sha256(content).hexdigest())


def read_header(path: Path) -> dict[str, Any]:
    """Only the header, without reading the tensors."""
    with open_checked(path) as file:
        length = struct.unpack("<Q", file.read(8).ljust(8, b"\xff"))[0]
        return parse_header(path, length, file.read(min(length, LARGEST_HEADER) if length <= LARGEST_HEADER else 0))


def drop_if_damaged(path: Path) -> None:
    """A model file that cannot be read makes room for the next one, whether that is better than the best or not."""
    if path.exists():
        try:
            read_model(path)
        except ModelFileError:
            path.unlink()


def hash_of(path: Path) -> str:
    """sha256 of a file, in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def open_checked(path: Path) -> Any:
    """Open for reading; a missing, locked or giant file is told as ModelFileError."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ModelFileError(f"{path} is larger than any pinxit model (over 8 GB). It was not opened.")
        return path.open("rb")
    except OSError as error:
        raise ModelFileError(f"The model file {path} cannot be read: {error.strerror}.") from None


def read_bytes(path: Path) -> bytes:
    """The whole file."""
    with open_checked(path) as file:
        return file.read()


def check_header(path: Path, content: bytes) -> dict[str, Any]:
    """The header of a file that is in memory."""
    length = struct.unpack("<Q", content[:8].ljust(8, b"\xff"))[0]
    return parse_header(path, length, content[8 : 8 + length] if length <= LARGEST_HEADER else b"")


def parse_header(path: Path, length: int, text: bytes) -> dict[str, Any]:
    """The pinxit header in `text`, which should be `length` bytes of JSON. Raises ModelFileError."""
    if length > LARGEST_HEADER or len(text) < length or text[:1] != b"{":
        raise ModelFileError(
            f"{path} is not a safetensors file, or it is cut short. pinxit opens only .safetensors models, never pickles "
            "(.pt, .pkl, .ckpt): those can run code. Copy the file again, or export it as safetensors."
        )
    try:
        stored = json.loads(text, object_pairs_hook=refuse_duplicates)
        told = json.loads(stored["__metadata__"]["pinxit"])
    except (KeyError, TypeError):
        raise ModelFileError(f"{path} is a safetensors file of another program: it has no pinxit header.") from None
    except (ValueError, RecursionError):
        raise ModelFileError(f"{path} has a damaged header. Copy it again, or train it anew.") from None
    for name, about in stored.items():
        if name != "__metadata__" and (not isinstance(about, dict) or about.get("dtype") not in KINDS):
            raise ModelFileError(f"{path}: tensor '{name}' is of a kind that pinxit does not read.")
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        number = told.get("format") if isinstance(told, dict) else None
        raise ModelFileError(f"{path} has model format {number!r}; this pinxit reads {FORMAT}. Try a newer pinxit.")
    return told


def check_fit(wanted: Mapping[str, tuple[int, ...]], given: Mapping[str, tuple[int, ...]], place: Path | str) -> None:
    """Raise ModelFileError with every difference, unless the `given` weights have just the names and shapes `wanted`."""
    differences = [f"missing {name}" for name in sorted(wanted.keys() - given.keys())]
    differences += [f"unknown {name}" for name in sorted(given.keys() - wanted.keys())]
    differences += [
        f"{name} is {given[name]}, wanted {wanted[name]}"
        for name in sorted(wanted.keys() & given.keys())
        if wanted[name] != given[name]
    ]
    if differences:
        raise ModelFileError(f"The weights in {place} do not fit this network: {'; '.join(differences)}.")


def stored_names(parts: Iterable[str]) -> dict[str, str]:
    """Part -> its name in a model file. Averages stand there under the names of what they average, which is left out."""
    averages = {"average": "generator"} | {part: part.removeprefix("average_") for part in parts if "average_" in part}
    return {part: averages.get(part, part) for part in parts if part not in averages.values()}


def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """json's own reader keeps the last of two equal names; a file that has two is damaged or hostile."""
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise ValueError("a name stands twice")
    return unique
