"""Explore beyond seeds: directions, taste, children and their tree, each with its way back."""

import pytest
from tests.browser.conftest import axe, go, shoot

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def wall(page):
    go(page, "explore")
    page.wait_for_function("() => document.querySelectorAll('.wall canvas')[5]?.width === 96")
    page.get_by_role("button", name="Picture 3", exact=True).click()
    page.wait_for_function("() => document.querySelector('.large canvas')?.width === 96")


def large(page) -> str:
    """The open picture's pixels."""
    return page.evaluate("document.querySelector('.large canvas').toDataURL()")


def changed(page, before) -> None:
    page.wait_for_function("(old) => document.querySelector('.large canvas').toDataURL() !== old", arg=before)


def test_directions_are_slid_named_and_forgotten(page):
    page.get_by_role("button", name="Find directions").click()
    page.get_by_label("Name of direction 6").wait_for()
    before = large(page)
    page.locator("#along-1").focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    changed(page, before)
    name = page.get_by_label("Name of direction 1")
    name.fill("rounder")
    name.press("Tab")
    page.get_by_label("How far along rounder").wait_for()
    assert float(page.get_by_label("How far along rounder").input_value()) == pytest.approx(2)
    page.get_by_role("button", name="Forget pca-2").click()
    page.get_by_label("How far along pca-2").wait_for(state="detached")
    page.get_by_role("button", name="Undo").last.click()
    page.get_by_label("How far along pca-2").wait_for()
    page.get_by_role("button", name="All to the middle").click()
    page.wait_for_function("(old) => document.querySelector('.large canvas').toDataURL() === old", arg=before)
    assert axe(page) == []


def test_children_and_where_they_come_from(page):
    page.get_by_role("button", name="Mix picture 5 in").click(force=True)
    page.get_by_role("button", name="Breed children").click()
    page.get_by_role("button", name="Child 12", exact=True).wait_for()
    before = large(page)
    page.get_by_role("button", name="Child 1", exact=True).click()
    changed(page, before)
    page.get_by_role("heading", name="Where it comes from").wait_for()
    assert page.locator(".tree .tile").count() == 3
    page.get_by_role("button", name="Mix child 2 in").click(force=True)
    brood = page.evaluate("document.querySelector('pinxit-family').brood[0]")
    page.get_by_role("button", name="Breed children").click()
    page.wait_for_function("(old) => document.querySelector('pinxit-family').brood[0] !== old", arg=brood)
    page.get_by_role("button", name="Child 3", exact=True).click()
    page.wait_for_function("() => document.querySelectorAll('.tree .tile').length > 5")
    page.wait_for_timeout(1500)
    assert axe(page) == []
    page.locator(".tree").scroll_into_view_if_needed()
    shoot(page, "family")
    page.locator(".tree .tile").last.click()
    page.get_by_role("heading", name="Where it comes from").wait_for(state="detached")
    for _ in range(2):
        page.keyboard.press("Control+z")
    page.wait_for_function("() => document.querySelectorAll('.tree .tile').length === 0")


def test_taste_orders_the_wall_and_can_be_forgotten(page):
    for seed, key in ((0, "l"), (1, "x"), (2, "l"), (4, "x")):
        page.get_by_role("button", name=f"Picture {seed}", exact=True).focus()
        page.keyboard.press(key)
    page.get_by_role("button", name="Picture 2, liked").wait_for()
    page.locator("#order option[value=taste]:not([disabled])").wait_for(state="attached")
    page.get_by_role("slider", name="My taste").wait_for()
    page.locator("#order").select_option("taste")
    seeds = "() => [...document.querySelectorAll('.wall [data-seed]')].map((one) => Number(one.dataset.seed))"
    page.wait_for_function(f"() => {{ const seeds = ({seeds})(); return seeds.some((one, n) => one < seeds[n - 1]); }}")
    assert page.evaluate(seeds).index(2) < page.evaluate(seeds).index(4)
    page.locator("#order").select_option("like")
    page.wait_for_function("() => !document.querySelector('.sentinel')")
    page.get_by_role("button", name="My taste").first.click()
    page.get_by_role("heading", name="Not for me").wait_for()
    page.wait_for_timeout(800)
    assert axe(page) == []
    shoot(page, "taste")
    page.get_by_role("button", name="Take this mark back: picture 4").click()
    page.get_by_role("button", name="Take this mark back: picture 4").wait_for(state="detached")
    page.get_by_role("button", name="Undo the last change").click()
    page.get_by_role("button", name="Take this mark back: picture 4").wait_for()
    page.get_by_role("button", name="Forget my taste").click()
    page.get_by_text("Nothing is marked yet.").wait_for()
    page.locator("dialog[open]").get_by_role("button", name="Close").click()
    assert page.seen.wrong == []
