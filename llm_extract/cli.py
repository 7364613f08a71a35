"""The command line: parse, call, print, exit code. Everything else lives below.

Exit codes: 0 every letter has a usable record, 3 some failed or were left, 2 wrong use or settings, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from llm_extract import __version__

if TYPE_CHECKING:
    from llm_extract.batch_post import BatchPlan
    from llm_extract.distributed.runs import Cluster
    from llm_extract.settings import Settings

ENGINES = ("hybrid", "cascade", "model", "baseline")
OK, WRONG_USE, SOME_FAILED, INTERRUPTED = 0, 2, 3, 130
F = TypeVar("F", bound=Callable[..., Any])


def _model_options(command: F) -> F:
    """Which reader and which endpoint; the same on every command that asks a model."""
    options = (
        click.option("--engine", type=click.Choice(ENGINES), help="Which reader [default: hybrid]."),
        click.option("--model", metavar="NAME", help="Model at the endpoint [default: the embedded model]."),
        click.option("--base-url", metavar="URL", help="OpenAI-compatible endpoint, such as http://localhost:8000/v1."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _batch_options(command: F) -> F:
    """How `run` uses batches; the values come together, as `_batch_plan` takes them."""
    options = (
        click.option("--batch", is_flag=True, help="Ask by OpenAI's Batch API: half price, answers within a day."),
        click.option("--no-wait", is_flag=True, help="With --batch: submit, take in what is answered, and end."),
        click.option(
            "--batch-export",
            "exported",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Write the requests for another batch runner (JSONL) and end.",
        ),
        click.option(
            "--batch-import",
            "imported",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            metavar="FILE",
            multiple=True,
            help="Take another runner's answers (JSONL) and ask nobody (repeatable).",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _batch_plan(
    *, retry: bool, batch: bool, no_wait: bool, exported: Path | None, imported: tuple[Path, ...]
) -> BatchPlan | None:
    """None for a run without batches."""
    if batch + bool(exported) + bool(imported) > 1:
        raise click.UsageError("Give one of --batch, --batch-export and --batch-import.")
    if no_wait and not batch:
        raise click.UsageError("--no-wait goes with --batch.")
    if not batch and not imported:
        return None
    from llm_extract.batch_post import BatchPlan

    return BatchPlan(imports=imported, wait=not no_wait, retry=retry)


def _cluster_options(command: F) -> F:
    """Where `run` reads."""
    options = (
        click.option("--on", type=click.Choice(["ray"]), help="Read on a Ray cluster; INPUT may be Parquet (docs/cluster.md)."),
        click.option(
            "--ray-address",
            metavar="ADDRESS",
            help="With --on ray: the cluster, auto or HOST:PORT; local starts one here [default: as Ray finds it].",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _cluster(*, on: str | None, address: str | None, workers: int | None, alone: bool) -> Cluster | None:
    """None for a run on this machine. `alone`: something was asked for that goes on one machine only."""
    if on is None:
        if address is not None:
            raise click.UsageError("--ray-address goes with --on ray.")
        return None
    if alone:
        raise click.UsageError("--estimate and batches go without --on ray.")
    from llm_extract.distributed.runs import Cluster

    if workers == 0:
        raise click.UsageError("--on ray reads with one worker at least.")
    return Cluster(address, workers)


def _plain_errors(command: F) -> F:
    """Errors that we raise on purpose become one line and an exit code; anything else is a bug and keeps its traceback."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        from llm_extract.errors import FatalEndpointError, SettingsError

        try:
            return command(*args, **kwargs)
        except (SettingsError, FatalEndpointError) as error:
            click.echo(f"llm-extract: {error}", err=True)
            sys.exit(WRONG_USE)
        except KeyboardInterrupt:
            click.echo("llm-extract: interrupted; the same command goes on where it stopped.", err=True)
            sys.exit(INTERRUPTED)

    return wrapped  # type: ignore[return-value]


def _settings(**given: Any) -> Settings:
    from llm_extract.wiring import settings_of

    return settings_of({key: value for key, value in given.items() if value is not None})


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="llm-extract")
def main() -> None:
    """Structured records from Independent Medical Review letters, every value tied to the words that prove it."""


@main.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for records.jsonl and run.json."
)
@_model_options
@click.option(
    "--errors-below",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="SHARE",
    help="Of --engine cascade: share of wrong, missing and invented values that is allowed [default: 0.1].",
)
@click.option("--concurrency", type=click.IntRange(1, 1024), help="Most requests under way at once.")
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    metavar="N",
    help="Processes that read [default: as many as pay, with --on ray one a core; 0: this one alone].",
)
@click.option(
    "--max-cost", type=click.FloatRange(min=0), metavar="USD", help="Send no request that might make the run cost more."
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Read the first N letters only.")
@click.option("--fresh", is_flag=True, help="Forget what the folder holds and start over (answers stay cached).")
@click.option(
    "--retry-failed", "failures", flag_value="only", help="Read only letters that failed or that the model gave no answer to."
)
@click.option("--keep-failed", "failures", flag_value="keep", help="Leave letters that failed as they are.")
@click.option(
    "--progress",
    type=click.Choice(["auto", "bar", "lines", "json", "none"]),
    default="auto",
    show_default=True,
    help="How it goes, on standard error; json: one object a second.",
)
@click.option(
    "--telemetry/--no-telemetry",
    default=None,
    help="Tell an OpenTelemetry collector how it goes [default: where OTEL_EXPORTER_OTLP_ENDPOINT names one].",
)
@click.option("--estimate", is_flag=True, help="Say what the run would cost and take, from a sample; send and write nothing.")
@_cluster_options
@_batch_options
@_plain_errors
def run(
    inputs: tuple[str, ...],
    out: Path,
    engine: str | None,
    model: str | None,
    base_url: str | None,
    errors_below: float | None,
    concurrency: int | None,
    workers: int | None,
    max_cost: float | None,
    limit: int | None,
    fresh: bool,
    failures: str | None,
    progress: str,
    telemetry: bool | None,
    estimate: bool,
    on: str | None,
    ray_address: str | None,
    **batch: Any,
) -> None:
    """Read letters (.txt and .pdf; files, folders, globs) into OUT/records.jsonl.

    The same command again resumes: letters that have a record are not read again, failed ones are. Ctrl-C finishes the letters
    under way, a second one stops at once.
    """
    from llm_extract.running import Plan, estimate_run, export_batch, run_letters

    given = {"engine": engine, "model": model, "base_url": base_url, "concurrency": concurrency}
    settings = _settings(**given, errors_below=errors_below, telemetry=telemetry, workers=workers)
    by_batches = _batch_plan(retry=failures == "only", **batch)
    plan = Plan(inputs, out, limit, fresh, max_cost, failures or "again", progress, by_batches)  # type: ignore[arg-type]
    alone = estimate or by_batches is not None or batch["exported"] is not None
    cluster = _cluster(on=on, address=ray_address, workers=workers, alone=alone)
    if cluster is not None:
        from llm_extract.distributed.runs import run_on_ray

        sys.exit(run_on_ray(settings, plan, cluster))
    if batch["exported"] and not estimate:
        sys.exit(export_batch(settings, plan, batch["exported"]))
    sys.exit(estimate_run(settings, plan) if estimate else run_letters(settings, plan))


@main.command()
@click.argument("letter", type=click.Path(path_type=Path))
@_model_options
@click.option("--json", "as_json", is_flag=True, help="Print the record as one line of JSON.")
@click.option("--rules", "by_rule", is_flag=True, help="Name the rule or the prompt that gave each value.")
@_plain_errors
def show(letter: Path, engine: str | None, model: str | None, base_url: str | None, as_json: bool, by_rule: bool) -> None:
    """Read one LETTER and print what it says, each value with the words that prove it."""
    from llm_extract.showing import show_letter

    settings = _settings(engine=engine, model=model, base_url=base_url)
    failed = show_letter(settings, letter, as_json=as_json, by_rule=by_rule)
    sys.exit(SOME_FAILED if failed else OK)


def _names(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    """A list with commas."""
    return tuple(name.strip() for name in value.split(",") if name.strip())


@main.command("eval")
@click.option(
    "--cases",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of labelled letters: text/ and labels/.",
)
@click.option(
    "--engines", default="baseline,model,hybrid", show_default=True, callback=_names, metavar="LIST", help="Readers to compare."
)
@click.option(
    "--variant",
    "more",
    multiple=True,
    metavar='"NAME SETTING=VALUE ..."',
    help="One more reader under a name of its own: another model, prompts folder, ... (repeatable).",
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for report.html, .md, .json and the rows.")
@click.option("--model", metavar="NAME", help="Model at the endpoint [default: the embedded model].")
@click.option("--base-url", metavar="URL", help="OpenAI-compatible endpoint.")
@click.option("--replay", is_flag=True, help="Recorded answers only; name those that are missing and stop.")
@click.option("--record", is_flag=True, help="Keep the answers in CASES/answers, for replays.")
@click.option("--against", type=click.Path(path_type=Path), metavar="REPORT", help="Kept report that this one is gated against.")
@click.option(
    "--margin", default=1.0, show_default=True, type=click.FloatRange(min=0), metavar="POINTS", help="F1 points that may be lost."
)
@click.option(
    "--gate",
    "gated",
    multiple=True,
    metavar="FIELD",
    help="Gated field or group (repeatable) [core, clinical, reasons, decision].",
)
@click.option("--skip-mistaken", is_flag=True, help="Leave out letters whose label has mistakes instead of refusing all.")
@click.option("--show-test", is_flag=True, help="Show the errors of the test split too (they are no secret any more then).")
@_plain_errors
def evaluate(
    cases: Path,
    engines: tuple[str, ...],
    more: tuple[str, ...],
    out: Path | None,
    model: str | None,
    base_url: str | None,
    replay: bool,
    record: bool,
    against: Path | None,
    margin: float,
    gated: tuple[str, ...],
    skip_mistaken: bool,
    show_test: bool,
) -> None:
    """Score readers on labelled letters: every field, with intervals, against the baseline.

    Exit codes: 0 done, 1 the gate did not pass, 2 wrong use, settings or labels.
    """
    from llm_extract.evaluating import Plan, variants
    from llm_extract.evaluating import evaluate as run_evaluation

    given = {name: value for name, value in (("model", model), ("base_url", base_url)) if value is not None}
    plan = Plan(
        cases=cases,
        variants=variants(engines, more, given),
        out=out,
        replay=replay,
        record=record,
        skip_mistaken=skip_mistaken,
        against=against,
        margin=margin / 100,
        gated=gated,
        show_test=show_test,
    )
    sys.exit(run_evaluation(plan))


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--to", required=True, type=click.Choice(["parquet", "csv", "xlsx", "duckdb"]), help="Format of the tables.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the tables [default: DIR/export].")
@_plain_errors
def export(folder: Path, to: str, out: Path | None) -> None:
    """Write the records of the run in DIR as tables: one row a letter, one a disputed item, and what proves them."""
    from llm_extract.export import export_run

    done = export_run(folder, to, out)
    for sentence in done.warnings:
        click.echo(f"llm-extract: {sentence}", err=True)
    click.echo(f"{done.letters} letters ({done.failed} failed), {done.items} items: {done.path}")


@main.command()
@click.option("--model", metavar="NAME", help="Model at the endpoint [default: the embedded model].")
@click.option("--base-url", metavar="URL", help="OpenAI-compatible endpoint.")
@_plain_errors
def doctor(model: str | None, base_url: str | None) -> None:
    """Is the endpoint there, does it enforce the schema, what will a letter cost."""
    from llm_extract.doctor import examine

    sys.exit(OK if examine(_settings(model=model, base_url=base_url)) else SOME_FAILED)


@main.command()
@click.argument("what", type=click.Choice(["record", "report"]), default="record")
@_plain_errors
def schema(what: str) -> None:
    """Print a JSON Schema, for validators outside of this program: of a line of records.jsonl, or of an eval's report.json."""
    import json

    if what == "report":
        from llm_extract.evaluating import report_json_schema as schema_of
    else:
        from llm_extract.schema import record_json_schema as schema_of

    click.echo(json.dumps(schema_of(), indent=2))


@main.command()
@_plain_errors
def prompts() -> None:
    """List the prompts in use, with their versions and what each one asks."""
    from llm_extract.prompts import available_prompts, load_prompt, shipped_prompts

    directory = _settings().prompts_dir or shipped_prompts()
    for name in available_prompts(directory):
        prompt = load_prompt(name, directory=directory)
        click.echo(f"{prompt.id:14} {prompt.description}")
    click.echo(f"They stand in {directory}.")


@main.command("rules")
@click.argument("beginning", default="", metavar="[NAME]")
@_plain_errors
def rules_command(beginning: str) -> None:
    """List the rules of the baseline, or those whose names begin with NAME: why each may be believed, and its examples."""
    from llm_extract.showing import print_rules

    if not print_rules(beginning):
        click.echo(f"llm-extract: no rule has a name that begins with {beginning!r}; `llm-extract rules` lists all.", err=True)
        sys.exit(WRONG_USE)
