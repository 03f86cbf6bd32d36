"""Sums that can be checked by hand."""

import pytest

from pinxit.report.chart import Line
from pinxit.report.estimates import energy, prints


def test_prints_in_centimetres_and_inches():
    coarse, fine = prints(300, 150)
    assert (coarse.dpi, coarse.inches, coarse.centimetres) == (150, (2.0, 1.0), (5.1, 2.5))
    assert (fine.dpi, fine.inches, fine.centimetres) == (300, (1.0, 0.5), (2.5, 1.3))


def test_energy_is_a_range_that_says_what_it_assumes():
    two_cores = energy(3600, {"device": "cpu", "threads": "2"})
    assert two_cores.least == pytest.approx((5 + 2 * 4) / 1000)
    assert two_cores.most == pytest.approx((60 + 2 * 15) / 1000)
    assert "2 busy cores of 4 to 15 watts" in two_cores.assumed
    graphics = energy(3600, {"device": "cuda", "threads": "8"}, processes=2)
    assert graphics.most == pytest.approx((60 + 2 * 15 + 2 * 700) / 1000)
    assert "2 graphics processors of 75 to 700 watts" in graphics.assumed
    for nonsense in ({}, {"threads": "many"}, {"threads": "99999999"}, {"device": "toaster"}):
        assert energy(3600, nonsense).most == pytest.approx(0.075)


@pytest.mark.parametrize(
    ("seen", "values"), [((100,), (0.0,)), ((0,), (5.0,)), ((10, 20), (-3.0, -5.0)), (tuple(range(300)), (1.0,) * 300)]
)
def test_a_line_is_drawn_whatever_its_values(seen, values):
    line = Line('<"&', seen, values, "{:.1f}")
    drawn = line.svg()
    assert "nan" not in drawn
    assert "&lt;&quot;&amp;" in drawn
    assert drawn.count("<svg") == drawn.count("</svg>") == 1


def test_a_line_in_words():
    said = Line("KID", (100, 200, 300), (9.0, 4.0, 5.0), "{:.0f}").in_words()
    assert said.startswith("KID: 9 after 100 pictures, 5 after 300 pictures at the end; lowest 4 after 200 pictures,")
    assert said.endswith("highest 9 after 100 pictures; 3 in all.")
