"""Whether to start from a shipped model, decided on stand-in headers."""

from pinxit.families.catalog import find_family
from pinxit.families.contract import Canvas
from pinxit.planning.starting import choose_start, shipped_headers, shipped_start

FAMILY = find_family("projected")
CANVAS = Canvas(64, 64, 4)


def header(seen=1_000_000, family="projected", canvas=CANVAS):
    return {"family": family, "canvas": canvas.to_json(), "seen": seen}


def test_a_short_run_starts_from_the_model_that_has_seen_most():
    start = choose_start(FAMILY, CANVAS, 5000, {"heads": header(), "icons": header(2_000_000)})
    assert start is not None
    assert start.name == "icons"
    assert "about 5,000 pictures" in start.reason
    assert "--from none" in start.reason


def test_a_time_too_short_to_measure_counts_as_short():
    start = choose_start(FAMILY, CANVAS, None, {"heads": header()})
    assert start is not None
    assert "few pictures" in start.reason


def test_a_long_run_starts_from_nothing():
    assert choose_start(FAMILY, CANVAS, FAMILY.crisp, {"heads": header()}) is None
    assert choose_start(FAMILY, CANVAS, FAMILY.crisp - 1, {"heads": header()}) is not None


def test_another_family_size_or_colour_does_not_serve():
    others = {
        "family": header(family="dcgan"),
        "size": header(canvas=Canvas(96, 64, 4)),
        "channels": header(canvas=Canvas(64, 64, 3)),
    }
    assert choose_start(FAMILY, CANVAS, 5000, others) is None


def test_labels_may_differ():
    labelled = header(canvas=Canvas(64, 64, 4, {"hair": ("long", "short")}))
    assert choose_start(FAMILY, CANVAS, 5000, {"heads": labelled}) is not None


def test_nonsense_in_a_header_is_passed_over():
    bad = [
        {},
        {"family": "projected"},
        {"family": "projected", "canvas": 3},
        {"canvas": {"width": "x"}},
        header("many"),
    ]
    start = choose_start(FAMILY, CANVAS, 5000, {str(number): one for number, one in enumerate(bad)})
    assert start is not None
    assert start.name == "4"


def test_what_is_shipped_can_be_asked():
    assert all(isinstance(one, dict) for one in shipped_headers().values())
    start = shipped_start(FAMILY, CANVAS, 5000)
    assert start is None or start.name in shipped_headers()
