"""The report's plots as SVG that stands inside an HTML page: text stays text, colours are the page's own.

matplotlib draws with stand-in colours; `_inline` turns them into CSS variables (`--ink`, `--muted`, `--line`, `--e0` and so on)
so that one drawing is right on light and on dark paper and an engine has one colour everywhere. Equal figures give equal bytes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_extract.evaluation.report import CascadeCurve, CurvePoint, EngineReport, Report, Score, Slice

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = 8
"""Engines that have a colour of their own (`--e0` to `--e7`); the next begins anew, its marker tells it apart."""

MARKERS = "osD^vPX*"
"""matplotlib's markers, one an engine: colour is never the only sign."""

LEAST_LETTERS = 3
"""Traps in fewer letters are left to the table: a dot of two letters says nothing."""

_INK, _MUTED, _LINE = "#010101", "#020202", "#030303"
_VARIABLES = {_INK: "--ink", _MUTED: "--muted", _LINE: "--line"}
_WIDTH = 600
"""Width of every plot in CSS pixels at its natural size; matplotlib's points are taken as pixels."""

_SMALL, _USUAL = 11.0, 12.0


class Plot(NamedTuple):
    """One plot. `caption` says in a sentence how to read it, `about` in a few words what it shows (for screen readers)."""

    name: str
    title: str
    about: str
    caption: str
    svg: str


def plots(report: Report) -> tuple[Plot, ...]:
    """All plots of a report, the one that a decision hangs on first."""
    import matplotlib as mpl

    with mpl.rc_context(_style()):
        return (_cost(report), _risk_coverage(report), *_cascades(report), _fields(report), *_slices(report))


def colour(index: int) -> str:
    """The CSS variable of an engine's colour, by its place in the report."""
    return f"--e{index % COLOURS}"


def marker(index: int) -> str:
    """The marker of an engine, by its place in the report."""
    return MARKERS[index % len(MARKERS)]


def _style() -> dict[Any, Any]:
    """Only what the drawing depends on; nothing of the user's own matplotlib settings."""
    quiet = {f"{axis}.{key}": value for axis in ("xtick", "ytick") for key, value in (("color", _LINE), ("labelcolor", _MUTED))}
    return {
        **quiet,
        "svg.fonttype": "none",
        "svg.hashsalt": "llm_extract",
        "font.family": ["DejaVu Sans"],
        "font.size": _SMALL,
        "text.usetex": False,
        "text.parse_math": False,
        "figure.dpi": 72,
        "axes.edgecolor": _LINE,
        "axes.labelcolor": _MUTED,
        "axes.linewidth": 1.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "grid.color": _LINE,
        "grid.linewidth": 0.8,
        "grid.linestyle": "-",
        "grid.alpha": 1.0,
        "lines.solid_capstyle": "round",
        "xtick.major.size": 0.0,
        "ytick.major.size": 0.0,
        "xtick.minor.size": 0.0,
        "ytick.minor.size": 0.0,
        "xtick.major.pad": 6.0,
        "ytick.major.pad": 8.0,
    }


# --- a canvas --------------------------------------------------------------------------------------------------------


@dataclass
class _Canvas:
    """A figure of a height in pixels, and the words that appear over its marks."""

    height: float
    tips: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        from matplotlib.figure import Figure

        self.figure: Figure = Figure(figsize=(_WIDTH / 72, self.height / 72))
        self.figure.patch.set_visible(False)

    def axes(self, left: float, top: float, right: float, bottom: float) -> Axes:
        """Axes with these margins in pixels."""
        box = (left / _WIDTH, bottom / self.height, (_WIDTH - left - right) / _WIDTH, (self.height - top - bottom) / self.height)
        axes = self.figure.add_axes(box)
        axes.patch.set_visible(False)
        return axes

    def tip(self, words: str) -> str:
        """The id of a mark over which these words appear."""
        self.tips.append(words)
        return f"tip-{len(self.tips) - 1}"

    def svg(self, name: str, about: str) -> str:
        """The drawing, for the inside of a page."""
        out = StringIO()
        self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        return _inline(out.getvalue(), name, about, self.tips)


_NOT_OF_A_PAGE = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>|<defs>\s*</defs>", re.DOTALL)
_EMPTY = re.compile(r'<g(?: id="[^"]*")?>\s*</g>|<g(?: id="[^"]*")?/>')
_USED_ID = re.compile(r'(?:xlink:href="#|url\(#)([^")]+)')
_OUR_ID = re.compile(r'<g id="tip-(\d+)">')
_TAG = re.compile(r"<[^>]*>")
_NO_TURN = re.compile(r' transform="rotate\(-0 [^"]*"')
_LONG = re.compile(r"\d+\.\d{3,}")
_COLOUR = re.compile(r"#0[0-9a-f]{5}\b")


def _inline(svg: str, name: str, about: str, tips: Sequence[str]) -> str:
    """SVG of a file to SVG of a page: no prolog, no name space, ids of its own, the page's colours and font, words over marks."""
    svg = _without_empty(_NOT_OF_A_PAGE.sub("", svg[svg.index("<svg") :]))
    used = frozenset(_USED_ID.findall(svg))
    box = re.search(r'viewBox="[^"]+"', svg)
    head = f'<svg class="plot" role="img" aria-label="{html.escape(about)}" {box[0] if box else ""}>'
    body = _OUR_ID.sub(lambda m: f'<g class="tip {m[1]}">', svg[svg.index(">") + 1 :])
    body = _TAG.sub(lambda m: _tag(m[0], name, used), body)
    body = re.sub(r'(<g class="tip) (\d+)">', lambda m: f'{m[1]}"><title>{html.escape(tips[int(m[2])])}</title>', body)
    return re.sub(r"\s*\n\s*", "\n", head + body).strip()


def _without_empty(svg: str) -> str:
    """Groups with nothing in them, innermost first: ticks without a mark leave hundreds."""
    fewer = _EMPTY.sub("", svg)
    return fewer if fewer == svg else _without_empty(fewer)


def _tag(tag: str, name: str, used: Collection[str]) -> str:
    """One tag as the page wants it. Ids that something refers to get the plot's name, so that the page has each once."""
    tag = re.sub(r' id="([^"]*)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in used else "", _NO_TURN.sub("", tag))
    tag = tag.replace('xlink:href="#', f'href="#{name}-').replace("url(#", f"url(#{name}-")
    tag = _LONG.sub(lambda m: f"{float(m[0]):.2f}", tag.replace("font-family: 'DejaVu Sans'", "font-family: var(--sans)"))
    return _COLOUR.sub(_variable, tag)


def _variable(m: re.Match[str]) -> str:
    if m[0].startswith("#0e00"):
        return f"var(--e{int(m[0][5:], 16)})"
    return f"var({_VARIABLES[m[0]]})" if m[0] in _VARIABLES else m[0]


def _stand_in(index: int) -> str:
    return f"#0e00{index % COLOURS:02x}"


# --- quality and price -----------------------------------------------------------------------------------------------


def _cost(report: Report) -> Plot:
    canvas = _Canvas(300)
    left, right = canvas.axes(52, 34, 312, 48), canvas.axes(328, 34, 36, 48)
    scores = [engine.score("all") for engine in report.engines]
    seconds = [max(engine.cost.seconds, 0.001) for engine in report.engines]
    tokens = [engine.cost.input_tokens + engine.cost.output_tokens for engine in report.engines]
    _against_quality(canvas, left, report.engines, seconds, "s")
    _against_quality(canvas, right, report.engines, tokens, "tokens")
    _log_axis(left, seconds)
    _token_axis(right, tokens)
    right.tick_params(labelleft=False)
    left.set_ylabel("F1 over all fields", loc="top")
    for axes, words in ((left, "Seconds a letter"), (right, "Tokens a letter")):
        _panel_title(axes, words)
        axes.set_ylim(*_y_range([value for s in scores for value in (s.low, s.f1, s.high)]))
    about = "F1 over all fields against seconds and tokens a letter"
    caption = (
        "Up is better, left is cheaper: each mark is an engine's F1 over all fields with its 95 % interval, against what one "
        "letter took when its answers were first asked for."
    )
    return Plot("cost", "What quality costs", about, caption, canvas.svg("cost", about))


def _against_quality(canvas: _Canvas, axes: Axes, engines: Sequence[EngineReport], costs: Sequence[float], unit: str) -> None:
    axes.grid(visible=True, axis="y")
    for index, (engine, cost) in enumerate(zip(engines, costs, strict=True)):
        score = engine.score("all")
        if score.f1 is None:
            continue
        if score.low is not None and score.high is not None:
            axes.plot([cost, cost], [score.low, score.high], color=_stand_in(index), linewidth=2)
        words = f"{engine.name}: {_with_interval(score.f1, score.low, score.high)}, {cost:,.2f} {unit} a letter"
        axes.plot([cost], [score.f1], marker(index), color=_stand_in(index), markersize=9, gid=canvas.tip(words), clip_on=False)
        axes.annotate(engine.name, (cost, score.f1), (9, 0), textcoords="offset points", color=_INK, va="center", fontsize=_SMALL)


def _log_axis(axes: Axes, values: Sequence[float]) -> None:
    axes.set_xscale("log")
    axes.set_xlim(min(values) / 4, max(values) * 12)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} s")
    axes.xaxis.set_minor_formatter(lambda value, _: "")


def _token_axis(axes: Axes, values: Sequence[float]) -> None:
    """Logarithmic from 100 on, with a place for zero: rules use no token."""
    axes.set_xscale("symlog", linthresh=100)
    top = max(*values, 1000)
    axes.set_xlim(-25, top * 8)
    ticks = [0, *(t for t in (100, 1_000, 10_000, 100_000, 1_000_000) if t <= top * 8)]
    axes.set_xticks(ticks, [f"{t:,}" if t < 1000 else f"{t // 1000:,}k" for t in ticks])
    axes.xaxis.set_minor_formatter(lambda value, _: "")


def _panel_title(axes: Axes, words: str) -> None:
    axes.set_title(words, loc="left", color=_INK, fontsize=_USUAL, pad=10)


def _y_range(values: Sequence[float | None]) -> tuple[float, float]:
    """From a little below the least value to a little above 1 or the greatest one."""
    known = [v for v in values if v is not None] or [0.0, 1.0]
    low, high = min(known), max(known)
    room = max(0.01, 0.12 * (high - low))
    return max(0.0, low - room), min(1.0, high + room) + 0.002


# --- confidence ------------------------------------------------------------------------------------------------------


def _risk_coverage(report: Report) -> Plot:
    canvas = _Canvas(300)
    left, right = canvas.axes(52, 34, 312, 48), canvas.axes(328, 34, 36, 48)
    panels = ((left, "Core fields", "core_curve"), (right, "All fields", "curve"))
    accuracies = [p.accuracy for e in report.engines for _, _, name in panels for p in _curve(e, name)]
    for axes, words, name in panels:
        _panel_title(axes, words)
        axes.grid(visible=True)
        for index, engine in enumerate(report.engines):
            _draw_curve(canvas, axes, index, engine.name, _curve(engine, name))
        axes.set_xlim(0, 1)
        axes.set_ylim(*_y_range(accuracies))
        axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "20", "40", "60", "80", "100 %"])
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
    right.tick_params(labelleft=False)
    left.set_xlabel("surest values accepted", loc="left", labelpad=6)
    about = "Accuracy of the values accepted against the share of values accepted, surest first"
    caption = (
        "Going right, more of the values are accepted without a look, surest first; the height is the share of them that is "
        "right. A curve that starts high and falls late has a confidence one can work with."
    )
    return Plot("risk", "What confidence is worth", about, caption, canvas.svg("risk", about))


_LEAST_COVERAGE = 0.05
"""Below it a curve jumps with every value and says nothing."""


def _curve(engine: EngineReport, name: str) -> Sequence[CurvePoint]:
    points: Sequence[CurvePoint] = getattr(engine.confidence, name)
    return [point for point in points if point.coverage >= _LEAST_COVERAGE]


def _draw_curve(canvas: _Canvas, axes: Axes, index: int, name: str, points: Sequence[CurvePoint]) -> None:
    axes.plot([p.coverage for p in points], [p.accuracy for p in points], color=_stand_in(index), linewidth=2)
    for point in points[-1:]:
        words = f"{name}: {100 * point.accuracy:.1f} % right at {100 * point.coverage:.0f} % coverage"
        place = ([point.coverage], [point.accuracy])
        axes.plot(*place, marker(index), color=_stand_in(index), markersize=8, clip_on=False, gid=canvas.tip(words))


# --- cascades --------------------------------------------------------------------------------------------------------


def _cascades(report: Report) -> Iterator[Plot]:
    """Quality against cost on the way from rules alone to the model asked about every letter."""
    if not report.cascades:
        return
    canvas = _Canvas(300)
    left, right = canvas.axes(52, 34, 312, 48), canvas.axes(328, 34, 36, 48)
    panels = ((left, "Errors, % of values", "errors", 100.0), (right, "F1, lists and reasons", "reading_f1", 1.0))
    names = [engine.name for engine in report.engines]
    for axes, words, name, factor in panels:
        _panel_title(axes, words)
        axes.grid(visible=True)
        axes.set_xlim(-0.02, 1.02)
        axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "20", "40", "60", "80", "100 %"])
        for curve in report.cascades:
            _draw_cascade(canvas, axes, names.index(curve.engine), curve, name, factor)
    right.yaxis.set_label_position("right")
    right.yaxis.tick_right()
    left.set_xlabel("letters that the model is asked about", loc="left", labelpad=6)
    about = "Errors and F1 of a cascade against the share of letters that the model is asked about"
    caption = (
        "At the left end the rules read every letter alone, at the right end the model is asked about all; between, about those "
        "of which the rules are least sure. A line that falls steeply and then stays flat says that few letters need the model."
    )
    yield Plot("cascade", "What asking less costs", about, caption, canvas.svg("cascade", about))


def _draw_cascade(canvas: _Canvas, axes: Axes, index: int, curve: CascadeCurve, name: str, factor: float) -> None:
    steps = [(step.asked, factor * getattr(step, name), step) for step in curve.steps if getattr(step, name) is not None]
    axes.plot([x for x, _, _ in steps], [y for _, y, _ in steps], color=_stand_in(index), linewidth=2)
    for x, y, step in steps:
        words = (
            f"{curve.engine} asked about {100 * step.asked:.0f} % of the letters: {100 * step.errors:.1f} % errors, "
            f"{step.tokens:,.0f} tokens and {step.seconds:.1f} s a letter"
        )
        axes.plot([x], [y], marker(index), color=_stand_in(index), markersize=5, clip_on=False, gid=canvas.tip(words))


# --- dots in rows ----------------------------------------------------------------------------------------------------


class _Dot(NamedTuple):
    """A value with its interval; `engine` is its place in the report."""

    engine: int
    name: str
    value: float
    low: float | None
    high: float | None


class _Line(NamedTuple):
    """A row of dots. `amount` stands at its end, `strong` rows are groups, `faint` ones say little, `heading` stands above it."""

    label: str
    amount: str
    dots: tuple[_Dot, ...]
    strong: bool = False
    faint: bool = False
    heading: str = ""


_HEADING = 28.0
_TOP, _BOTTOM, _LABELS, _COUNTS = 8.0, 34.0, 190.0, 62.0
_LONGEST_LABEL = 32


def _dot_plot(lines: Sequence[_Line], engines: int, counted: str) -> _Canvas:
    """Rows of dots with intervals over one axis, engines of a row below each other."""
    step = 13.0 + 5.0 * engines
    tops = _tops(lines, step)
    height = tops[-1] + step if tops else step
    canvas = _Canvas(_TOP + height + _BOTTOM)
    axes = canvas.axes(_LABELS, _TOP, _COUNTS, _BOTTOM)
    axes.set_ylim(height, 0)
    axes.set_xlim(_floor([d.low if d.low is not None else d.value for line in lines for d in line.dots]), 1.0)
    axes.grid(visible=True, axis="x")
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    axes.tick_params(top=False, labeltop=False)
    for line, top in zip(lines, tops, strict=True):
        _draw_line(canvas, axes, line, top + step / 2)
    if lines:
        _beside(axes, 1, _HEADING / 2 + 3, counted, _MUTED)
    return canvas


def _tops(lines: Sequence[_Line], step: float) -> list[float]:
    tops: list[float] = []
    at = 0.0
    for line in lines:
        at += _HEADING if line.heading else 0.0
        tops.append(at)
        at += step
    return tops


def _floor(values: Sequence[float]) -> float:
    """The tenth below the least value, so that the axis begins with a tick; never 1, where the axis ends."""
    return min(0.9, max(0.0, int(10 * min(values, default=0.0)) / 10))


def _draw_line(canvas: _Canvas, axes: Axes, line: _Line, middle: float) -> None:
    step = 13 + 5 * len(line.dots)
    if line.heading:
        _beside(axes, 0, middle - step / 2 - _HEADING / 2 + 3, line.heading, _MUTED)
    ink, weight = (_MUTED if line.faint else _INK), ("bold" if line.strong else "normal")
    label = line.label if len(line.label) <= _LONGEST_LABEL else f"{line.label[:_LONGEST_LABEL]}…"
    _beside(axes, 0, middle, label, ink, weight)
    _beside(axes, 1, middle, line.amount, _MUTED)
    for place, dot in enumerate(line.dots):
        _draw_dot(canvas, axes, line, dot, middle + 6.0 * (place - (len(line.dots) - 1) / 2))


def _beside(axes: Axes, side: int, at: float, words: str, ink: str, weight: str = "normal") -> None:
    """Words left (0) or right (1) of the axes, right-aligned."""
    shift = (-10.0, 0.0) if side == 0 else (_COUNTS - 4, 0.0)
    axes.annotate(
        words, (side, at), shift, xycoords=axes.get_yaxis_transform(), textcoords="offset points", annotation_clip=False,
        ha="right", va="center", color=ink, fontsize=_SMALL, fontweight=weight,
    )  # fmt: skip


def _draw_dot(canvas: _Canvas, axes: Axes, line: _Line, dot: _Dot, at: float) -> None:
    alpha = 0.45 if line.faint else 1.0
    if dot.low is not None and dot.high is not None:
        axes.plot([dot.low, dot.high], [at, at], color=_stand_in(dot.engine), linewidth=1.4, alpha=alpha)
    words = f"{line.label}, {dot.name}: {_with_interval(dot.value, dot.low, dot.high)}"
    size = 6.5 if line.strong else 5.5
    axes.plot(
        [dot.value], [at], marker(dot.engine), color=_stand_in(dot.engine), markersize=size, alpha=alpha, markeredgewidth=0,
        clip_on=False, gid=canvas.tip(words),
    )  # fmt: skip


def _with_interval(value: float, low: float | None, high: float | None) -> str:
    return f"F1 {value:.3f}" if low is None or high is None else f"F1 {value:.3f} ({low:.3f} to {high:.3f})"


def _fields(report: Report) -> Plot:
    lines = list(_score_lines(report))
    about = "F1 by field and engine with 95 % intervals"
    caption = (
        "Each mark is an engine's F1 in a group (bold) or a field, with its 95 % interval; fields are sorted by the recommended "
        "engine, best first. At the right: how many values the labels have."
    )
    return Plot(
        "fields",
        "Where each engine is right",
        about,
        caption,
        _dot_plot(lines, len(report.engines), "values").svg("fields", about),
    )


_GROUP_LABELS = {"all": "all fields", "core": "core fields", "clinical": "clinical lists", "reasons": "reasons"}


def _score_lines(report: Report) -> Iterator[_Line]:
    best = report.engine(report.verdict.use)
    for index, name in enumerate(_GROUP_LABELS):
        yield _score_line(report, best.score(name), _GROUP_LABELS[name], strong=True, heading="" if index else "together")
    known = [s for s in best.fields if any(engine.score(s.name).f1 is not None for engine in report.engines)]
    ranked = sorted(known, key=lambda s: (-(s.f1 if s.f1 is not None else -1.0), s.name))
    for index, score in enumerate(ranked):
        yield _score_line(report, score, score.name, heading="" if index else "fields")


def _score_line(report: Report, score: Score, label: str, *, strong: bool = False, heading: str = "") -> _Line:
    scores = [(i, engine.name, engine.score(score.name)) for i, engine in enumerate(report.engines)]
    dots = tuple(_Dot(i, name, s.f1, s.low, s.high) for i, name, s in scores if s.f1 is not None)
    return _Line(label, f"{score.correct + score.wrong + score.missing:,}", dots, strong=strong, heading=heading)


def _slices(report: Report) -> Iterator[Plot]:
    """No plot where the letters are of one kind alone."""
    lines = list(_slice_lines(report))
    about = "Core F1 by slice and engine with 95 % intervals"
    caption = (
        "Core F1 of a part of the letters, over all splits; at the right how many letters. Faint rows have fewer than 30: their "
        f"intervals say little. Traps in fewer than {LEAST_LETTERS} letters stand in the table alone."
    )
    if lines:
        yield Plot(
            "slices",
            "Which letters are hard",
            about,
            caption,
            _dot_plot(lines, len(report.engines), "letters").svg("slices", about),
        )


_SLICE_ORDER = ("split", "layout", "items")


def _slice_lines(report: Report) -> Iterator[_Line]:
    parts = list(zip(*(engine.slices for engine in report.engines), strict=True))
    shown = [p for p in parts if not p[0].name.startswith("trap:") or p[0].letters >= LEAST_LETTERS]
    last = ""
    for part in sorted(shown, key=lambda p: _slice_rank(p[0])):
        kind = part[0].name.partition(":")[0]
        yield _slice_line(report, part, "" if kind == last else {"trap": "traps"}.get(kind, kind))
        last = kind


def _slice_rank(part: Slice) -> tuple[int, str, int, str]:
    kind = part.name.partition(":")[0]
    rank = _SLICE_ORDER.index(kind) if kind in _SLICE_ORDER else len(_SLICE_ORDER)
    return rank, kind, -part.letters if kind == "trap" else 0, f"{part.name}:{part.value}"


def _slice_line(report: Report, part: Sequence[Slice], heading: str) -> _Line:
    dots = tuple(
        _Dot(i, engine.name, s.core_f1, s.low, s.high)
        for i, (engine, s) in enumerate(zip(report.engines, part, strict=True))
        if s.core_f1 is not None
    )
    return _Line(slice_label(part[0].name, part[0].value), str(part[0].letters), dots, faint=part[0].warning, heading=heading)


def slice_label(name: str, value: str) -> str:
    """A slice in words, without its kind: a trap by its own name, a number of items as such, else the value."""
    if name.startswith("trap:"):
        return name.removeprefix("trap:").replace("_", " ") + ("" if value == "yes" else f": {value}")
    if name == "items":
        return f"{value} item{'' if value == '1' else 's'}"
    return value.replace("_", " ")
