"""Captions as numbers: pieces learned from captions, unknown words, long, empty and foreign captions."""

import pytest

from pinxit.errors import MissingExtra, UsageError
from pinxit.networks.vocabulary import Vocabulary, index_of, joined_pieces, learn_vocabulary, minilm_tokens, words_of

CAPTIONS = ["a bald man with a beard", "a man with curly hair", "a woman with glasses", None, "a bald woman"]


def learned(captions=CAPTIONS, **how):
    how = {"size": 200, "length": 8, "examples": [one for one in captions if one], **how}
    return learn_vocabulary(captions, **how)


def test_words_are_the_same_in_any_case_and_width_and_chinese_is_read_letter_by_letter():
    assert words_of("A Bald—man, don’t ＡＢＣ 3D") == ["a", "bald", "man", "don’t", "abc", "3d"]
    assert words_of("一个戴眼镜的男人 smiling") == [*"一个戴眼镜的男人", "smiling"]


def test_the_commonest_neighbours_are_joined_first():
    pieces = joined_pieces({"low": 5, "lower": 2, "newest": 6, "widest": 3}, 100)  # the example of Sennrich et al. 2015
    assert {"##est", "low"} <= set(pieces)
    assert pieces.index("##st") < pieces.index("##est") < pieces.index("low")  # 9, 9 and 7 times
    assert len(joined_pieces({"low": 5, "newest": 6}, 4)) == 4


def test_captions_become_numbers_and_missing_ones_nothing():
    vocabulary = learned()
    rows = vocabulary.encode(CAPTIONS)
    assert rows.shape == (5, 8)
    assert (rows[3] == -1).all()
    assert rows[0, 0] == rows[1, 0] == index_of(vocabulary.pieces)["a"]
    assert (vocabulary.encode(["a bald man, with a BEARD!"]) == rows[:1]).all()


def test_a_word_never_seen_is_told_with_the_nearest_known_ones():
    vocabulary = learned(CAPTIONS * 2)  # words that stand there once only are spelled
    (said,) = vocabulary.remarks("a bearded man")
    assert "bearded" in said
    assert "read as “beard”" in said
    (said,) = vocabulary.remarks("a man with glases")
    assert "glasses" in said
    assert list(vocabulary.remarks("a bald woman with curly hair")) == []
    assert "The nearest" not in next(vocabulary.remarks("xylophone"))


def test_long_captions_are_cut_and_it_is_said():
    vocabulary = learned()
    endless = "a bald man with a beard and glasses " * 400
    assert (vocabulary.encode([endless]) >= 0).all()
    assert any("longer than this model reads" in said for said in vocabulary.remarks(endless))


@pytest.mark.parametrize("caption", ["", "   ", "\n"])
def test_an_empty_caption_is_refused_with_an_example(caption):
    with pytest.raises(UsageError, match=r"(?s)empty.*a bald man with a beard"):
        learned().check(caption)


@pytest.mark.parametrize("caption", ["лысый мужчина", "光头男人", "🙂🙂", "qqq zzz"])
def test_a_caption_without_any_known_word_is_refused(caption):
    with pytest.raises(UsageError, match="knows none of the words"):
        learned().check(caption)


def test_chinese_captions_are_learned_by_their_letters():
    vocabulary = learned(["光头的男人", "长发的女人", "戴眼镜的女人"])
    assert "女" in vocabulary.words
    assert (vocabulary.encode(["长发的男人"]) >= 0).sum() == 5
    vocabulary.check("光头")


def test_pieces_of_a_model_to_go_on_from_keep_their_numbers():
    before = learned()
    after = learned(["a purple robot", "a green robot"], known=before.pieces)
    assert after.pieces[: len(before.pieces)] == before.pieces
    assert "robot" in after.words
    assert (after.encode(["a bald man"]) == before.encode(["a bald man"])).all()


def test_it_survives_a_model_file_and_nonsense_does_not():
    vocabulary = learned()
    assert Vocabulary.from_json(vocabulary.to_json()) == vocabulary
    for wrong in ({"length": 10**9}, {"reader": "other"}, {"pieces": ["a", "a"]}, {"words": ["x"] * 30_000}):
        with pytest.raises((ValueError, TypeError)):
            Vocabulary.from_json({**vocabulary.to_json(), **wrong})


def test_minilm_reads_or_names_its_extra():
    try:
        minilm_tokens()
    except MissingExtra as error:
        assert "pinxit[text]" in str(error)  # noqa: PT017
        return
    vocabulary = learned(reader="minilm")
    assert (vocabulary.encode(["a moustache"]) >= 0).sum() >= 3
    assert "guessed" in next(vocabulary.remarks("a moustache"))
