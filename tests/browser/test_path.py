"""The way of a person: from a folder of pictures to a starred picture saved as PNG, with a real training."""

import pytest
from tests.browser.conftest import PATIENCE, PICTURES, axe, go, shoot

from pinxit import api
from pinxit.data.catalog import resolve

pytestmark = pytest.mark.browser

FAMILY, START, SIDE, SEEN = ("projected", "peeps", 96, 192) if PICTURES else ("dcgan", "none", 32, 640)
"""In screenshots a training that has something to show."""
SETTINGS = {"size": f"{SIDE}x{SIDE}", "seen": SEEN, "batch": 16, "threads": 1, "report_every": SEEN // 12,
            "preview_every": SEEN // 4, "checkpoint_every": SEEN // 4}  # fmt: skip

PLACES = [("explore", "explore"), ("pictures", "pictures"), ("train", "train"), ("train/new", "new-training"),
          ("manner", "manner-empty"), ("complete", "complete-empty"), ("kept", "kept"), ("models", "models"),
          ("models/peeps", "model")]  # fmt: skip
SAID = {"There is no kept picture of that id.": "没有这个编号的收藏图片。",
        "This cannot be used as a picture: damaged or cut short (x).": "这不能用作图片：已损坏或不完整（x）。",
        "A sentence that nobody has translated (1).": "A sentence that nobody has translated (1)."}  # fmt: skip
"""What the program says, and what a Chinese page shows of it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """300 pictures in two folders, and one file that is none."""
    place = tmp_path_factory.mktemp("pictures") / "heads"
    for number, picture in zip(range(300), resolve("peeps").pictures, strict=False):
        inside = place / ("one" if number % 2 else "two")
        inside.mkdir(parents=True, exist_ok=True)
        picture.load((SIDE, SIDE)).resize((SIDE + 8, SIDE + 8)).save(inside / f"{number:03d}.png")
    (place / "one" / "broken.png").write_bytes(b"<html>")
    return place


def test_from_a_folder_to_a_picture(page, folder, tmp_path):
    page.wait_for_function("() => document.querySelectorAll('.wall canvas')[5]?.width === 96")
    go(page, "pictures")
    page.locator("input[webkitdirectory]").set_input_files(folder)
    page.get_by_text("300 pictures will be trained on").wait_for()
    page.get_by_label("Licence of the pictures").fill("CC0")
    page.get_by_label("Licence of the pictures").press("Tab")
    page.get_by_role("button", name="Kept in one/001.png").click()
    page.get_by_text("299 pictures will be trained on").wait_for()
    page.keyboard.press("Control+z")
    page.get_by_text("300 pictures will be trained on").wait_for()
    page.get_by_role("link", name="Train with these").click()
    page.get_by_text("As I say").click()
    page.locator("#start").select_option(START)
    page.locator("#family").select_option(FAMILY)
    for name, value in SETTINGS.items():
        page.locator(f"#set-{name}").fill(str(value))
        page.locator(f"#set-{name}").press("Tab")
    page.locator("#set-report").select_option(label="no")
    page.get_by_role("button", name="Start training").click()
    page.get_by_role("link", name="Watch").first.wait_for()
    page.get_by_role("link", name="Watch").first.click()
    page.get_by_text("pictures seen").first.wait_for()
    page.locator(".chip.good", has_text="ended").wait_for(timeout=300_000)
    page.locator("#curve-losses canvas").wait_for()
    assert axe(page) == []
    shoot(page, "training")
    page.get_by_role("button", name="Explore").click()
    page.wait_for_function("() => document.querySelectorAll('.wall canvas')[0]?.width === " + str(SIDE))
    page.get_by_role("button", name="Picture 0").first.click()
    page.get_by_role("button", name="Keep").click()
    page.get_by_label("Note").fill("the first of mine")
    page.get_by_label("Note").press("Tab")
    page.get_by_text("Noted.").wait_for()
    go(page, "kept")
    page.get_by_label("Search").fill("mine")
    page.get_by_role("button", name="Kept picture, ").first.click()
    with page.expect_download() as saved:
        page.locator("#export").click()
    saved.value.save_as(tmp_path / "mine.png")
    recipe = api.recipe_in((tmp_path / "mine.png").read_bytes())
    assert recipe["seed"] == 0
    assert recipe["family"] == FAMILY
    page.get_by_role("button", name="Do it again").click()
    page.wait_for_function("() => document.querySelector('.large canvas')?.width === " + str(SIDE))
    assert page.seen.outside == []
    assert page.seen.wrong == []


def test_the_gallery_shows_trainings_too(page):
    go(page, "kept")
    page.get_by_label("Kind", exact=True).select_option(label="trainings (1)")
    page.locator(".card.run .chip.good", has_text="ended").wait_for()
    name = page.locator(".card.run h3").inner_text()
    assert page.locator(".card.run img").evaluate("(one) => one.decode().then(() => one.naturalWidth)") > 0
    assert axe(page) == []
    shoot(page, "kept-trainings")
    page.get_by_label("Search").fill("nothing like it")
    page.get_by_text("Nothing fits").wait_for()
    page.get_by_label("Kind", exact=True).select_option("")
    page.get_by_label("Search").fill(name[:5])
    page.get_by_role("heading", name="Trainings").wait_for()
    page.get_by_role("button", name=f"Explore {name}").click()
    page.wait_for_function("() => document.querySelectorAll('.wall canvas')[0]?.width === " + str(SIDE))
    go(page, "kept")
    page.get_by_label("Kind", exact=True).select_option("training")
    page.locator(".card.run").click()
    page.get_by_role("heading", name=name).wait_for()
    assert page.seen.wrong == []


def test_explore_with_keys_and_hands(page):
    go(page, "explore")
    page.locator("#model").select_option("peeps")
    page.wait_for_function("() => document.querySelectorAll('.wall canvas')[8]?.width === 96")
    page.locator(".wall .tile").nth(4).click()
    page.wait_for_function("() => document.querySelector('.large canvas')?.width === 96")
    page.get_by_role("button", name="Mix picture 7 in").click(force=True)
    page.locator("#part-7").wait_for()
    page.keyboard.press("Control+z")
    page.locator("#part-7").wait_for(state="detached")
    page.keyboard.press("Control+Shift+z")
    page.locator("#part-7").wait_for()
    page.locator(".pad").focus()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowRight"):
        page.keyboard.press(key)
    assert float(page.locator("#pad-x").input_value()) == pytest.approx(0.3)
    page.keyboard.press("c")
    page.locator("#divider").wait_for()
    page.keyboard.press("n")
    page.keyboard.press("c")
    page.keyboard.press("s")
    page.get_by_role("button", name="★ Kept").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_for_everybody(page, theme):
    page.locator("#theme").select_option(theme)
    sets = page.evaluate("fetch('api/pictures').then((answer) => answer.json())")
    for place, name in [*PLACES, (f"pictures/{sets[0]['id']}", "doctor")]:
        go(page, place)
        page.wait_for_timeout(1200 if place in ("explore", "models/peeps") else 300)
        if place == "models":
            page.wait_for_function(
                "() => [...document.querySelectorAll('.run canvas')].every((one) => one.width < 300)"
            )
        assert axe(page) == [], place
        shoot(page, f"{name}-{theme}")
    assert page.seen.outside == []


def test_in_chinese_too(page):
    page.locator("#theme").select_option("light")
    page.locator("#language").select_option("zh")
    go(page, "explore")
    page.get_by_role("heading", name="探索").wait_for()
    for place, name in PLACES:
        go(page, place)
        assert axe(page) == [], place
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
        if place == "explore":
            shoot(page, f"{name}-chinese")
    go(page, "explore")
    said = "async (text) => (await import(new URL('base.js', document.baseURI))).spoken(text)"
    for english, chinese in SAID.items():
        assert page.evaluate(said, english) == chinese
    page.locator("#language").select_option("en")
    assert page.evaluate(said, "There is no model of that id.") == "There is no model of that id."


def test_in_a_narrow_window(page):
    wide = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 800})
    for place, _ in PLACES:
        go(page, place)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
        assert page.locator(".rail a[aria-current=page]").bounding_box()["x"] < 390
        assert axe(page) == [], place
    page.set_viewport_size(wide)


def test_a_locked_studio_asks_for_the_token(chromium, program):
    address, _, token = program.address.partition("#token=")
    stranger = chromium.new_context().new_page()
    stranger.set_default_timeout(PATIENCE)
    stranger.goto(address)
    stranger.get_by_label("Token").fill("wrong-token")
    stranger.get_by_role("button", name="Open").click()
    stranger.get_by_text("This studio is locked").wait_for()
    assert axe(stranger) == []
    stranger.get_by_label("Token").fill(token)
    stranger.get_by_role("button", name="Open").click()
    stranger.get_by_role("heading", name="Explore").wait_for()
    stranger.close()


def test_the_page_cannot_be_framed(chromium, program):
    window = chromium.new_page()
    window.set_default_timeout(PATIENCE)
    window.set_content(f"<iframe src='{program.address.partition('#')[0]}'></iframe>")
    window.wait_for_timeout(500)
    frames = [frame for frame in window.frames if frame != window.main_frame]
    assert all("pinxit-studio" not in frame.content() for frame in frames)
    window.close()


def test_dragging_and_scrolling_stay_quick(page):
    """Loose bounds, for a busy machine; `python -m bench.studio` measures on a quiet one."""
    go(page, "explore")
    page.locator(".wall .tile").nth(2).click()
    page.evaluate("window.frames_ = []; window.addEventListener('frame', (event) => window.frames_.push(event.detail))")
    box = page.locator(".pad").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 90)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(box["x"] + 40 + 2 * step, box["y"] + 90 - step % 30)
        page.wait_for_timeout(20)
    page.mouse.up()
    page.wait_for_timeout(1500)
    frames = sorted(page.evaluate("window.frames_"))
    assert len(frames) > 5
    assert frames[len(frames) // 2] < 1000
