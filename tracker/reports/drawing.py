"""The curve and the heat map for paper: the same numbers as on the page, as SVG with its own colours."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

from django.utils.formats import date_format
from django.utils.timezone import localtime

from tracker.pictures import Cell, Curve, HeatMap
from tracker.speaking import degrees, other_unit

INK, MUTED, LINE, INDIGO, GREEN, AMBER, RED = (
    *("#1e2140", "#5b5e78", "#e6dfd3", "#3b3f8f", "#2f6f63", "#a85c00", "#b3261e"),
)
LEVELS = {
    None: ("none", "#8d8799"),
    0: ("#eeebe4", INK),
    1: ("#f9deb0", "#4a2c00"),
    2: ("#eeaa3a", "#2d1e00"),
    3: (RED, "#ffffff"),
}
MOST_DAY_NAMES = 12


def curve_svg(curve: Curve, unit: str) -> str:
    """The temperature. Fever has a larger dot, so that colour never stands alone."""
    parts = [
        _line(curve.left, curve.right, line.place, LINE)
        + _text(0, line.place, 4, _degrees(line.words, unit), MUTED)
        for line in curve.degrees
    ]
    parts += [
        _text(line.place, curve.height - 4, 0, _day(line.words), MUTED, "middle")
        for line in _thinned(curve.days)
    ]
    parts.append(
        _line(curve.left, curve.right, curve.fever_y, AMBER, 'stroke-width="1.2" stroke-dasharray="6 4"')
    )
    for anchor in curve.anchors:
        parts.append(
            f'<line x1="{anchor.place}" x2="{anchor.place}" y1="{curve.top}" y2="{curve.floor}" stroke="{GREEN}"/>'
        )
        parts.append(_text(anchor.place, curve.top - 6, 0, str(anchor.words), GREEN, "middle"))
    parts += [f'<path d="{path}" fill="none" stroke="{INDIGO}" stroke-width="1.6"/>' for path in curve.paths]
    parts += [
        f'<circle cx="{p.x}" cy="{p.y}" r="{3.6 if p.is_fever else 2}" fill="{RED if p.is_fever else INDIGO}"/>'
        for p in curve.points
    ]
    return _svg(curve.width, curve.height, parts)


def heat_svg(heat: HeatMap) -> str:
    """Signs by day, each cell with its digit."""
    parts = [_text(x, 14, 0, date_format(day, "j"), MUTED, "middle", 8) for x, day in heat.days]
    for row in heat.rows:
        parts.append(_text(0, row.label_y, 0, row.name, INK, size=11))
        parts += [_cell(cell) for cell in row.cells]
    return _svg(heat.width, heat.height, parts)


def _cell(cell: Cell) -> str:
    """One height for all: in a month of columns a square would leave the row half empty."""
    fill, ink = LEVELS[cell.level]
    edge = f'stroke="{ink}" stroke-width="0.5" stroke-dasharray="2 2"' if cell.level is None else ""
    size, middle = float(cell.size), float(cell.y) + min(float(cell.size), 20) / 2
    box = f'<rect x="{cell.x}" y="{cell.y}" width="{size}" height="{min(size, 20)}" rx="2" fill="{fill}" {edge}/>'
    digit = _text(cell.middle, middle, 3, str(cell.level), ink, "middle", 8) if cell.level else ""
    return box + digit


def _degrees(celsius: object, unit: str) -> str:
    value = Decimal(str(celsius))
    return degrees(value, "C") if unit == "C" else other_unit(value, "C")


def _thinned(lines: Sequence[object]) -> Sequence[object]:
    return lines[:: max(1, -(-len(lines) // MOST_DAY_NAMES))]


def _day(at: object) -> str:
    return date_format(localtime(at), "j M")


def _line(x1: object, x2: object, y: object, colour: str, more: str = "") -> str:
    return f'<line x1="{x1}" x2="{x2}" y1="{y}" y2="{y}" stroke="{colour}" {more}/>'


def _text(
    x: object, y: object, down: int, words: str, colour: str, anchor: str = "start", size: int = 9
) -> str:
    place = f'x="{x}" y="{float(str(y)) + down}" text-anchor="{anchor}" font-size="{size}"'
    return f'<text {place} fill="{colour}">{escape(words)}</text>'


def _svg(width: int, height: int, parts: Iterable[str]) -> str:
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    font = 'font-family="Noto Sans, DejaVu Sans, Liberation Sans, Arial, sans-serif"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box} {font}>{"".join(parts)}</svg>'
