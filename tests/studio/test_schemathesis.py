"""Schemathesis asks what the OpenAPI document allows, and what it does not: never a 500."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from tests.studio.conftest import TOKEN, open_studio

SHOWN = {"authorization": f"Bearer {TOKEN}"}
KEPT = {"model": "peeps", "wish": {"mix": [[1, 1]]}}
SLOW = ("POST /api/models/{model}/directions/find", "PUT /api/uploads")  # paints a lot; starts a process
ONCE = settings(
    max_examples=2, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
OFTEN = settings(ONCE, max_examples=6)


@pytest.fixture(scope="module")
def operations(tmp_path_factory):
    """Every operation of the document, in which ids are those of what is there: or all would end in a 404."""
    set_hypothesis_home_dir(tmp_path_factory.mktemp("hypothesis"))
    for studio in open_studio(tmp_path_factory.mktemp("home")):
        document = studio.ask("/api/openapi.json").json
        there = {"key": studio.ask("/api/kept", KEPT).json["id"], "model": "peeps"}
        there["pictures"] = studio.ask("/api/pictures", {"name": "some"}).json["id"]
        put_ids(document, there)
        schema = schemathesis.openapi.from_dict(document)
        schema.config.update(base_url=f"http://127.0.0.1:{studio.port}", request_timeout=120)
        found = [one.ok() for one in schema.get_all_operations()]
        yield sorted(found, key=lambda one: one.method == "delete")  # what takes things away comes last


def put_ids(part: Any, there: dict[str, str]) -> None:
    """Allow an id that is there, and no other, wherever a parameter or a field of the document is called like it."""
    if isinstance(part, list):
        for one in part:
            put_ids(one, there)
    elif isinstance(part, dict):
        if part.get("in") == "path" and part["name"] in there:
            part["schema"] = {"enum": [there[part["name"]]]}
        for field in set(part.get("properties", ())) & set(there):
            part["properties"][field] = {"enum": [there[field]]}
        for one in part.values():
            put_ids(one, there)


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
def test_no_route_breaks(operations, mode):
    for operation in operations:

        @(ONCE if operation.label in SLOW else OFTEN)
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            case.call_and_validate(checks=[not_a_server_error], headers=SHOWN)

        try:
            ask()
        except Unsatisfiable:  # it takes nothing that could be wrong
            assert mode is GenerationMode.NEGATIVE, operation.label
