"""The curve and the heat map for paper: the numbers of the pages' pictures, wider, as SVG with its own colours."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from django.utils.timezone import localtime

from tracker.assessment.wording import degrees, other_unit
from tracker.lib.charts import WIDTH, Cell, Curve, HeatMap
from tracker.lib.hours import date_format

PAPER = 720  # as wide as the text of a page
INK, MUTED, LINE = "#1e2140", "#5b5e78", "#e6dfd3"
INDIGO, GREEN, AMBER, RED = "#3b3f8f", "#2f6f63", "#a85c00", "#b3261e"
LEVELS = {
    None: ("none", "#8d8799"),
    0: ("#eeebe4", INK),
    1: ("#f9deb0", "#4a2c00"),
    2: ("#eeaa3a", "#2d1e00"),
    3: (RED, "#ffffff"),
}
STRETCH = PAPER / WIDTH
MOST_DAY_NAMES = 12
NAMES, ROW, HEAD, WIDEST = 150, 22, 18, 19  # of the heat map: column of names, height of a row, of a cell


def curve_svg(curve: Curve, unit: str) -> str:
    """The temperature. Fever has a larger dot, so that colour never stands alone."""
    left, right = _x(curve.left), _x(curve.right)
    parts = [
        f'<line x1="{left}" x2="{right}" y1="{one.place}" y2="{one.place}" stroke="{LINE}"/>'
        + _text(0, _down(one.place, 4), in_unit(one.words, unit), MUTED)
        for one in curve.degrees
    ]
    parts += [
        _text(_x(one.place), curve.height - 4, _day(one.words), MUTED, "middle")
        for one in curve.days[:: max(1, -(-len(curve.days) // MOST_DAY_NAMES))]
    ]
    dashes = f'stroke="{AMBER}" stroke-width="1.2" stroke-dasharray="6 4"'
    parts.append(f'<line x1="{left}" x2="{right}" y1="{curve.fever_y}" y2="{curve.fever_y}" {dashes}/>')
    for one in curve.anchors:
        x = _x(one.place)
        parts.append(f'<line x1="{x}" x2="{x}" y1="{curve.top}" y2="{curve.floor}" stroke="{GREEN}"/>')
        parts.append(_text(_x(one.middle), _down(one.base, 0), one.words, GREEN, "middle"))
    strokes = [f'd="{_stretched(path)}" fill="none" stroke="{INDIGO}"' for path in curve.paths]
    parts += [f'<path {stroke} stroke-width="1.4"/>' for stroke in strokes]
    parts += [
        f'<circle cx="{_x(p.x)}" cy="{p.y}" r="{4 if p.is_fever else 2}" fill="{RED if p.is_fever else INDIGO}"/>'
        for p in curve.points
    ]
    if last := curve.last:
        parts.append(_text(_x(last.x) + 8, _down(last.y, 4), in_unit(last.celsius, unit), INK, size=11))
    return _svg(PAPER, curve.height, parts)


def heat_svg(heat: HeatMap) -> str:
    """Signs by day, each cell with its digit, each row beside its name."""
    pitch = min(WIDEST, (PAPER - NAMES) / len(heat.days))
    parts = [
        _text(NAMES + (n + 0.5) * pitch, 12, date_format(day, "j"), MUTED, "middle", 8)
        for n, (_place, day) in enumerate(heat.days)
    ]
    for n, row in enumerate(heat.rows):
        top = HEAD + n * ROW
        parts.append(_text(0, top + 13, row.name, INK, size=10))
        parts += [_cell(cell, NAMES + column * pitch, top, pitch) for column, cell in enumerate(row.cells)]
    return _svg(PAPER, HEAD + len(heat.rows) * ROW, parts)


def in_unit(celsius: object, unit: str) -> str:
    """A temperature in °C, written in the family's unit and never rounded across a line of the rules."""
    value = Decimal(str(celsius))
    return degrees(value, "C") if unit == "C" else other_unit(value, "C")


def _cell(cell: Cell, x: float, top: float, pitch: float) -> str:
    fill, ink = LEVELS[cell.level]
    edge = f'stroke="{ink}" stroke-width="0.5" stroke-dasharray="2 2"' if cell.level is None else ""
    size = pitch - 2
    box = f'<rect x="{x + 1:.1f}" y="{top}" width="{size:.1f}" height="{WIDEST - 2}" rx="3" fill="{fill}" {edge}/>'
    return box + (_text(x + pitch / 2, top + 12, str(cell.level), ink, "middle", 9) if cell.level else "")


def _x(place: object) -> float:
    return round(float(str(place)) * STRETCH, 1)


def _down(place: object, by: float) -> float:
    return float(str(place)) + by


def _stretched(path: str) -> str:
    """ "M1 2 L3 4" in the paper's width."""
    points = [point.split() for point in path.removeprefix("M").split(" L")]
    return "M" + " L".join(f"{_x(x)} {y}" for x, y in points)


def _day(at: Any) -> str:
    return date_format(localtime(at), "j M")


def _text(x: float, y: float, words: str, colour: str, anchor: str = "start", size: int = 9) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
    return f'<text {place} fill="{colour}">{escape(words)}</text>'


def _svg(width: int, height: int, parts: Iterable[str]) -> str:
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    font = 'font-family="Noto Sans, DejaVu Sans, Liberation Sans, Arial, sans-serif"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box} {font}>{"".join(parts)}</svg>'
