"""What strangers wrote is only ever text: names, notes, captions, labels, models, logs, with a real browser to fall for it."""

import shutil

import pytest
from tests.browser.conftest import PATIENCE, Seen, go, started

import pinxit
from pinxit import api

pytestmark = pytest.mark.browser
EVIL = '"><img src=x onerror=window.fell=1><script>window.fell=1</script>{{7*7}}${7*7}'
HERE = EVIL.replace('"', "").replace("/", "")[:80]


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """With a model whose file is called so."""
    place = tmp_path_factory.mktemp("evil")
    model = place / f"{HERE}.safetensors"
    shutil.copy(pinxit.load("peeps").path, model)
    with started(place / "home", "--model", str(model)) as program:
        yield program


@pytest.fixture(scope="module")
def page(chromium, studio):
    window = chromium.new_page(viewport={"width": 1360, "height": 850})
    window.set_default_timeout(PATIENCE)
    seen, own = Seen(), studio.address.partition("#")[0]
    window.on(
        "request", lambda one: seen.outside.append(one.url) if not one.url.startswith((own, "blob:", "data:")) else None
    )
    window.on("console", lambda line: seen.wrong.append(line.text) if line.type == "error" else None)
    window.goto(studio.address)
    window.seen = seen
    yield window
    window.close()


def ask(page, path, body, method="POST"):
    return page.evaluate(
        "async ([path, how]) => (await import(new URL('base.js', document.baseURI))).ask(path, how)",
        [path, {"body": body, "method": method}],
    )


def nobody_fell(page) -> None:
    page.wait_for_timeout(500)
    assert page.evaluate("window.fell") is None
    assert page.evaluate("document.querySelectorAll('img[src=x], img[onerror], main script').length") == 0
    assert "onerror" not in page.title()
    assert "49" not in page.title()
    assert page.seen.outside == []
    assert page.seen.wrong == []


def test_a_note_tags_and_albums(page):
    kept = {"model": "peeps", "wish": {"mix": [[3, 1]]}, "note": EVIL, "tags": [EVIL[:80]], "albums": [EVIL[:80]]}
    ask(page, "kept", kept)
    go(page, "kept")
    tile = page.get_by_role("button", name="Kept picture, ").first
    assert EVIL in tile.get_attribute("aria-label")
    assert page.locator("#tag option").nth(1).inner_text().startswith(EVIL[:70])
    nobody_fell(page)
    tile.click()
    assert page.get_by_label("Note").input_value() == EVIL
    nobody_fell(page)
    page.locator("dialog[open]").get_by_role("button", name="Close").click()


def test_file_names_captions_and_labels(page, tmp_path):
    folder = tmp_path / "evil"
    folder.mkdir()
    for seed, painting in enumerate(api.make("peeps", range(2))):
        painting.image.save(folder / f"{seed}{HERE}.png")
        (folder / f"{seed}{HERE}.txt").write_text(EVIL, "utf-8")
    (folder / f"2{HERE}.png").write_bytes(b"<html>" + EVIL.encode())
    go(page, "pictures")
    page.locator("input[webkitdirectory]").set_input_files(folder)
    page.get_by_role("button", name=f"Look at 1{HERE}").click()
    assert page.get_by_label("Caption").input_value() == EVIL
    page.get_by_label("New label").fill(EVIL[:90])
    page.get_by_label("Its value").fill(EVIL)
    nobody_fell(page)
    page.locator("dialog[open]").get_by_role("button", name="Save").click()
    page.wait_for_timeout(300)
    key = page.url.rpartition("/")[2]
    ask(page, f"pictures/{key}", {"name": EVIL, "licence": EVIL, "consent": EVIL}, "PATCH")
    page.reload()
    page.get_by_text(EVIL[:60]).first.wait_for()
    nobody_fell(page)
    go(page, "pictures")
    page.get_by_text(EVIL[:60]).first.wait_for()
    nobody_fell(page)


def test_the_title_and_the_log_of_a_training(page):
    pictures = page.evaluate(
        "async () => (await (await import(new URL('base.js', document.baseURI))).ask('pictures'))[0].id"
    )
    ask(page, "jobs", {"pictures": pictures, "title": EVIL, "family": "dcgan", "settings": {"size": "16x16"}})
    go(page, "train")
    page.get_by_text(EVIL[:60]).first.wait_for()
    page.get_by_text("2 usable pictures").first.wait_for()  # it fails, and says so with the name of the pictures
    nobody_fell(page)


def test_a_model_file(page):
    go(page, "models")
    page.get_by_text(HERE[:40]).first.wait_for()
    nobody_fell(page)
    page.get_by_text(HERE[:40]).first.click()
    nobody_fell(page)
