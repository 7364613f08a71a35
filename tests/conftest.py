"""What all tests share: no environment of the user's, recorded responses, and endpoints that exist only while recording.

A test marked `recorded` speaks HTTP with a cassette (`cassettes/<module>/<test>.yaml`). In replay, which is the default, there is
no server, no network and no model. `pytest -m recorded --record-mode=rewrite` renews the cassettes, and only them: what asks
`embedded_endpoint` then asks the embedded model (or the endpoint in LLM_EXTRACT_BASE_URL), what asks `scripted_endpoint` a
scripted server. Only invented text may be asked: cassettes are committed.
"""

from __future__ import annotations

import copy
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import pytest
from vcr.errors import CannotOverwriteExistingCassetteException

sys.path.insert(0, str(Path(__file__).parent))  # `import loopback` in every test, wherever pytest is started
from loopback import Behaviour, Loopback

NOWHERE = "http://endpoint.invalid/v1"
"""The endpoint that replay asks, and under which cassettes keep whatever was asked: a name that can never exist (RFC 2606)."""

KEPT_HEADERS = frozenset({"content-type", "retry-after"})
"""A list of what stays, since what must go (keys, organisations, cookies, dates, servers, client versions) has no end."""

# A slow example is no failure, and one commit gets one verdict everywhere; `--hypothesis-profile=search` looks further.
hypothesis.settings.register_profile("ours", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("ours")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers that this file gives a meaning."""
    config.addinivalue_line("markers", "recorded: replays a cassette; `-m recorded --record-mode=rewrite` renews it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let `recorded` imply `vcr`, so that one marker both switches the cassette on and selects what is renewed.

    What takes the whole machine (the embedded model, a Ray cluster) runs in one of the test processes, one after the other.
    """
    for item in items:
        if item.get_closest_marker("recorded"):
            item.add_marker(pytest.mark.vcr)
        if item.get_closest_marker("local_model") or item.path.stem == "test_ray":
            item.add_marker(pytest.mark.xdist_group("whole_machine"))


@pytest.fixture(autouse=True)
def no_settings_of_the_user(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, endpoint or proxy of whoever runs the tests reaches them, but for where the embedded model is."""
    if request.node.get_closest_marker("local_model"):
        return
    for name in list(os.environ):
        if name.upper().startswith(("LLM_EXTRACT_", "OPENAI_", "OTEL_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)


# --- cassettes -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def vcr_config() -> dict[str, Any]:
    """What counts as the same request, and what of it is kept. Host and port do not count: they change with each recording."""
    return {
        "match_on": ["method", "path", "json_body"],
        "before_record_request": scrubbed_request,
        "before_record_response": scrubbed_response,
        "decode_compressed_response": True,
    }


def pytest_recording_configure(config: pytest.Config, vcr: Any) -> None:
    """Teach vcr to compare bodies: its own default would replay the answer to another letter."""
    vcr.register_matcher("json_body", same_json_body)


def same_json_body(asked: Any, recorded: Any) -> None:
    """Fail where the parsed bodies differ, and say where: that is what a miss shows."""
    different = list(differences(_json(asked.body), _json(recorded.body)))
    assert not different, "; ".join(different[:5])


def differences(asked: Any, recorded: Any, at: str = "") -> Iterator[str]:
    """The places at which two JSON values differ, as pointers with both values cut short."""
    if isinstance(asked, dict) and isinstance(recorded, dict):
        for key in [*asked, *(k for k in recorded if k not in asked)]:
            yield from differences(asked.get(key), recorded.get(key), f"{at}/{key}")
    elif isinstance(asked, list) and isinstance(recorded, list) and len(asked) == len(recorded):
        for i, (a, b) in enumerate(zip(asked, recorded, strict=True)):
            yield from differences(a, b, f"{at}/{i}")
    elif asked != recorded or type(asked) is not type(recorded):
        yield f"{at or '/'}: asked {json.dumps(asked)[:120]}, recorded {json.dumps(recorded)[:120]}"


def scrubbed_request(request: Any) -> Any:
    """The request without its host, port and every header that is not needed."""
    kept = copy.copy(request)
    kept.headers = {name: value for name, value in request.headers.items() if name.lower() in KEPT_HEADERS}
    parts = urlsplit(request.uri)
    kept.uri = f"{NOWHERE.removesuffix('/v1')}{parts.path}{'?' + parts.query if parts.query else ''}"
    return kept


def scrubbed_response(response: dict[str, Any]) -> dict[str, Any]:
    """The response without headers that are not needed, and without what is new in every recording."""
    kept = {name: value for name, value in response["headers"].items() if name.lower() in KEPT_HEADERS}
    return {**response, "headers": kept, "body": {"string": _steady(response["body"]["string"])}}


def _steady(body: bytes) -> bytes:
    try:
        parsed = json.loads(body)
    except ValueError:
        return body
    if not isinstance(parsed, dict):
        return body
    steady = {key: value for key, value in parsed.items() if key not in {"timings", "system_fingerprint", "__verbose", "models"}}
    if "choices" in steady:
        steady |= {"id": "recorded", "created": 0}
    if isinstance(steady.get("data"), list):
        steady["data"] = [{key: m[key] for key in ("id", "object", "owned_by") if key in m} for m in steady["data"]]
    return json.dumps(steady).encode()


def _json(body: bytes | str | None) -> Any:
    return json.loads(body) if body else None


@pytest.fixture(autouse=True)
def cassette_misses(vcr_markers: list[Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was asked and stands in no cassette. The client only sees a lost connection: the test fails with the reason.

    A test that expects a miss clears the list.
    """
    misses: list[str] = []
    if vcr_markers:
        original = CannotOverwriteExistingCassetteException.__init__

        def noted(self: CannotOverwriteExistingCassetteException, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            misses.append(str(self))

        monkeypatch.setattr(CannotOverwriteExistingCassetteException, "__init__", noted)
    yield misses
    if misses:
        pytest.fail("not in the cassette (renew with `make record`):\n" + "\n".join(dict.fromkeys(misses)), pytrace=False)


# --- endpoints -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def embedded_endpoint(record_mode: str) -> Iterator[str]:
    """A model's address: nobody's in replay; else LLM_EXTRACT_BASE_URL where set, else the embedded model's, started once."""
    given = os.environ.get("LLM_EXTRACT_BASE_URL")
    if record_mode == "none":
        yield NOWHERE
    elif given:
        yield given
    else:
        from llm_extract.local import LocalServer
        from llm_extract.settings import Settings

        with LocalServer.from_settings(Settings(local_slots=1)) as server:
            yield server.base_url


@pytest.fixture
def scripted_endpoint(record_mode: str) -> Iterator[Callable[[Sequence[Behaviour]], str]]:
    """Turns a script of `loopback` behaviours into an address: nobody's in replay, a scripted server's while recording."""
    with ExitStack() as servers:

        def address(script: Sequence[Behaviour]) -> str:
            return NOWHERE if record_mode == "none" else servers.enter_context(Loopback(script)).base_url

        yield address
