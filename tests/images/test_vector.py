"""SVG: still drawings are painted in a child process; what could run, fetch or explode is refused."""

import pytest

from pinxit.errors import PictureError
from pinxit.images import vector
from pinxit.images.files import open_picture

STILL = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 12"><rect width="12" height="12" fill="#f00"/></svg>'
LINK = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">%s</svg>'
USE_BOMB = b'<g id="a0"><path d="M0 0"/></g>' + b"".join(
    b'<g id="a%d">' % level + b'<use href="#a%d"/>' % (level - 1) * 10 + b"</g>" for level in range(1, 9)
)


@pytest.mark.parametrize(
    ("drawing", "reason"),
    [
        (LINK % b"<script>alert(1)</script>", "script"),
        (LINK % b'<rect onload="x()"/>', "event handler"),
        (LINK % b'<foreignObject><a xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>', "foreignobject"),
        (b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>', "entities"),
        (b'<!DOCTYPE svg [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><svg>&b;</svg>', "entities"),
        (LINK % b'<image xlink:href="file:///etc/passwd"/>', "outside itself"),
        (LINK % b'<image href="http://127.0.0.1/x.png"/>', "outside itself"),
        (LINK % b'<image href="data:image/svg+xml;base64,AAAA"/>', "outside itself"),
        (LINK % b"<style>@import url(http://127.0.0.1/a.css);</style>", "outside itself"),
        (LINK % b'<rect style="fill:url(http://127.0.0.1/a.svg#b)"/>', "outside itself"),
        (LINK % b'<g id="a"><use href="#a"/></g>', "contains itself"),
        (LINK % USE_BOMB, "expands to more"),
        (LINK % (b"<g>" * 500 + b"</g>" * 500), "nested more"),
        (b'<svg width="100000" height="1"/>', "extreme shape"),
        (b"<svg><rect></svg>", "not sound XML"),
        (b'<?xml version="1.0"?><html><svg/></html>', "not an SVG"),
        (b'<?xml version="1.0"?><?xml-stylesheet href="http://127.0.0.1/a.xsl"?><svg/>', "processing instruction"),
    ],
)
def test_what_could_do_harm_is_refused(drawing, reason):
    with pytest.raises(PictureError, match=reason):
        vector.inspect_svg(drawing)


def test_sizes_come_from_the_drawing():
    assert vector.inspect_svg(STILL) == (24, 12)
    assert vector.inspect_svg(b'<svg width="30mm" viewBox="0 0 2 1"/>') == (30, 15)
    assert vector.inspect_svg(b'<svg width="100%" height="100%"/>') == (100, 100)


def test_harmless_parts_are_let_through():
    paint = (
        b'<defs><linearGradient id="g"/></defs><rect id="r" fill="url(#g)" style="fill:url(\'#g\')"/><use href="#r"/>'
    )
    vector.inspect_svg(LINK % paint)


def test_a_drawing_is_painted_to_cover_what_is_asked():
    pytest.importorskip("resvg_py")
    picture = open_picture(STILL, at_least=(64, 64))
    assert (picture.mode, picture.size) == ("RGBA", (128, 64))
    assert picture.getpixel((32, 32)) == (255, 0, 0, 255)
    assert picture.getpixel((100, 32))[3] == 0


def test_a_drawing_that_takes_too_long_is_given_up(monkeypatch):
    pytest.importorskip("resvg_py")
    monkeypatch.setattr(vector, "TIMEOUT_SECONDS", 0.05)
    filters = b'<filter id="f">' + b'<feTurbulence baseFrequency="0.5" numOctaves="20"/>' * 40 + b"</filter>"
    slow = LINK % (filters + b'<rect width="9" height="9" filter="url(#f)"/>')
    vector.end_idle_children()
    with pytest.raises(PictureError, match="too long"):
        open_picture(slow, at_least=(2000, 2000))
    monkeypatch.setattr(vector, "TIMEOUT_SECONDS", 20.0)
    assert open_picture(STILL).width == 1024  # the next one gets a new child
    vector.end_idle_children()


def test_without_the_package_the_reason_names_the_extra():
    try:
        import resvg_py  # noqa: F401
    except ImportError:
        with pytest.raises(PictureError, match=r"pinxit\[svg\]"):
            open_picture(STILL)
