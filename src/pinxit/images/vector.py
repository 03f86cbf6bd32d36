"""SVG in: only still drawings that refer to nothing outside themselves, painted in a limited child process."""

import atexit
import importlib.util
import io
import re
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from PIL import Image, PngImagePlugin

from pinxit.errors import PictureError
from pinxit.images.reading import check_size

MAX_SVG_BYTES = 16 * 1024 * 1024
MAX_ELEMENTS = 100_000  # with every <use> expanded
MAX_DEPTH = 200
TIMEOUT_SECONDS = 20.0
DEFAULT_SIDE = 512
_FORBIDDEN = frozenset(("script", "foreignobject", "iframe", "object", "embed", "handler", "audio", "video"))
_INNER_PICTURE = re.compile(r"data:image/(png|jpe?g|gif|webp)[;,]", re.IGNORECASE)
_OUTER_CSS = re.compile(r"@import|url\(\s*['\"]?\s*(?!#|['\"\s])", re.IGNORECASE)


def paint_svg(content: bytes, at_least: tuple[int, int] | None, max_pixels: int) -> Image.Image:
    """Paint an SVG so that it covers `at_least` (width, height; default 512 x 512) -> RGBA picture.

    Refused with PictureError: scripts, event handlers, entities, references to files or the network, drawings that
    expand beyond 100,000 elements, and what takes longer than 20 seconds to paint.
    """
    if importlib.util.find_spec("resvg_py") is None:
        raise PictureError("an SVG drawing; to read these: pip install 'pinxit[svg]'")
    if len(content) > MAX_SVG_BYTES:
        raise PictureError(f"the SVG has {len(content):,} bytes, more than the limit of {MAX_SVG_BYTES:,}")
    width, height = inspect_svg(content)
    wanted = at_least or (DEFAULT_SIDE, DEFAULT_SIDE)
    scale = max(wanted[0] / width, wanted[1] / height)
    painted = max(1, round(width * scale)), max(1, round(height * scale))
    check_size(painted, max_pixels)
    picture = PngImagePlugin.PngImageFile(io.BytesIO(_ask_child(content, painted[0])))
    check_size(picture.size, max_pixels)
    picture.load()
    return picture.convert("RGBA")


@dataclass
class _Element:
    """What counts for the size of a drawing: its own children, and what a <use> points to."""

    identity: str | None = None
    uses: str | None = None
    children: list["_Element"] = field(default_factory=list)


def inspect_svg(content: bytes) -> tuple[float, float]:
    """Width and height of a harmless SVG. Raises PictureError if it is not one (see `paint_svg`)."""
    root = _Element()
    stack = [root]
    size: list[tuple[float, float]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2].lower()
        if not size:
            if name != "svg":
                raise PictureError(f"not an SVG drawing (its first element is <{name[:40]}>)")
            size.append(_size_of(attributes))
        if name in _FORBIDDEN:
            raise PictureError(f"refused: the SVG holds <{name}>")
        if len(stack) > MAX_DEPTH:
            raise PictureError(f"refused: the SVG is nested more than {MAX_DEPTH} deep")
        target = None
        for key, value in attributes.items():
            key = key.rpartition(":")[2].lower()
            if key.startswith("on"):
                raise PictureError(f"refused: the SVG holds an event handler ({key[:40]})")
            if key in ("href", "src"):
                target = value.strip()
                if not (target.startswith("#") or _INNER_PICTURE.match(target)):
                    raise PictureError("refused: the SVG refers to something outside itself")
            elif _OUTER_CSS.search(value):
                raise PictureError("refused: the SVG refers to something outside itself (in a style)")
        element = _Element(attributes.get("id"), target[1:] if name == "use" and target else None)
        stack[-1].children.append(element)
        stack.append(element)

    def text(words: str) -> None:
        if _OUTER_CSS.search(words):
            raise PictureError("refused: the SVG refers to something outside itself (in a style)")

    def entity(*_: object) -> None:
        raise PictureError("refused: the SVG declares entities")

    def instruction(target: str, _data: str) -> None:
        raise PictureError(f"refused: the SVG holds a processing instruction (<?{target[:40]}?>)")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: stack.pop()
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = entity
    parser.ProcessingInstructionHandler = instruction
    try:
        parser.Parse(content, True)
    except expat.ExpatError as problem:
        raise PictureError(f"not sound XML ({problem})") from None
    _refuse_bomb(root)
    return size[0]


def _size_of(attributes: dict[str, str]) -> tuple[float, float]:
    """Width and height from the root's attributes, or its viewBox, or 100 x 100."""
    width, height = (_number(attributes.get(key)) for key in ("width", "height"))
    box = [_number(word) for word in re.split(r"[\s,]+", attributes.get("viewBox", "").strip())]
    if len(box) == 4 and box[2] and box[3]:
        if width and not height:
            height = width * box[3] / box[2]
        elif height and not width:
            width = height * box[2] / box[3]
        elif not width:
            width, height = box[2], box[3]
    width, height = width or 100.0, height or 100.0
    if not 1 / 100 < width / height < 100:
        raise PictureError(f"extreme shape ({width:g} x {height:g})")
    return width, height


def _number(text: str | None) -> float | None:
    """The number at the start of "24", "24px" or "1.5e2mm"; None for "100%" or nonsense."""
    found = re.fullmatch(r"\s*(\d{1,7}(?:\.\d{0,9})?|\.\d{1,9})\s*(px|pt|pc|mm|cm|in|em|ex)?\s*", text or "")
    return float(found[1]) or None if found else None


def _refuse_bomb(root: _Element) -> None:
    """Count the elements with each <use> replaced by what it points to; refuse circles and explosions."""
    named: dict[str, _Element] = {}
    pending = [root]
    while pending:
        element = pending.pop()
        if element.identity:
            named.setdefault(element.identity, element)
        pending.extend(element.children)
    sizes: dict[int, int] = {}
    open_now: set[int] = set()

    def size(element: _Element, depth: int) -> int:
        if id(element) in sizes:
            return sizes[id(element)]
        if id(element) in open_now or depth > 2 * MAX_DEPTH:
            raise PictureError("refused: a <use> in the SVG contains itself")
        open_now.add(id(element))
        total = 1 + sum(size(child, depth + 1) for child in element.children)
        if element.uses in named:
            total += size(named[element.uses], depth + 1)
        if total > MAX_ELEMENTS:
            raise PictureError(f"refused: the SVG expands to more than {MAX_ELEMENTS:,} elements")
        open_now.discard(id(element))
        sizes[id(element)] = total
        return total

    size(root, 0)


# Starting a process for each drawing would cost more than painting it, so idle ones wait here for the next.
_idle: list[subprocess.Popen] = []
_idle_lock = threading.Lock()


def _ask_child(content: bytes, width: int) -> bytes:
    with _idle_lock:
        child = _idle.pop() if _idle else None
    child = child or _start_child()
    assert child.stdin is not None
    assert child.stdout is not None
    alarm = threading.Timer(TIMEOUT_SECONDS, child.kill)
    alarm.start()
    try:
        child.stdin.write(struct.pack(">II", len(content), width) + content)
        child.stdin.flush()
        ok, length = struct.unpack(">?I", child.stdout.read(5))
        answer = child.stdout.read(length)
        if len(answer) < length:
            raise PictureError("painting the SVG took too long or too much memory")
    except (OSError, struct.error, PictureError):
        _end_child(child)
        raise PictureError("painting the SVG took too long or too much memory") from None
    except BaseException:
        _end_child(child)
        raise
    finally:
        alarm.cancel()
    with _idle_lock:
        _idle.append(child)
    if not ok:
        raise PictureError(f"not a sound SVG ({' '.join(answer.decode('utf-8', 'replace').split())[:160]})")
    return answer


def _start_child() -> subprocess.Popen:
    # -P keeps the folder of the script, and the current one, out of the child's import path.
    script = Path(__file__).with_name("svg_child.py")
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-P", str(script)], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)


def _end_child(child: subprocess.Popen) -> None:
    child.kill()
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            with suppress(OSError):  # it may have died with our words still in the pipe
                stream.close()
    child.wait()


@atexit.register
def end_idle_children() -> None:
    """End the painters that wait for work; new ones start when needed."""
    with _idle_lock:
        while _idle:
            _end_child(_idle.pop())
