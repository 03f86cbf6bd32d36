"""Write pictures into .npy shards that can be mapped from disk, without knowing beforehand how many there will be."""

import hashlib
import os
from pathlib import Path
from typing import IO, Any

import numpy as np

SHARD_BYTES = 256 * 1024 * 1024


class ShardWriter:
    """Appends (height, width, channels) uint8 pictures to `shard-000.npy`, `shard-001.npy`, ... in `folder`."""

    def __init__(self, folder: Path, shape: tuple[int, int, int]):
        self.folder = folder
        self.shape = shape
        self.count = 0
        self.shards: list[dict[str, Any]] = []
        self._room = max(1, SHARD_BYTES // int(np.prod(shape)))
        self._stream: IO[bytes] | None = None
        self._in_shard = 0

    def append(self, picture: np.ndarray) -> None:
        """Add one picture. Raises OSError if the disk is full."""
        assert (picture.shape, picture.dtype) == (self.shape, np.uint8), (picture.shape, picture.dtype)
        if self._stream is None:
            path = self.folder / f"shard-{len(self.shards):03d}.npy"
            self._stream = open(path, "w+b")  # noqa: SIM115 - lives until the shard is full
            self._write_header(self._stream)
        self._stream.write(np.ascontiguousarray(picture).data)
        self._in_shard += 1
        self.count += 1
        if self._in_shard == self._room:
            self._finish_shard()

    def close(self) -> list[dict[str, Any]]:
        """Finish the last shard -> one {"file", "count", "blake2b"} for each."""
        if self._stream is not None:
            self._finish_shard()
        return self.shards

    def abandon(self) -> None:
        """Close the open file without finishing it: packing has failed."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _write_header(self, stream: IO[bytes]) -> None:
        # NumPy leaves room in the header for the first axis to grow, so the true count fits in when the shard is done.
        shape = (self._in_shard, *self.shape)
        header = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(stream, header)

    def _finish_shard(self) -> None:
        stream = self._stream
        assert stream is not None
        end = stream.tell()
        stream.seek(0)
        self._write_header(stream)
        assert stream.tell() + self._in_shard * int(np.prod(self.shape)) == end, "the header changed its length"
        stream.flush()
        os.fsync(stream.fileno())
        stream.seek(0)
        digest = hashlib.file_digest(stream, "blake2b").hexdigest()  # pyright: ignore[reportArgumentType]
        stream.close()
        name = f"shard-{len(self.shards):03d}.npy"
        self.shards.append({"file": name, "count": self._in_shard, "blake2b": digest})
        self._stream, self._in_shard = None, 0
