"""Where things stand in the heat map of signs and in the temperature curve, as numbers for SVG templates."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

WIDTH = 336  # a phone's column; the picture is scaled where there is more room
LEFT, TOP, BOTTOM, HEIGHT = 54, 26, 24, 210
GAP = timedelta(hours=36)  # a longer silence breaks the curve
ROW, HEAD, CELL_TOP = 52, 24, 20
TEXT_LEFT, TEXT_RIGHT, TEXT_HEIGHT = -70, -6, 14  # where the words of the last point stand beside it
SHIFTS = (-10, 22, -18, 30, -26, 38, -34, 46, -42, 54, -50, 62, -58)  # the nearest first


@dataclass(frozen=True)
class Cell:
    """A sign on a day. `level` 0 not seen, 1 to 3 mild to severe, None where nothing was logged."""

    x: str
    y: str
    size: str
    middle: str
    base: str
    day: date
    level: int | None


@dataclass(frozen=True)
class HeatRow:
    name: str
    label_y: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class HeatMap:
    days: tuple[tuple[str, date], ...]
    rows: tuple[HeatRow, ...]
    height: int
    width: int = WIDTH


def heat_map(
    signs: Mapping[str, Mapping[date, int]], days: Sequence[date], logged: Iterable[date]
) -> HeatMap:
    """Signs by day. `signs`: name -> day -> level 1 to 3. `days`: oldest first. `logged`: with any log."""
    pitch, known = WIDTH / max(len(days), 1), set(logged)
    rows = []
    for number, (name, levels) in enumerate(signs.items()):
        top = HEAD + number * ROW
        cells = [
            _cell(column * pitch, top + CELL_TOP, pitch, day, levels.get(day, 0 if day in known else None))
            for column, day in enumerate(days)
        ]
        rows.append(HeatRow(name, _number(top + 14), tuple(cells)))
    heads = tuple((_number((column + 0.5) * pitch), day) for column, day in enumerate(days))
    return HeatMap(heads, tuple(rows), HEAD + len(rows) * ROW)


def _cell(x: float, y: float, pitch: float, day: date, level: int | None) -> Cell:
    size = pitch - 2
    middle = x + pitch / 2
    return Cell(
        _number(x + 1), _number(y), _number(size), _number(middle), _number(y + size / 2 + 5), day, level
    )


@dataclass(frozen=True)
class Point:
    x: str
    y: str
    at: datetime
    celsius: Decimal
    is_fever: bool


@dataclass(frozen=True)
class Line:
    """A horizontal or vertical line with its words: a degree, a day, the fever line, an infusion."""

    place: str
    words: object


@dataclass(frozen=True)
class Curve:
    paths: tuple[str, ...]
    points: tuple[Point, ...]
    degrees: tuple[Line, ...]
    days: tuple[Line, ...]
    anchors: tuple[Line, ...]
    fever_y: str
    fever: Decimal
    left: int = LEFT
    right: int = WIDTH
    top: int = TOP
    floor: int = HEIGHT - BOTTOM
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def last(self) -> Point | None:
        return self.points[-1] if self.points else None

    @property
    def last_shift(self) -> str:
        """How far below the last point its words stand (above: less than 0): where the fewest strokes cross them."""
        if self.last is None:
            return "0"
        x, y = float(self.last.x), float(self.last.y)
        drawn = [(float(px) - x, float(py) - y) for path in self.paths for px, py in along(path)]
        room = [shift for shift in SHIFTS if self.top <= y + shift - TEXT_HEIGHT and y + shift <= self.floor]
        crossed = {shift: sum(_is_on(dx, dy, shift) for dx, dy in drawn) for shift in room or SHIFTS}
        return _number(min(crossed, key=crossed.__getitem__))


def curve(
    readings: Sequence[tuple[datetime, Decimal]],
    anchors: Sequence[tuple[datetime, str]],
    first: datetime,
    last: datetime,
    fever: Decimal,
) -> Curve:
    """The temperature from `first` to `last`, in °C, oldest first. `anchors`: what was given, in words."""
    values = [celsius for _, celsius in readings] + [fever - 2, fever + 1]
    low, high = int(min(values)), int(max(values)) + 1
    span, floor = (last - first) / timedelta(hours=1) or 1, HEIGHT - BOTTOM

    def x(at: datetime) -> float:
        return LEFT + (WIDTH - LEFT - 8) * ((at - first) / timedelta(hours=1)) / span

    def y(celsius: Decimal | int) -> float:
        return floor - (floor - TOP) * float(celsius - low) / (high - low)

    points = tuple(Point(_number(x(at)), _number(y(c)), at, c, c >= fever) for at, c in readings)
    middays = [first + timedelta(days=day) for day in range(0, max((last - first).days, 1), 2)]
    return Curve(
        paths=_paths(points),
        points=points,
        degrees=tuple(Line(_number(y(degree)), degree) for degree in range(low, high + 1)),
        days=tuple(Line(_number(x(day)), day) for day in middays),
        anchors=tuple(Line(_number(x(at)), words) for at, words in anchors if first <= at <= last),
        fever_y=_number(y(fever)),
        fever=fever,
    )


def _paths(points: Sequence[Point]) -> tuple[str, ...]:
    """One stroke for each run of readings without a long silence."""
    strokes: list[list[Point]] = []
    for point in points:
        if strokes and point.at - strokes[-1][-1].at <= GAP:
            strokes[-1].append(point)
        else:
            strokes.append([point])
    return tuple("M" + " L".join(f"{p.x} {p.y}" for p in stroke) for stroke in strokes if len(stroke) > 1)


def along(path: str) -> Iterator[tuple[float, float]]:
    """Places on a stroke, less than a pixel apart from left to right or from top to bottom."""
    corners = [tuple(map(float, corner.split())) for corner in path.removeprefix("M").split(" L")]
    for (x, y), (next_x, next_y) in pairwise(corners):
        steps = int(max(abs(next_x - x), abs(next_y - y))) + 1
        for step in range(steps + 1):
            part = step / steps
            yield x + (next_x - x) * part, y + (next_y - y) * part


def _is_on(dx: float, dy: float, shift: float) -> bool:
    """Whether a place beside the last point lies on its words, which end a little left of it."""
    return TEXT_LEFT <= dx <= TEXT_RIGHT and shift - TEXT_HEIGHT <= dy <= shift + 3


def _number(value: float) -> str:
    """A number for SVG: a point, never a comma, whatever the language."""
    return f"{value:.1f}".removesuffix(".0")
