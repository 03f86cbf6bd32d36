"""Where the weights of FID's Inception come from: a file of yours, or fetched once, when asked. Never silently.

The file is the one that pytorch-fid (https://github.com/mseitzer/pytorch-fid, Apache-2.0) has published and that many
papers' figures were made with. Its name promises the first eight digits of its SHA-256. The rest, and its length of
95,628,359 bytes, are as several public projects have written them down that check it, one of them beside this very
address; torch-fidelity publishes the same bytes as `weights-inception-2015-12-05-6726825d.pth`.
"""

import hashlib
import stat
from collections.abc import Callable
from pathlib import Path

from torch import Tensor

from pinxit.data.cache import default_cache_dir
from pinxit.data.fetching import pieces
from pinxit.errors import PinxitError, pasteable
from pinxit.images.writing import write_atomically
from pinxit.networks.published import unpack

NAME = "pt_inception-2015-12-05-6726825d.pth"
URL = f"https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/{NAME}"
SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
LARGEST = 100_000_000  # bytes: more is not this file, and is not read on
BY_HAND = f"Try again with --fetch, or download {URL} and name the file with --weights FILE."


def read_inception_weights(path: Path | None, *, fetch: bool, say: Callable[[str], None]) -> dict[str, Tensor]:
    """The published tensors by name, from `path`, else from pinxit's cache, else (only with `fetch`) from the network.

    Raises PinxitError in one paragraph when there is no such file, when it is another one, or when it cannot be fetched.
    """
    if path is not None:
        return unpack(read(path), SHA256, f"The Inception weights in {path}", BY_HAND)
    kept = default_cache_dir() / "weights" / NAME
    if kept.exists() and (not fetch or is_sound(kept)):
        return unpack(read(kept), SHA256, f"The Inception weights in {kept}", BY_HAND)
    if not fetch:
        raise PinxitError(
            f"The features 'inception' need a file of weights that is not part of pinxit: download {URL} (96 MB) and name it "
            "with --weights FILE, or let pinxit fetch it once with --fetch (in Python: weights=…, fetch=True)."
        )
    say(f"Fetching {URL} (96 MB, once).")
    content = b"".join(pieces(URL, LARGEST, "--weights FILE"))
    weights = unpack(
        content, SHA256, f"The {len(content):,} bytes that came from {URL}", f"Nothing was kept. {BY_HAND}"
    )
    keep(kept, content, say)
    return weights


def is_sound(path: Path) -> bool:
    """Whether a kept file is still the one that was fetched."""
    return hashlib.sha256(read(path)).hexdigest() == SHA256


def read(path: Path) -> bytes:
    """The bytes of a file. Raises PinxitError for what is no file, is too large or cannot be read."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise PinxitError(f"{path} is not a file. --weights names the file {NAME}.")
        if found.st_size > LARGEST:
            raise PinxitError(
                f"{path} is too large to be {NAME} ({found.st_size / 1e6:.0f} MB instead of 96). {BY_HAND}"
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise PinxitError(f"There is no file {path}. {BY_HAND}") from None
    except OSError as error:
        raise PinxitError(f"{path} cannot be read ({error.strerror}). {BY_HAND}") from None


def keep(path: Path, content: bytes, say: Callable[[str], None]) -> None:
    """Put the file where the next call finds it; a place that cannot be written costs only another download."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content, "set PINXIT_CACHE to another folder")
    except (PinxitError, OSError) as error:
        say(f"The weights could not be kept and will be fetched again: {error}")
    else:
        say(f"Kept: {pasteable(path)}")
