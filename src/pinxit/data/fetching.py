"""Files that others have published, read from their address when a person asks for it. Never silently."""

import time
from collections.abc import Iterator
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from pinxit.errors import PinxitError

PATIENCE, LONGEST = 30.0, 3600.0  # seconds without a word from the other side, and for all of it
PIECE = 1 << 20


def pieces(url: str, largest: int, flag: str) -> Iterator[bytes]:
    """What lies at `url`, piece by piece, at most `largest` bytes.

    flag  how a file of one's own is named instead, for the message: "--weights FILE"
    Raises PinxitError when it does not come whole and in time.
    """
    end, size = time.monotonic() + LONGEST, 0
    try:
        with urlopen(url, timeout=PATIENCE) as answer:
            while piece := answer.read(PIECE):
                size += len(piece)
                if size > largest:
                    raise failed(url, f"more came than the {largest / 1e6:.0f} MB that it may have", flag)
                if time.monotonic() > end:
                    raise failed(url, f"it was not there after {LONGEST / 60:.0f} minutes", flag)
                yield piece
    except HTTPError as error:
        with error:
            raise failed(url, f"the answer was {error.code} {error.reason}", flag) from None
    except URLError as error:
        raise failed(url, getattr(error.reason, "strerror", None) or str(error.reason), flag) from None
    except (OSError, HTTPException) as error:
        raise failed(url, str(error) or type(error).__name__, flag) from None


def failed(url: str, reason: str, flag: str) -> PinxitError:
    """The paragraph for a download that did not work."""
    return PinxitError(
        f"The weights could not be fetched from {url}: {reason}. Nothing was kept. Try again later, or download the file "
        f"elsewhere and name it with {flag}."
    )
