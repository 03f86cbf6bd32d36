import json
from typing import Literal

import pytest

from pinxit.errors import UsageError
from pinxit.settings import (
    TrainingSettings,
    from_json,
    parse_assignments,
    read_settings_file,
    resolve,
    setting,
    to_json,
)


class Example(TrainingSettings):
    colour: Literal["red", "green"] = setting("red", "a colour")
    width_of_brush: int = setting(8, "brush", unit="pixels", ge=1, le=64)


def test_layers_override_in_order():
    settings = resolve(
        Example, {"batch": 16, "width_of_brush": 4}, {"batch": "64"}, preset=Example(width_of_brush=2, colour="green")
    )
    assert (settings.batch, settings.width_of_brush, settings.colour) == (64, 4, "green")


def test_what_is_stored_comes_back_equal():
    settings = resolve(Example, {"size": "96x64", "labels": ["hair", "beard"], "minutes": 1.5})
    stored = json.loads(json.dumps(to_json(settings, "example")))
    assert from_json(stored, Example, "example") == settings
    assert settings.size == (96, 64)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"sizze": 64}, "Did you mean 'size'?"),
        ({"batch": "many"}, "batch"),
        ({"size": "65536"}, "size"),
        ({"size": "0x3x4"}, "width x height"),
        ({"width_of_brush": 10**6}, "width_of_brush"),
        ({"colour": "blue"}, "'red' or 'green'"),
        ({"minutes": float("nan")}, "minutes"),
    ],
)
def test_bad_values_are_explained(values, word):
    with pytest.raises(UsageError, match="example") as caught:
        resolve(Example, values, family="example")
    assert word in str(caught.value)
    assert caught.value.exit_code == 2


def test_settings_are_frozen():
    settings = Example()
    with pytest.raises(ValueError, match="frozen"):
        settings.batch = 3


@pytest.mark.parametrize("number", [0, 99, None, "1"])
def test_an_unknown_format_is_refused(number):
    stored = {**to_json(Example(), "example"), "format": number}
    with pytest.raises(UsageError, match="format"):
        from_json(stored, Example, "example")


def test_assignments():
    assert parse_assignments(["width-of-brush=4", "alpha=none"]) == {"width_of_brush": "4", "alpha": None}
    with pytest.raises(UsageError, match="name=value"):
        parse_assignments(["batch"])


def test_settings_files(tmp_path):
    plain, whole, broken = tmp_path / "plain.json", tmp_path / "whole.json", tmp_path / "broken.json"
    plain.write_text('{"batch": 8}')
    whole.write_text(json.dumps(to_json(Example(batch=12), "example")))
    broken.write_text("[1, 2")
    assert read_settings_file(plain) == {"batch": 8}
    assert read_settings_file(whole)["batch"] == 12
    for bad in (broken, tmp_path / "missing.json"):
        with pytest.raises(UsageError, match=bad.name):
            read_settings_file(bad)
