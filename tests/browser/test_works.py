"""Manner and Complete through the page: pictures come in, are painted, and are kept."""

import pytest
from tests.browser.conftest import PICTURES, axe, go, shoot
from zoo.manners import MANNERS

from pinxit import api

pytestmark = pytest.mark.browser
QUICK = """
const own = document.querySelector('pinxit-complete'), begin = own.begin.bind(own);
own.begin = (request) => begin({...request, settings: {...request.settings, samples: 16, steps: 4,
    ...(request.kind === 'complete' ? {count: 2} : {})}});
true
"""
"""Fewer steps than the page asks for: what is tested is the page."""


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """A head, and a window of stained glass."""
    place = tmp_path_factory.mktemp("samples")
    api.make("peeps", [7])[0].image.save(place / "head.png")
    window = MANNERS["glass"]().resize((384, 384))
    (window.crop((0, 0, 192, 192)) if PICTURES else window.resize((96, 96))).save(place / "glass.png")
    return place


def test_a_style_and_a_texture(page, samples):
    go(page, "manner")
    page.locator("#upload-picture").set_input_files(samples / "head.png")
    page.locator("#upload-manner").set_input_files(samples / "glass.png")
    page.get_by_label("size").fill("256" if PICTURES else "64")
    page.get_by_label("steps").fill("40" if PICTURES else "4")
    page.locator("#paint:not([disabled])").click()
    page.get_by_alt_text("Your picture in its new manner").wait_for()
    page.get_by_role("button", name="Save PNG").wait_for()
    assert axe(page) == []
    page.get_by_role("heading", name="Manner").scroll_into_view_if_needed()
    shoot(page, "style")
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("Kept.").wait_for()
    page.get_by_role("button", name="★ Kept").click()
    page.get_by_text("Put into the bin.").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="★ Kept").wait_for()
    page.get_by_role("button", name="Texture").click()
    page.locator("#upload-picture").set_input_files(samples / "glass.png")
    page.get_by_label("size").fill("256" if PICTURES else "64")
    page.get_by_label("steps").fill("40" if PICTURES else "4")
    page.locator("#paint:not([disabled])").click()
    page.get_by_role("button", name="Save PNG").wait_for()
    page.get_by_label("The texture, tiled").wait_for()
    assert axe(page) == []
    shoot(page, "manner")


def open_kept(page):
    """The newest kept thing, as the gallery shows it."""
    go(page, "kept")
    page.get_by_role("button", name="Kept result, ").first.click()
    page.get_by_role("heading", name="Made of").wait_for()


def test_a_kept_style_leads_back_to_its_page_and_so_does_its_file(page, tmp_path):
    page.get_by_role("button", name="Style").click()
    made = [page.get_by_label(name).input_value() for name in ("size", "steps")]
    page.get_by_label("size").fill("80")
    open_kept(page)
    page.get_by_role("heading", name="A picture in a new manner").wait_for()
    page.wait_for_function("() => [...document.querySelectorAll('.small-wall img')].every((one) => one.naturalWidth)")
    assert page.locator(".small-wall img").count() == 2
    shoot(page, "kept-result")
    page.get_by_text("Recipe").click()
    page.get_by_role("rowheader", name="settings").wait_for()
    assert axe(page) == []
    with page.expect_download() as saved:
        page.locator("dialog[open] #export").click()
    saved.value.save_as(tmp_path / "styled.png")
    page.get_by_role("button", name="Do it again").click()
    page.get_by_alt_text("Chosen: In the manner of").wait_for()
    assert [page.get_by_label(name).input_value() for name in ("size", "steps")] == made
    page.get_by_label("size").fill("96")
    go(page, "kept")
    page.get_by_label("Again from a file").set_input_files(tmp_path / "styled.png")
    page.get_by_alt_text("Chosen: In the manner of").wait_for()
    assert [page.get_by_label(name).input_value() for name in ("size", "steps")] == made
    assert page.locator("#paint").is_enabled()
    assert page.seen.wrong == []


def test_an_own_picture_is_found_and_its_mask_painted(page, samples):
    go(page, "complete")
    page.locator("#upload-own").set_input_files(samples / "head.png")
    mask = page.locator("canvas.mask")
    mask.focus()
    for key in ("ArrowRight", "Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    box = mask.bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 90, steps=5)
    page.mouse.up()
    assert axe(page) == []
    shoot(page, "complete")
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
    assert page.get_by_role("button", name="Undo").is_disabled()
    page.get_by_role("button", name="Redo").click()
    page.evaluate(QUICK)
    page.get_by_role("button", name="Paint it anew").click()
    page.get_by_alt_text("Proposal 2").wait_for()
    red = (
        "[...document.querySelector('canvas.mask').getContext('2d').getImageData(0, 0, 96, 96).data]"
        ".filter((one, n) => n % 4 === 3 && one > 127).length"
    )
    page.evaluate("document.querySelector('pinxit-complete').cursor = null")  # the ring is drawn there too
    page.wait_for_timeout(200)
    painted = page.evaluate(red)
    page.get_by_role("button", name="Keep").nth(1).click()
    page.get_by_role("button", name="★ Kept").wait_for()
    open_kept(page)
    assert page.locator(".small-wall img").count() == 2
    page.get_by_role("button", name="Do it again").click()
    page.wait_for_function(
        f"() => {{ const pen = document.querySelector('canvas.mask'); return pen && Math.abs({red} - {painted}) < 10; }}"
    )
    assert painted > 30
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function(f"() => {red} === 0")
    page.get_by_role("button", name="Redo").click()
    page.wait_for_function(f"() => {red} > 30")
    assert page.evaluate("document.querySelector('pinxit-complete').how.complete.count") == 2
    page.evaluate(QUICK)
    page.get_by_role("button", name="Find it in the model").click()
    page.get_by_role("button", name="Explore from here").click()
    page.wait_for_function("() => document.querySelector('.large canvas')?.width === 96")
    assert page.seen.wrong == []


def test_an_open_picture_is_pulled_by_keys_and_by_hand(page):
    go(page, "explore")
    page.get_by_role("button", name="Picture 7", exact=True).click()
    page.wait_for_function("() => document.querySelector('.large canvas')?.width === 96")
    page.get_by_role("button", name="Pull at it").click()
    stage = page.locator("svg.pull")
    stage.focus()
    for key in ("ArrowRight", "ArrowDown", "Space", "ArrowUp", "ArrowUp", "Space"):
        page.keyboard.press(key)
    assert page.evaluate("document.querySelector('pinxit-pull').moves") == [[[50, 50], [50, 46]]]
    box = stage.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2 - 40, box["y"] + 0.7 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 70, box["y"] + 0.7 * box["height"], steps=4)
    page.mouse.up()
    assert page.locator("svg.pull .goal").count() == 2
    page.wait_for_timeout(500)
    assert axe(page) == []
    shoot(page, "pull")
    page.get_by_role("button", name="One less").click()
    page.get_by_role("button", name="What may move").click()
    page.mouse.move(box["x"] + box["width"] / 2 - 60, box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + 0.5 * box["height"], steps=4)
    page.mouse.up()
    stage.focus()
    page.keyboard.press("Space")
    assert page.locator("svg.pull .loose").count() == 2
    assert page.locator("svg.pull .goal").count() == 1
    page.get_by_role("button", name="One less").click()
    assert page.locator("svg.pull .loose").count() == 1
    assert axe(page) == []
    steps = 60 if PICTURES else 12
    page.evaluate(
        "(steps) => { const own = document.querySelector('pinxit-pull'), begin = own.begin.bind(own);"
        "own.begin = (request) => begin({...request, settings: {steps}}); }",
        steps,
    )
    before = page.evaluate("document.querySelector('.large canvas').toDataURL()")
    page.get_by_role("button", name="Pull", exact=True).click()
    page.get_by_alt_text("How far it is").wait_for()
    page.wait_for_function("(old) => document.querySelector('.large canvas').toDataURL() !== old", arg=before)
    page.get_by_text("pixels from their targets").wait_for()
    page.get_by_role("button", name="Keep, with how it was pulled").click()
    page.get_by_text("Kept.").wait_for()
    page.locator("#explore-title").click()
    page.keyboard.press("Control+z")
    page.wait_for_function("(old) => document.querySelector('.large canvas').toDataURL() === old", arg=before)
    open_kept(page)
    page.get_by_role("heading", name="A picture by peeps, pulled").wait_for()
    page.get_by_role("button", name="Do it again").click()
    page.locator("svg.pull .goal").wait_for()
    page.wait_for_function("(old) => document.querySelector('.large canvas').toDataURL() === old", arg=before)
    assert page.evaluate("document.querySelector('pinxit-pull').how") == {"steps": steps}
    assert page.locator("svg.pull .given").count() == 1
    page.wait_for_timeout(500)
    assert axe(page) == []
    page.get_by_role("button", name="What may move").click()
    page.get_by_role("button", name="One less").click()
    page.locator("svg.pull .given").wait_for(state="detached")
    assert page.seen.wrong == []
