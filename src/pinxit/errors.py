"""Problems a person can fix: what happened, what came, what to try.

Every error below is shown as one paragraph on the command line, never as a traceback. Anything else that escapes is a
defect of pinxit.
"""

import shlex
import sys
import unicodedata
from difflib import get_close_matches


class PinxitError(ValueError):
    """Something a person can fix. `exit_code` is what the command line ends with."""

    exit_code = 1


class UsageError(PinxitError):
    """The request itself makes no sense: a flag, a setting, a seed list. Ends with exit code 2."""

    exit_code = 2


class PictureError(PinxitError):
    """One picture cannot be read or is refused; the message says why. Callers that read many list it and go on."""


class DataError(PinxitError):
    """A folder, archive or list of pictures cannot be used as a whole."""


class ModelFileError(PinxitError):
    """A model file or checkpoint is damaged, foreign or does not fit."""


class MissingExtra(PinxitError):
    """A feature needs an optional package. The message names the extra to install."""

    def __init__(self, feature: str, extra: str):
        super().__init__(f"{feature} needs an optional package. Install it with: pip install 'pinxit[{extra}]'")


class TrainingStopped(PinxitError):
    """Training cannot go on: numbers ran away, or the disk is full. Finished work is on disk."""


class BrokenOff(KeyboardInterrupt):
    """Ctrl-C, now. Not the plain one: where that came out of an `exec` of words, as modules use it while they are imported,
    Python ends by the signal in place of the exit code, caught or not."""


def is_out_of_memory(error: Exception) -> bool:
    """torch tells of full memory in several ways; all other RuntimeErrors are defects and must be seen."""
    told = str(error).lower()
    named = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    return named or "can't allocate memory" in told or "not enough memory" in told or "out of memory" in told


def did_you_mean(word: str, known) -> str:
    """` Did you mean 'size'?` for the nearest known word, or a list of what there is."""
    known = sorted(str(name) for name in known)
    nearest = get_close_matches(str(word), known, n=1, cutoff=0.6)
    if nearest:
        return f" Did you mean '{nearest[0]}'?"
    return f" There are: {', '.join(known)}." if known else ""


def counted(count: int, thing: str) -> str:
    """`1 picture`, `1,200 pictures`: for things whose plural ends in s."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def pasteable(path: object) -> str:
    """A path as it can be pasted into a shell of this system, never mistaken for a flag."""
    text = str(path)
    if sys.platform == "win32":
        return f'"{text}"' if set(text) & set(" &()[]{}^=;!'+,`~") else text
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


_TURNS_AROUND = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(words: str) -> str:
    """Words that may hold a stranger's file name, safe on a terminal: what steers it or turns text round is spelled out."""
    return "".join(
        f"\\u{ord(letter):04x}"
        if letter != "\n" and (unicodedata.category(letter) in ("Cc", "Cs") or letter in _TURNS_AROUND)
        else letter
        for letter in words
    )
