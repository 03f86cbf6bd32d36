"""Pictures through the page: captions are written and read again; scans become drawings, before and after side by side."""

import re
import zipfile

import numpy as np
import pytest
from PIL import Image, ImageDraw
from tests.browser.conftest import PATIENCE, axe, go, shoot, started

from pinxit import api
from pinxit.data.catalog import resolve

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def sketchbook(tmp_path_factory):
    """Three pages of heads on yellowish paper, one of them askew, and an empty one."""
    place, heads = tmp_path_factory.mktemp("scans") / "sketchbook", iter(resolve("peeps").pictures)
    place.mkdir()
    for number, (turn, corners) in enumerate(
        [(0, [(30, 40), (200, 60)]), (3, [(110, 50)]), (0, [(40, 30), (210, 80)])]
    ):
        page = Image.new("RGB", (360, 240), (236, 228, 206))
        for corner in corners:
            head = next(heads).load((96, 96)).resize((128, 128))
            page.paste(head, corner, head)
        for line in range(20, 240, 40) if turn else ():
            ImageDraw.Draw(page).line((10, line, 350, line), fill=(150, 150, 190))
        page.rotate(turn, Image.Resampling.BICUBIC, fillcolor=(236, 228, 206)).save(place / f"page-{number}.png")
    Image.new("RGB", (360, 240), (236, 228, 206)).save(place / "page-9.png")
    return place


def test_scans_become_drawings(page, sketchbook):
    go(page, "pictures")
    page.locator("input[webkitdirectory]").set_input_files(sketchbook)
    page.locator("#prepare-scans").click()
    page.get_by_label("away: transparent").check()
    assert axe(page) == []
    page.locator("#prepare-begin").click()
    page.get_by_role("button", name="Before and after").wait_for()
    page.get_by_role("button", name="Before and after").click()
    page.get_by_text("nothing but paper").wait_for()
    assert page.get_by_alt_text("The page as it came").count() == 4
    assert page.get_by_alt_text("Drawing 1").count() == 3
    page.wait_for_timeout(400)
    assert axe(page) == []
    shoot(page, "scans")
    page.get_by_role("link", name="The pages", exact=True).click()
    page.get_by_text("4 pictures will be trained on").wait_for()
    assert sorted(file.name for file in sketchbook.iterdir()) == [
        "page-0.png",
        "page-1.png",
        "page-2.png",
        "page-9.png",
    ]


def test_a_caption_is_written_and_found_again(page, tmp_path):
    folder = tmp_path / "captioned"
    folder.mkdir()
    for seed, painting in enumerate(api.make("peeps", range(3))):
        painting.image.save(folder / f"{seed}.png")
        (folder / f"{seed}.txt").write_text(f"head number {seed}", "utf-8")
    go(page, "pictures")
    page.locator("input[webkitdirectory]").set_input_files(folder)
    page.get_by_role("button", name="Look at 1.png").click()
    caption = page.get_by_label("Caption")
    assert caption.input_value() == "head number 1"
    caption.fill("a head with a <b>hat</b> & a smile")
    page.get_by_label("New label").fill("mood")
    page.get_by_label("Its value").fill("glad")
    assert axe(page) == []
    page.locator("dialog[open]").get_by_role("button", name="Save").click()
    page.wait_for_timeout(300)
    page.reload()
    page.get_by_role("button", name="Look at 1.png").click()
    assert page.get_by_label("Caption").input_value() == "a head with a <b>hat</b> & a smile"
    assert page.get_by_label("mood").input_value() == "glad"
    page.locator("dialog[open]").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Look at 0.png").click()
    assert page.get_by_label("Caption").input_value() == "head number 0"
    page.locator("dialog[open]").get_by_role("button", name="Close").click()
    assert page.seen.outside == []
    assert page.seen.wrong == []


def test_how_a_model_gets_them_is_shown_and_undone(page, tmp_path):
    folder = tmp_path / "cards"
    (folder / "glad").mkdir(parents=True)
    (folder / "sad").mkdir()
    for seed, painting in enumerate(api.make("peeps", range(12))):
        wide = Image.new("RGBA", (200, 96), (0, 0, 0, 0))
        wide.paste(painting.image, (20 + 8 * seed, 0))
        wide.save(folder / ("glad" if seed % 2 else "sad") / f"{seed}.png")
    go(page, "pictures")
    page.locator("input[webkitdirectory]").set_input_files(folder)
    page.get_by_text("12 pictures will be trained on").wait_for()
    first = page.get_by_role("button", name="Look at sad/0.png")
    whole = first.bounding_box()
    page.locator("#ways-open").click()
    page.locator("#way-size").fill("128x96")
    page.locator("#way-size").press("Tab")
    page.get_by_text("Noted, for every training on these.").last.wait_for()
    page.wait_for_timeout(300)
    assert page.get_by_role("button", name="As a model sees them").get_attribute("aria-pressed") == "true"
    box = first.bounding_box()
    assert box["width"] / box["height"] == pytest.approx(128 / 96, abs=0.05)
    assert box["width"] == pytest.approx(whole["width"], abs=2)
    assert first.locator("img").evaluate("one => getComputedStyle(one).objectFit") == "cover"
    page.locator("#way-alpha").select_option(label="no")
    page.locator(".on-white").first.wait_for()
    page.get_by_label("folder", exact=True).check()
    page.wait_for_timeout(400)
    assert axe(page) == []
    shoot(page, "as-trained")
    page.locator("#way-fit").select_option(label="patches: cut into pieces")
    page.locator(".pieces").nth(11).wait_for(state="attached")
    page.locator(".toasts").get_by_role("button", name="Undo").last.click()
    page.locator(".pieces").first.wait_for(state="detached")
    page.locator("#way-size").fill("9999x9")
    page.locator("#way-size").press("Tab")
    page.get_by_text("setting 'size'").wait_for()
    page.seen.wrong.clear()  # the answer 422, which was asked for
    page.get_by_role("link", name="Train with these").click()
    page.get_by_text("Every setting", exact=True).click()
    assert page.locator("#set-size").get_attribute("placeholder") == "128x96"
    assert page.locator("#set-labels").get_attribute("placeholder") == "folder"
    assert page.seen.outside == []
    assert page.seen.wrong == []


def test_captions_and_labels_are_written_in_place_and_undone(page):
    go(page, "pictures")
    page.get_by_role("link", name="cards").click()
    page.get_by_role("button", name="Captions and labels").click()
    caption, label = page.get_by_label("Caption of sad/0.png"), page.get_by_label("folder of sad/0.png")
    caption.fill("somebody looks away")
    label.fill("glad")
    label.press("Tab")
    page.get_by_text("Written.").last.wait_for()
    page.wait_for_timeout(300)
    assert axe(page) == []
    shoot(page, "captions")
    page.reload()
    page.get_by_role("button", name="Captions and labels").click()
    assert caption.input_value() == "somebody looks away"
    assert label.input_value() == "glad"
    label.fill("")
    label.press("Tab")
    page.locator(".toasts").get_by_role("button", name="Undo").last.click()
    page.wait_for_timeout(600)
    assert label.input_value() == "glad"
    assert page.seen.wrong == []


def test_a_large_zip_goes_on_where_it_broke_off(page, tmp_path):
    with zipfile.ZipFile(tmp_path / "noise.zip", "w") as archive:
        for seed in range(3):
            noise = np.random.RandomState(seed).randint(0, 255, (1500, 1500, 3), np.uint8)
            Image.fromarray(noise).save(tmp_path / "noise.png", compress_level=0)
            archive.write(tmp_path / "noise.png", f"{seed}.png")
    sent = []
    page.on("request", lambda one: sent.append(int(found[1])) if (found := re.search(r"&at=(\d+)", one.url)) else None)
    broken = []

    def hang_up(route):
        broken.append(route.request.url)
        route.abort()

    go(page, "pictures")
    page.route("**/part?*&at=8000000", hang_up, times=1)
    page.route("**/part?*&at=16000000", hang_up)
    page.locator("#files").set_input_files(tmp_path / "noise.zip")
    page.get_by_text("It goes on by itself").wait_for()
    while len(broken) < 2:
        page.wait_for_timeout(100)
    assert sent == [0, 8_000_000, 8_000_000, 16_000_000]
    page.unroute("**/part?*&at=16000000")
    page.reload()
    page.get_by_text("broke off: drop the same again").wait_for()
    page.locator("#files").set_input_files(tmp_path / "noise.zip")
    page.get_by_text("3 pictures will be trained on").wait_for()
    assert sent[4:] == [16_000_000]
    assert all("ERR_FAILED" in line for line in page.seen.wrong)
    page.seen.wrong.clear()


def test_a_folder_named_on_the_command_line_is_what_the_page_opens_with(chromium, tmp_path):
    folder = tmp_path / "heads"
    folder.mkdir()
    for seed, painting in enumerate(api.make("peeps", range(3))):
        painting.image.save(folder / f"{seed}.png")
    with started(tmp_path / "home", str(folder)) as program:
        window = chromium.new_page()
        window.set_default_timeout(PATIENCE)
        window.goto(program.address)
        window.get_by_role("button", name="Look at 1.png").wait_for()
        assert "#/pictures" in window.url
        window.close()
    assert sorted(file.name for file in folder.iterdir()) == ["0.png", "1.png", "2.png"]
