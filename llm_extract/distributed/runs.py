"""`llm-extract run --on ray`: the letters of a run over the actors of a cluster. Alone knows Ray.

The cluster reads, this process writes: rows of records come back and stand in parts of Parquet within seconds (`parts`). What is
done is left out where the letters are read, by an anti-join on letter id and content hash: only there is the content at hand.

Requests under way, and the endpoint's quotas, are those of the whole run: each actor gets its share. Money cannot be kept so:
what one actor reserves the others do not see, and so `--max-cost` is refused.
"""

from __future__ import annotations

import logging
import math
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from llm_extract.budget import Prices
from llm_extract.distributed.parts import PartsFolder, Standing, share_of
from llm_extract.distributed.reading import ReadLetters
from llm_extract.distributed.sources import Sources, find_sources
from llm_extract.errors import LlmExtractError, MissingExtraError, SettingsError
from llm_extract.ledger import RUN
from llm_extract.lines import RecordLine
from llm_extract.progress import Meter, Shown, shown
from llm_extract.running import OK, SOME_FAILED, Plan, console_of
from llm_extract.settings import Settings
from llm_extract.wiring import cascade_notice, prices_of, run_settings

if TYPE_CHECKING:
    import pyarrow as pa
    from ray.data import Dataset

CPUS_OF_AN_ACTOR = 0.4
CPUS_OF_THE_REST = 0.1
"""What Ray is told. An actor keeps a core busy, but where actors had taken all of a cluster's cores nothing could be read from
Parquet for them: some of Ray's own steps ask for a whole one."""
CALLS_AT_ONCE = 2
"""Blocks that an actor reads at once: no request waits until the last letter of the block before has come."""
MOST_ROWS_A_BLOCK = 64
"""What is read anew when a machine is lost; small beside an actor's letters a minute."""


@dataclass(frozen=True)
class Cluster:
    """Which cluster, and how many actors on it. None: the one that Ray finds or starts, and an actor a core."""

    address: str | None = None
    workers: int | None = None


def run_on_ray(settings: Settings, plan: Plan, cluster: Cluster) -> int:
    """Read the letters that the plan names on a Ray cluster; the exit code, as of `run`.

    Raises `SettingsError`, `FatalEndpointError` and, interrupted, `KeyboardInterrupt`; what had come back is written by then.
    """
    _refuse(settings, plan)
    _require()
    sources = find_sources(plan.inputs)
    with PartsFolder(plan.out, run_settings(settings), fresh=plan.fresh, seconds=settings.sync_seconds) as folder:
        return _Run(settings, plan, cluster, sources, folder).over()


def _refuse(settings: Settings, plan: Plan) -> None:
    if plan.max_cost is not None:
        raise SettingsError(
            "--max-cost cannot be kept on several machines: set the limit at the endpoint, or run without --on ray."
        )
    if plan.batch is not None:
        raise SettingsError("Batches need one machine only: run them without --on ray.")
    if settings.engine != "baseline" and settings.embedded:
        raise SettingsError(
            "The embedded model serves one machine: give --model and --base-url of a server (vLLM, ...), or --engine baseline."
        )


def _require() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("ray", "pyarrow", "duckdb") if find_spec(name) is None]
    if missing:
        raise MissingExtraError(f"--on ray needs {' and '.join(missing)}: install llm_extract[ray], here and on every worker.")


# --- a run -----------------------------------------------------------------------------------------------------------


@dataclass
class _Run:
    """One start of a run."""

    settings: Settings
    plan: Plan
    cluster: Cluster
    sources: Sources
    folder: PartsFolder
    console: Any = field(default_factory=lambda: console_of(stderr=True))

    def over(self) -> int:
        """Read what is left, write it, sum up."""
        ids = list(self.sources.ids)[: self.plan.limit]
        before = self.folder.standing(self.plan.failures)
        only = self._only(ids, before)
        ended = False
        try:
            self._read(ids, before, only)
            ended = True
        finally:
            self.folder.flush()
            after = self.folder.standing() if self.folder.now.letters else before
            unread = sum(name not in after.recorded for name in ids)
            report = self._report(ended and not unread, ids, before, after)
        records = self.folder.collect() if after.totals.letters else None
        self._sum_up(report, f"{records or self.folder.folder}")
        if unread:
            hint = "the same command without --retry-failed reads them"
            self.console.print(f"{unread} of {len(ids)} letters have no record yet; {hint}.")
        return SOME_FAILED if unread or after.totals.statuses.get("failed") else OK

    def _only(self, ids: list[str], before: Standing) -> frozenset[str] | None:
        """The ids that are read where it is not all of the inputs'."""
        if self.plan.failures == "only":
            return frozenset(ids) & before.unused
        return frozenset(ids) if self.plan.limit is not None else None

    def _read(self, ids: list[str], before: Standing, only: frozenset[str] | None) -> None:
        expected = sum(name not in before.recorded or name in before.unused for name in ids if only is None or name in only)
        meter = Meter(expected)
        with _ray(self.cluster.address), shown(self.plan.progress, self.console, meter) as way:
            workers = _workers(self.cluster.workers, self.settings)
            self._say(way, ids, before, workers)
            arguments = {
                "settings": plain_settings(self.settings, workers),
                "shaped": run_settings(self.settings),
                "done": before.done,
                "only": only,
            }
            for table in _answers(self.sources, len(ids), workers, arguments):
                self.folder.add(table)
                for line in _lines(table):
                    way.update(line)
                meter.total = max(meter.total, meter.done)
                way.tick()

    def _say(self, way: Shown, ids: list[str], before: Standing, workers: int) -> None:
        if self.settings.engine == "cascade":
            way.say(cascade_notice(self.settings))
        done = sum(name in before.recorded for name in ids)
        if done:
            way.say(f"{done} of {len(ids)} letters have a record already; those that have changed are read anew.")
        if self.settings.engine != "baseline":
            at_once = plain_settings(self.settings, workers)["concurrency"]
            way.say(f"{workers} workers with at most {at_once} requests under way each.")

    def _report(self, complete: bool, ids: list[str], before: Standing, after: Standing) -> dict[str, Any]:
        skipped = max(0, sum(name in after.recorded for name in ids) - self.folder.now.letters)
        return self.folder.report(
            complete=complete,
            letters=len(ids),
            skipped=skipped,
            totals=after.totals,
            spent_usd=None,
            max_cost=None,
        )

    def _sum_up(self, report: Mapping[str, Any], records: str) -> None:
        now, there = report["this_start"]["letters"], report["skipped_as_done"]
        statuses = ", ".join(f"{count} {status}" for status, count in report["statuses"].items()) or "none"
        tokens = f"{report['input_tokens']:,} tokens in, {report['output_tokens']:,} out, {report['attempts']:,} requests"
        cost = "unknown" if report["cost_usd"] is None else f"{report['cost_usd']:.4f} USD"
        sys.stdout.write(
            f"{report['letters']:,} letters ({now:,} read now, {there:,} already there): {statuses}\n"
            f"{tokens}; cost {cost}; {report['seconds']:.1f} s\n"
            f"{records}\n{self.folder.folder / RUN}\n"
        )


def plain_settings(settings: Settings, workers: int) -> dict[str, Any]:
    """The settings of one actor as plain values, each said, so that a worker's own environment shapes nothing but the key.

    The run's requests and quotas are shared out. The folder of the cache is the worker's own where none was chosen. Prices come
    along as numbers, since a table lies on this machine.
    """
    values = settings.model_dump(mode="json", exclude={"api_key"}) | {"prices": None}
    if "cache_dir" not in settings.model_fields_set:
        del values["cache_dir"]
    values |= {"concurrency": max(1, settings.concurrency // workers), "workers": 0}
    for name in ("requests_per_minute", "tokens_per_minute"):
        if values[name] is not None:
            values[name] /= workers
    prices: Prices | None = prices_of(settings)
    if prices is not None and not settings.embedded and settings.engine != "baseline":
        values |= {"input_price": prices.input, "output_price": prices.output}
    return values


def _lines(table: pa.Table) -> Iterator[RecordLine]:
    """The records' lines, with what a display counts."""
    for row in table.to_pylist():
        codes = tuple(row["issues"] or ())
        yield RecordLine(row["record"], row["letter_id"], row["sha256"], None, codes, share_of(row))


# --- Ray -------------------------------------------------------------------------------------------------------------


def _answers(sources: Sources, letters: int, workers: int, arguments: Mapping[str, Any]) -> Iterator[pa.Table]:
    """Rows of records as they come."""
    with _plain_errors():
        records = _letters(sources, rows_a_block(letters, workers)).map_batches(
            ReadLetters,
            batch_size=None,
            batch_format="pyarrow",
            fn_constructor_kwargs=dict(arguments),
            compute=_pool(workers),
            num_cpus=CPUS_OF_AN_ACTOR,
        )
        yield from records.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0)


def _pool(workers: int) -> Any:
    from ray.data import ActorPoolStrategy

    return ActorPoolStrategy(
        size=workers,
        max_tasks_in_flight_per_actor=2 * CALLS_AT_ONCE,
        max_concurrent_calls_per_actor=CALLS_AT_ONCE,
        enable_true_multi_threading=True,
    )


def rows_a_block(letters: int, workers: int) -> int:
    """Letters that an actor reads and gives back together: few enough that in a small run too each has some to do."""
    return max(1, min(MOST_ROWS_A_BLOCK, letters // (workers * CALLS_AT_ONCE)))


def _letters(sources: Sources, rows: int) -> Dataset:
    """The letters in blocks of so many rows."""
    import ray.data

    found: list[Dataset] = [ray.data.from_arrow(list(sources.blocks(rows)))] if sources.files else []
    for table in sources.tables:
        # Blocks are made in the tasks that read: a step of its own would wait for a core that the actors hold.
        whole = ray.data.read_parquet(
            list(table.files),
            filesystem=table.filesystem,
            num_cpus=CPUS_OF_THE_REST,
            override_num_blocks=max(1, math.ceil(len(table.ids) / rows)),
        )
        found.append(whole.select_columns(list(table.columns), num_cpus=CPUS_OF_THE_REST))
    return found[0].union(*found[1:]) if len(found) > 1 else found[0]


def _workers(wanted: int | None, settings: Settings) -> int:
    """Actors: as many as were asked for, else a core each; never more than requests that may be under way."""
    import ray

    resources = ray.cluster_resources()  # type: ignore[no-untyped-call]
    cores = wanted or settings.workers or max(1, int(resources.get("CPU", 1)))
    return cores if settings.engine == "baseline" else min(cores, settings.concurrency)


@contextmanager
def _ray(address: str | None) -> Iterator[None]:
    """A connection to the cluster; one that the caller has is used and left as it is."""
    with _quiet(), _plain_errors():
        import ray

        if ray.is_initialized():
            yield
            return
        try:
            with _native_errors_unheard():
                ray.init(address=address, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            at = address or "this machine"
            raise SettingsError(f"No Ray cluster can be used at {at} ({_first_line(error)}): see docs/cluster.md.") from error
        try:
            with _sigterm_interrupts():
                yield
        finally:
            ray.shutdown()


@contextmanager
def _quiet() -> Iterator[None]:
    """Ray says nothing to the run's own output, draws no bars of its own, and tells nobody that it is used."""
    for name, value in (("RAY_USAGE_STATS_ENABLED", "0"), ("RAY_BACKEND_LOG_LEVEL", "fatal")):
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"ray\.")  # advice to whoever writes pipelines, none to whoever runs ours
        import ray.data

        context, logger = ray.data.DataContext.get_current(), logging.getLogger("ray.data")
        before = {name: getattr(context, name) for name in _OURS}
        level = logger.level
        logger.setLevel(logging.CRITICAL)
        _set(context, _OURS)
        try:
            yield
        finally:
            logger.setLevel(level)
            _set(context, before)


_OURS = {"enable_progress_bars": False, "print_on_execution_start": False, "raise_original_map_exception": True}
"""Of Ray Data's context: errors come as they are, since what is raised on purpose is a sentence already."""


def _set(context: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(context, name, value)


@contextmanager
def _native_errors_unheard() -> Iterator[None]:
    """Ray's native part writes to standard error that it was told to be quiet, where only our own lines may stand."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Our own errors out of what Ray wraps around them; Ray's own as one sentence."""
    import ray

    try:
        yield
    except ray.exceptions.RayError as error:
        raise (_ours(error) or _failure(error)) from None


def _failure(error: BaseException) -> SettingsError:
    return SettingsError(
        f"The Ray cluster failed ({type(error).__name__}): look at its logs, and start the same command again; "
        "it goes on where it stopped."
    )


def _ours(error: BaseException) -> LlmExtractError | None:
    """The error that a worker raised on purpose, made anew: what came back has Ray's classes, and advice in its message."""
    for one in _causes(error):
        kind = next((kind for kind in type(one).__mro__ if kind.__module__ == LlmExtractError.__module__), None)
        if kind is not None and issubclass(kind, LlmExtractError):
            return kind(str(getattr(one, "cause", None) or one).partition("\nFailed to ")[0])
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what caused it, by Python's account and by Ray's."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = getattr(error, "cause", None) or error.__cause__


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__


@contextmanager
def _sigterm_interrupts() -> Iterator[None]:
    """SIGTERM ends the run as Ctrl-C does; Ray would have it end the process."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before: Any = None
    with suppress(ValueError):  # not the main thread
        before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
