"""The child process in which llama.cpp's server runs.

A process of its own keeps llama.cpp's log off the run's terminal, lets it crash alone, and gives its threads an interpreter that
nobody else waits for. Started by its path, by `local.LocalServer`; imports nothing of the package, so that it starts in a moment.

The talk with the parent is two lines of JSON: `Setup` comes in on stdin, `{"address": "http://127.0.0.1:PORT"}` goes out on
stdout as soon as questions are answered. Everything else goes to stderr. The child ends when its parent does, also when that was
killed: stdin then ends, or (where a forked sibling still holds the pipe) the parent's process id changes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict, dataclass
from io import FileIO
from typing import Any

WARNINGS = 2
"""llama.cpp's verbosity: errors and warnings. Its debug level would write prompts, and with them letters, into the log."""

PREFIX_CACHE = 512
"""MiB for the states of prompts that lost their slot to another: some 26 MiB each. llama.cpp's own limit is 8192."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What the server is started with. `slot_context` is in tokens, prompt and answer together; `threads` None: all cores."""

    weights: str
    name: str
    slots: int
    threads: int | None
    slot_context: int

    def line(self) -> bytes:
        """The line of JSON that the child reads."""
        return json.dumps(asdict(self)).encode() + b"\n"


def common_params(setup: Setup) -> Any:
    """`xllamacpp.CommonParams` for a setup; what is not named here is llama.cpp's default."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = setup.weights
    params.model_alias = {setup.name}
    params.n_parallel = setup.slots
    params.n_ctx = setup.slots * setup.slot_context
    if setup.threads is not None:
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = setup.threads
    _answer_only_us(params)
    _tune(params)
    return params


def _answer_only_us(params: Any) -> None:
    params.hostnames = ["127.0.0.1"]
    params.port = 0  # the system picks a free one, and nobody can take it between picking and listening
    params.cors_origins = "http://127.0.0.1"  # the default lets every web page in a browser on this machine ask and read
    params.endpoint_slots = False  # would show the prompts, and with them letters, to every user of this machine
    params.ui = False
    params.verbosity = WARNINGS


def _tune(params: Any) -> None:
    """Settings that were measured: 2 cores, a shared prefix of 700 tokens, 240 of a letter, answers of 35 to 75 tokens.

    - An idle machine: ready after 2 to 8 s, prompt 58 tokens/s, output 24 tokens/s, resident memory 1.9 GiB.
    - The prefix cache: two prompts that take turns cost 7 s of one core a question; without `cache_ram_mib` 26 s, since each
      threw the other's prefix out of its slot.
    - Two slots at once: the same cores' time as one (72 s for six questions), the prefix computed once a slot, and 1 to 2 answers
      of six differ from run to run, because rounding depends on what shares a batch. One slot gave the same six answers after
      every start and in either order, though another number of threads changed one.
    - Left alone, since none made a difference beyond noise or each made it slower: speculation by n-grams (0 to 7 % less
      time and three answers of six changed), unified or 8-bit key-value cache, flash attention off, batches of 128 or 1024.
    """
    params.use_jinja = True
    params.warmup = True
    params.cont_batching = True
    params.cache_prompt = True
    params.cache_ram_mib = PREFIX_CACHE


def _end_with_parent(stdin: FileIO) -> None:
    stdin.read()
    os._exit(0)


def _own_stdout() -> int:
    """The descriptor of the pipe to the parent; what others print to stdout goes to the log from now on."""
    report = os.dup(1)
    os.dup2(2, 1)
    return report


def _serve(setup: Setup) -> Any:
    """A server that has loaded its model and listens. The reason of a failure stands in llama.cpp's own log."""
    import xllamacpp

    try:
        return xllamacpp.Server(common_params(setup))
    except RuntimeError as e:
        sys.exit(str(e))


def main() -> None:
    """Serve until the parent ends."""
    parent = os.getppid()
    # Ctrl-C reaches the whole process group: the run drains first, and needs answers for it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stdin = FileIO(0)  # without a buffer, whose lock the waiting thread would hold while the interpreter ends
    setup = Setup(**json.loads(stdin.readline()))
    report = _own_stdout()
    threading.Thread(target=_end_with_parent, args=(stdin,), daemon=True).start()
    server = _serve(setup)
    os.write(report, json.dumps({"address": server.listening_address}).encode() + b"\n")
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    main()
