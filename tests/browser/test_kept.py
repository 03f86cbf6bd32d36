"""Kept pictures leave the studio as everything that `pinxit save` knows."""

import zipfile

import pytest
from tests.browser.conftest import axe, go, keep, shoot

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def some(page):
    keep(page, {"mix": [[3, 1]]})
    keep(page, {"mix": [[5, 1]]})
    go(page, "kept")


def saved(page, kind, place, **settings):
    page.locator("dialog[open] #kind").select_option(kind)
    for name, value in settings.items():
        page.locator(f"dialog[open] #save-{name}").fill(value)
    with page.expect_download() as file:
        page.locator("dialog[open] #export").click()
    file.value.save_as(place)
    return place


def test_one_picture_as_a_drawing(page, tmp_path):
    page.get_by_role("button", name="Kept picture, ").first.click()
    drawing = saved(page, "svg", tmp_path / "mine.svg", colours="4").read_text("utf-8")
    assert "<svg" in drawing
    assert axe(page) == []
    shoot(page, "kept-open")
    page.locator("dialog[open]").get_by_role("button", name="Close").click()


def test_several_as_icons(page, tmp_path):
    for tile in page.get_by_role("button", name="Kept picture, ").all():
        tile.focus()
        page.keyboard.press("x")
    page.get_by_text("2 chosen").wait_for()
    page.get_by_role("button", name="Save as …").click()
    assert axe(page) == []
    names = zipfile.ZipFile(saved(page, "icons", tmp_path / "icons.zip")).namelist()
    assert any(name.endswith(".svg") for name in names)
    assert page.seen.wrong == []
