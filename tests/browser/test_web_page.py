"""The page of `pinxit export --to web`, opened from a disk in a real browser, beside the pictures that Python paints."""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import pinxit
from pinxit import api
from pinxit.generation.sampling import starting_points
from pinxit.generation.walks import slerp
from pinxit.images.files import read_text

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 120_000  # milliseconds; machines may be busy
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"


@pytest.fixture(scope="module")
def browser(chromium):
    return chromium


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return pinxit.export_model("peeps", "web", tmp_path_factory.mktemp("page") / "peeps", title="Peeps", seed=5)[
        0
    ].parent


def open_page(browser, folder, **how):
    """The page, ready, with everything it asked for and complained about."""
    page = browser.new_page(viewport={"width": 1200, "height": 1000}, locale="en-GB", **how)
    page.asked, page.complaints = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.set_default_timeout(PATIENCE)
    page.goto((folder / "index.html").as_uri())
    page.wait_for_selector("body[data-ready=yes]", timeout=PATIENCE)
    return page


@pytest.fixture(scope="module")
def page(browser, folder):
    page = open_page(browser, folder)
    yield page
    page.close()


def set_to(page, name, value):
    """Give a control a value as a person does who lets go of it, and wait until the picture is painted."""
    page.evaluate(
        """([name, value]) => {
            const control = document.getElementById(name);
            document.getElementById("status").textContent = "";
            control.value = value;
            for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
        }""",
        [name, str(value)],
    )
    page.locator("#status", has_text="Painted").wait_for()


def saved(page, button="save"):
    with page.expect_download() as told:
        page.click(f"#{button}")
    return Path(told.value.path()).read_bytes(), told.value.suggested_filename


def apart(content, wanted) -> float:
    """Mean difference of a PNG from a picture in bytes, seen over white."""
    with Image.open(io.BytesIO(content)) as found:
        assert found.size == wanted.size
        return float(np.abs(over_white(found) - over_white(wanted)).mean())


def over_white(picture) -> np.ndarray:
    values = np.asarray(picture.convert("RGBA")).astype(float)
    return values[..., :3] * values[..., 3:] / 255 + 255 - values[..., 3:]


def painted(model, latents):
    return Image.fromarray(model.compute(latents.astype(np.float32), np.zeros((len(latents), 0), np.int64))[0])


def test_seeds_give_the_pictures_of_python_and_files_repeat_them(page, tmp_path):
    model = pinxit.load("peeps")
    for seed, truncation in ((5, 1.0), (4294967295, 1.0), (123, 0.6)):
        set_to(page, "truncation", truncation)
        set_to(page, "seed", seed)
        content, name = saved(page)
        assert apart(content, model.make([seed], truncation=truncation)[0].image) < 1
        assert name == f"Peeps-{seed:06d}.png"
    file = tmp_path / name
    file.write_bytes(content)
    assert "trainedAlgorithmicMedia" in read_text(file)["XML:com.adobe.xmp"]
    again = api.make_again(file, [tmp_path])
    assert (again.seed, again.recipe["truncation"]) == (123, 0.6)
    assert apart(content, again.image) < 1
    set_to(page, "truncation", 1)


def test_mixing_and_directions_are_those_of_python(page, folder):
    model = pinxit.load("peeps")
    set_to(page, "seed", 5)
    set_to(page, "mixSeed", 9)
    set_to(page, "share", 0.3)
    ends = starting_points([5, 9], model.canvas, {}, model.latents, 1.0)[0]
    mixed = slerp(*ends, np.array([0.3]))
    assert apart(saved(page)[0], painted(model, mixed)) < 1
    set_to(page, "direction-0", -2.5)
    told = json.loads((folder / "model.js").read_text().removeprefix("const PINXIT = ").rstrip(";\n"))
    direction = np.frombuffer(base64.b64decode(told["about"]["directions"][0]["vector"]), "<f4")
    content, _ = saved(page)
    assert apart(content, painted(model, mixed - np.float32(2.5) * direction)) < 1
    recipe = json.loads(Image.open(io.BytesIO(content)).text["pinxit"])
    assert "seed" not in recipe, "a picture that a seed alone does not give must not claim so"
    assert recipe["seeds"] == [5, 9]


def test_undo_redo_and_an_address_that_remembers(page, browser, folder):
    set_to(page, "seed", 31)
    set_to(page, "seed", 32)
    page.click("#undo")
    assert page.input_value("#seed") == "31"
    page.click("#redo")
    assert page.input_value("#seed") == "32"
    for address, seed in ((page.url, "32"), ((folder / "index.html").as_uri() + "#%7Bnonsense", "5")):
        with browser.new_page() as other:
            other.set_default_timeout(PATIENCE)
            other.goto(address)
            assert other.input_value("#seed") == seed


def test_a_loop_is_saved_as_a_moving_picture_that_begins_at_its_first_seed(page):
    set_to(page, "truncation", 1)
    page.fill("#loopSeeds", "3, 8")
    page.fill("#seconds", "1")
    page.press("#seconds", "Tab")
    page.click("#level")
    content, name = saved(page, "saveLoop")
    assert name == "Peeps-loop.png"
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.n_frames == 16
    assert apart(content, pinxit.load("peeps").make([3])[0].image) < 1
    page.fill("#loopSeeds", "three")
    page.click("#play")
    assert "whole numbers" in page.inner_text("#status")
    page.fill("#loopSeeds", "3, 8")


def test_nothing_leaves_the_page_and_nothing_goes_wrong(page):
    assert page.asked
    assert all(url.split(":")[0] in ("file", "blob", "data") for url in page.asked)
    assert page.complaints == []


def test_chinese_dark_and_narrow(browser, folder):
    page = open_page(browser, folder, color_scheme="dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.click("#language")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    assert page.inner_text("#save") == "保存这张图片"
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, folder, scheme):
    axe = Path(__file__).parent / "vendor" / "axe.js"
    if not axe.exists():
        pytest.skip("axe-core is not there")
    page = open_page(browser, folder, color_scheme=scheme, bypass_csp=True)
    page.evaluate(axe.read_text("utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []
    page.close()
