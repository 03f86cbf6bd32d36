"""Kept pictures leave the studio as everything that `pinxit save` knows."""

import shutil
import subprocess
import sys
import zipfile

import pytest
from PIL import Image, ImageChops
from tests.browser.conftest import axe, go, keep, shoot

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def some(page):
    keep(page, {"mix": [[3, 1]]})
    keep(page, {"mix": [[6, 1]]})
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


def test_those_of_one_model(page):
    page.get_by_label("Model").select_option("peeps (2)")
    page.wait_for_timeout(300)
    assert page.get_by_role("button", name="Kept picture, ").count() == 2
    page.get_by_label("Model").select_option("")
    page.wait_for_timeout(300)


def test_those_of_one_kind(page):
    page.get_by_label("Kind", exact=True).select_option("film")
    page.get_by_text("Nothing fits").wait_for()
    page.get_by_label("Kind", exact=True).select_option("picture")
    page.get_by_text("2 pictures").wait_for()
    page.get_by_label("Kind", exact=True).select_option("training")
    page.get_by_text("Nothing has been trained here yet").wait_for()
    assert axe(page) == []
    page.get_by_label("Kind", exact=True).select_option("")
    page.get_by_role("button", name="Kept picture, ").first.wait_for()


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


def test_a_film_through_those_chosen(page, tmp_path):
    page.locator("dialog[open]").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Film …").click()
    page.get_by_label("What kind of file").select_option("gif")
    page.get_by_label("Seconds").fill("2")
    page.get_by_label("Pictures a second").fill("8")
    page.get_by_role("button", name="Make a film of 2 pictures").click()
    page.get_by_alt_text("The film").wait_for()
    page.wait_for_timeout(300)
    assert axe(page) == []
    shoot(page, "film")
    with page.expect_download() as file:
        page.locator("#film-save").click()
    file.value.save_as(tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 16
    page.locator("dialog[open] .keep").click()
    page.get_by_text("Kept.").wait_for()
    page.locator("dialog[open]").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Choose none").click()
    page.get_by_role("button", name="Kept film, ").click()
    page.get_by_alt_text("The kept film").wait_for()
    assert axe(page) == []
    page.get_by_role("button", name="Do it again").click()
    page.get_by_role("button", name="Make a film of 2 pictures").wait_for()
    assert page.get_by_label("Seconds").input_value() == "2"
    assert page.get_by_label("What kind of file").input_value() == "gif"
    page.locator("dialog[open]").get_by_role("button", name="Close").click()
    page.get_by_label("Again from a file").set_input_files(tmp_path / "film.gif")
    page.get_by_role("button", name="Make a film of 2 pictures").wait_for()
    assert page.get_by_label("Pictures a second").input_value() == "8"
    page.locator("dialog[open]").get_by_role("button", name="Close").click()
    assert page.seen.wrong == []


def test_a_model_is_taken_away(page):
    go(page, "models/peeps")
    page.get_by_role("heading", name="Take it away").wait_for()
    with page.expect_download() as file:
        page.get_by_role("button", name="Save: ONNX").click()
    assert file.value.suggested_filename == "peeps.onnx"
    with page.expect_download() as file:
        page.get_by_role("button", name="Save: Report card").click()
    assert file.value.suggested_filename == "card.html"
    page.get_by_role("heading", name="Take it away").scroll_into_view_if_needed()
    assert axe(page) == []
    assert page.seen.wrong == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="There is no curl here.")
def test_what_a_model_says_to_paste_paints(page, tmp_path):
    go(page, "models/peeps")
    page.get_by_text("Use it from a program").click()
    curl, python = page.locator("details pre").all_inner_texts()
    painted = []
    for place, words in (
        ("curl", ["sh", "-c", f"{curl} --fail --silent --show-error"]),
        ("python", [sys.executable, "-c", python]),
    ):
        (tmp_path / place).mkdir()
        subprocess.run(words, cwd=tmp_path / place, check=True)
        painted.append(Image.open(tmp_path / place / "picture.png").convert("RGBA"))
    assert painted[0].size == painted[1].size == (96, 96)
    assert max(high for _, high in ImageChops.difference(*painted).getextrema()) <= 1
