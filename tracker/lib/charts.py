"""Where things stand in the heat map of signs and in the temperature curve, as numbers for SVG templates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

WIDTH = 336  # a phone's column; the picture is scaled where there is more room
LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 54, 68, 26, 24, 210  # at the right stands the last value, beside its dot
GAP = timedelta(hours=36)  # a longer silence breaks the curve
ROW, HEAD, CELL_TOP = 52, 24, 20
LETTER, LANE, APART = (
    7.2,
    15,
    8,
)  # of the name of an anchor: a letter's width at most, a line's height, room between two


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
    """A horizontal or vertical line with its words: a degree, a day."""

    place: str
    words: object


@dataclass(frozen=True)
class Anchor:
    """What was given: a line across the picture, and its name above, beside no other name."""

    place: str
    words: str
    middle: str  # of the name
    base: str


@dataclass(frozen=True)
class Curve:
    paths: tuple[str, ...]
    points: tuple[Point, ...]
    degrees: tuple[Line, ...]
    days: tuple[Line, ...]
    anchors: tuple[Anchor, ...]
    fever_y: str
    fever: Decimal
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    floor: int = HEIGHT - BOTTOM
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def last(self) -> Point | None:
        return self.points[-1] if self.points else None


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
    span = (last - first) / timedelta(hours=1) or 1

    def x(at: datetime) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((at - first) / timedelta(hours=1)) / span

    given = [(x(at), words) for at, words in anchors if first <= at <= last]
    lanes = _lanes(given)
    top = TOP + LANE * max(0, len(set(lanes)) - 1)
    floor = top + HEIGHT - TOP - BOTTOM

    def y(celsius: Decimal | int) -> float:
        return floor - (floor - top) * float(celsius - low) / (high - low)

    points = tuple(Point(_number(x(at)), _number(y(c)), at, c, c >= fever) for at, c in readings)
    middays = [first + timedelta(days=day) for day in range(0, max((last - first).days, 1), 2)]
    return Curve(
        paths=_paths(points),
        points=points,
        degrees=tuple(Line(_number(y(degree)), degree) for degree in range(low, high + 1)),
        days=tuple(Line(_number(x(day)), day) for day in middays),
        anchors=tuple(_anchor(*one, top - 6 - LANE * lane) for one, lane in zip(given, lanes, strict=True)),
        fever_y=_number(y(fever)),
        fever=fever,
        top=top,
        floor=floor,
        height=floor + BOTTOM,
    )


def _lanes(given: Sequence[tuple[float, str]]) -> list[int]:
    """For each name the lowest line above the picture in which no other one stands in its way."""
    lanes: list[int] = []
    for number, one in enumerate(given):
        taken = {lane for other, lane in zip(given[:number], lanes, strict=True) if _meet(one, other)}
        lanes.append(next(lane for lane in range(len(given)) if lane not in taken))
    return lanes


def _meet(one: tuple[float, str], other: tuple[float, str]) -> bool:
    room = (_wide(one[1]) + _wide(other[1])) / 2 + APART
    return abs(_middle(*one) - _middle(*other)) < room


def _wide(words: str) -> float:
    return len(words) * LETTER


def _middle(x: float, words: str) -> float:
    """Over its line, as far as the name then stays inside the picture."""
    half = min(_wide(words), WIDTH) / 2
    return min(max(x, half), WIDTH - half)


def _anchor(x: float, words: str, base: float) -> Anchor:
    return Anchor(_number(x), words, _number(_middle(x, words)), _number(base))


def _paths(points: Sequence[Point]) -> tuple[str, ...]:
    """One stroke for each run of readings without a long silence."""
    strokes: list[list[Point]] = []
    for point in points:
        if strokes and point.at - strokes[-1][-1].at <= GAP:
            strokes[-1].append(point)
        else:
            strokes.append([point])
    return tuple("M" + " L".join(f"{p.x} {p.y}" for p in stroke) for stroke in strokes if len(stroke) > 1)


def _number(value: float) -> str:
    """A number for SVG: a point, never a comma, whatever the language."""
    return f"{value:.1f}".removesuffix(".0")
