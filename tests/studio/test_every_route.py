"""Every route of the OpenAPI document, asked with values that nobody means well: an answer in words, and never a 500."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from tests.studio.conftest import open_studio

KEPT = {"model": "peeps", "wish": {"mix": [[1, 1]]}}
HOSTILE: list[Any] = [
    None, True, -1, 0, 2**63, 1e308, -0.5, "", " ", "x" * 3000, "../../etc/passwd", "a\u0000b", "\u202egnp.exe",
    "'; drop table kept; --",
    "%00", "<script>alert(1)</script>", "\ud83d\ude00" * 50, [], [[]], {}, {"a": {"b": []}}, [None] * 40,
]  # fmt: skip
IN_PATHS = [
    "x",
    "..",
    "%2e%2e%2f%2e%2e",
    "a%00b",
    "A",
    "x" * 300,
    "-1",
    "99999999999999999999",
    "%F0%9F%98%80",
    "'%20or%201=1",
]


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """One for all of these."""
    yield from open_studio(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def document(studio):
    return json.loads(studio.ask("/api/openapi.json").content)


@pytest.fixture(scope="module")
def ids(studio):
    """An id that is there, for each name of a path."""
    kept = studio.ask("/api/kept", KEPT).json["id"]
    pictures = studio.ask("/api/pictures", {"name": "some"}).json["id"]
    return {"key": kept, "pictures": pictures, "model": "peeps", "point": f"p-{'0' * 16}"}


def usual(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> Any:
    """Something that a schema allows, as small as can be."""
    if "$ref" in schema:
        return usual(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document, depth)
    if "default" in schema:
        return schema["default"]
    if "anyOf" in schema:
        return usual(schema["anyOf"][0], document, depth)
    if "enum" in schema:
        return schema["enum"][0]
    if "prefixItems" in schema:
        return [usual(one, document, depth + 1) for one in schema["prefixItems"]]
    kind = schema.get("type")
    if kind == "object":
        needed = schema.get("required", [])
        return {name: usual(schema["properties"][name], document, depth + 1) for name in needed}
    if kind == "array":
        return [usual(schema["items"], document, depth + 1)] * schema.get("minItems", 0)
    return {"integer": 1, "number": 0.5, "boolean": True}.get(str(kind), "peeps")


def bodies(schema: dict[str, Any], document: dict[str, Any]) -> list[Any]:
    """The usual one with each of its names in turn made hostile, and some that are none at all."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    whole = usual(schema, document)
    changed = [{**whole, name: value} for name in schema.get("properties", {}) for value in HOSTILE]
    return [whole, [], "text", 7, {"unknown": 1}, *changed]


def test_no_route_breaks(studio, document, ids):
    asked = 0
    for path, methods in document["paths"].items():
        for method, about in methods.items():
            names = [one["name"] for one in about.get("parameters", []) if one["in"] == "path"]
            there = {name: ids.get(name, "0") for name in names}
            places = [there] + [{**there, name: value} for name in names for value in IN_PATHS]
            queries = [one["name"] for one in about.get("parameters", []) if one["in"] == "query"]
            addresses = [fill(path, place) for place in places]
            for name in queries:
                addresses += [f"{fill(path, there)}?{name}={quote(str(value), errors='replace')}" for value in HOSTILE]
            content = about.get("requestBody", {}).get("content", {})
            told = content.get("application/json", {}).get("schema")
            for address in addresses:
                asked += check(studio, address, method, None if told is None else usual(told, document), bool(content))
            for body in bodies(told, document) if told and method != "delete" else []:
                asked += check(studio, addresses[0], method, body, True)
    assert asked > 1000


def fill(path: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def check(studio, address: str, method: str, body: Any, takes: bool) -> int:
    """Ask once; what ends a work or a set for good comes last in the document or is asked of what is not there."""
    content = b"no picture" if takes and body is None else b""
    answer = studio.ask(address, body, method.upper(), content)
    assert answer.status < 500, (method, address, body, answer.content[:300])
    if answer.status >= 400:
        assert answer.json["problem"], (method, address, body)
    return 1
