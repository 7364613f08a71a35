"""The first thing that a report says: which engine to use, how sure that is, where it fails. Sentences made from its figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llm_extract.evaluation.metrics import GROUPS
from llm_extract.evaluation.report import Difference, EngineReport, Score, Verdict

_WORST = 3
_SIGNIFICANT = 0.05
_FEW = 10
"""Labelled values below which a field's F1 says too little to be named among the worst."""


def verdict_of(engines: Sequence[EngineReport], differences: Sequence[Difference], baseline: str) -> Verdict:
    """The cheapest engine that no other beats with a lower bound above zero.

    The baseline is free: another engine is only recommended when its F1 over all fields is surely higher (95 % interval of the
    paired difference above zero), the highest of those.
    """
    by_name = {engine.name: engine for engine in engines}
    if baseline not in by_name:
        best = max(engines, key=lambda engine: engine.score("all").f1 or 0.0)
        return Verdict(
            use=best.name,
            because=(_level(best), "The baseline was not among the engines: nothing says what the model adds."),
            fails=tuple(_fails(best)),
        )
    overall = [d for d in differences if d.name == "all" and d.against == baseline]
    better = [d for d in overall if d.low is not None and d.low > 0]
    chosen = by_name[max(better, key=lambda d: d.difference or 0.0).engine if better else baseline]
    sentences = [_level(chosen)]
    sentences += [_compared(d, by_name[d.engine], by_name[baseline], differences) for d in overall]
    return Verdict(use=chosen.name, because=tuple(sentences), fails=tuple(_fails(chosen)))


def _level(engine: EngineReport) -> str:
    whole, core, perfect = engine.score("all"), engine.score("core"), engine.perfect
    return (
        f"{engine.name} reads all fields with F1 {_with_interval(whole)} and the core fields with {_with_interval(core)}; "
        f"{perfect.hits} of {perfect.of} letters are perfect in all core fields."
    )


def _with_interval(score: Score) -> str:
    return "unknown" if score.f1 is None else f"{score.f1:.3f} ({score.low:.3f} to {score.high:.3f})"


def _compared(overall: Difference, engine: EngineReport, baseline: EngineReport, differences: Sequence[Difference]) -> str:
    own = [d for d in differences if d.engine == engine.name]
    sure = "surely better than" if _above(overall) else "surely worse than" if _below(overall) else "not surely different from"
    gains, losses = ([_named(d) for d in own if _is_sure(d) and side(d)] for side in (_above, _below))
    parts = [
        f"{engine.name} is {sure} {baseline.name} over all fields: {_points(overall)}",
        *([f"better in {', '.join(gains)}"] if gains else []),
        *([f"worse in {', '.join(losses)}"] if losses else []),
        f"it takes {engine.cost.seconds:.1f} s and {engine.cost.input_tokens + engine.cost.output_tokens:,.0f} tokens a letter",
    ]
    return "; ".join(parts) + "."


def _is_sure(difference: Difference) -> bool:
    """A field whose test holds after Holm, or a group whose interval leaves out zero; all fields together stand apart."""
    if difference.repeats_a_group:
        return False
    if difference.name in GROUPS:
        return difference.name != "all" and (_above(difference) or _below(difference))
    return difference.p_holm is not None and difference.p_holm < _SIGNIFICANT


def _named(difference: Difference) -> str:
    if difference.name not in GROUPS or difference.difference is None:
        return difference.name
    return f"{difference.name} ({100 * difference.difference:+.1f})"


def _points(difference: Difference) -> str:
    if difference.difference is None or difference.low is None or difference.high is None:
        return "nothing to compare"
    return f"{100 * difference.difference:+.1f} points of F1 ({100 * difference.low:+.1f} to {100 * difference.high:+.1f})"


def _above(difference: Difference) -> bool:
    return difference.low is not None and difference.low > 0


def _below(difference: Difference) -> bool:
    return difference.high is not None and difference.high < 0


def _fails(engine: EngineReport) -> Iterator[str]:
    """The fields with the lowest F1 among those that have enough values, and what kind of error prevails there."""
    known = [s for s in engine.fields if s.f1 is not None and s.correct + s.wrong + s.missing >= _FEW and s.f1 < 1]
    for score in sorted(known, key=lambda s: s.f1 or 0.0)[:_WORST]:
        errors = {"wrong": score.wrong, "missing": score.missing, "invented": score.invented}
        said = ", ".join(f"{n} {kind}" for kind, n in sorted(errors.items(), key=lambda e: -e[1]) if n)
        yield f"{score.name}: F1 {_with_interval(score)} ({said})."
    failed = engine.statuses.get("failed", 0)
    if failed:
        yield f"{failed} letters have no usable record."
