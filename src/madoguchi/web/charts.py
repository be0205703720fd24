"""Geometry of the charts drawn on the server: numbers for the macros of components/charts.html."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 72, 16, 16, 40
SERIES_COLOURS = 6
MOST_TICKS = 6


def scale(largest: Any, smallest: Any = 0) -> dict[str, Any]:
    """A round axis from 0 (or below) to at least `largest`: {"low", "high", "ticks"}."""
    low, high = min(0.0, float(smallest)), max(0.0, float(largest))
    span = high - low or 1.0
    rough = span / (MOST_TICKS - 1)
    magnitude = 10 ** math.floor(math.log10(rough))
    step = next(
        factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough * 0.999
    )
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    ticks = [round(index * step, 10) for index in range(first, last + 1)]
    return {"low": ticks[0], "high": ticks[-1], "ticks": [_plain(tick) for tick in ticks]}


def bars(data: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Horizontal bars: each item with `percent` (0–100, one decimal) of the largest value."""
    largest = max((float(item["value"] or 0) for item in data), default=0) or 1
    return [
        {**item, "percent": round(max(float(item["value"] or 0), 0) / largest * 100, 1)}
        for item in data
    ]


def stacks(categories: Sequence[Any], series: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Horizontal stacks: per category its total and parts with `start` and `percent` of 100."""
    totals = [
        sum(float(line["values"][index] or 0) for line in series)
        for index in range(len(categories))
    ]
    largest = max(totals, default=0) or 1
    rows = []
    for index, category in enumerate(categories):
        start, parts = 0.0, []
        for number, line in enumerate(series):
            share = float(line["values"][index] or 0) / largest * 100
            parts.append(
                {
                    "start": round(start, 2),
                    "percent": round(share, 2),
                    "series": number % SERIES_COLOURS + 1,
                }
            )
            start += share
        rows.append({"label": category, "parts": parts, "total": _plain(totals[index])})
    return rows


def columns(categories: Sequence[Any], series: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Vertical (stacked) bars in a WIDTH × HEIGHT box: axis, slots with rectangles."""
    totals = [
        sum(float(line["values"][index] or 0) for line in series)
        for index in range(len(categories))
    ]
    axis = scale(max(totals, default=0))
    slot = (WIDTH - LEFT - RIGHT) / max(len(categories), 1)
    thick = min(slot * 0.64, 72)
    slots = []
    for index, category in enumerate(categories):
        middle, top, rectangles = LEFT + slot * (index + 0.5), _y(0, axis), []
        for number, line in enumerate(series):
            height = float(line["values"][index] or 0) / (axis["high"] - axis["low"]) * _inner()
            top -= height
            rectangles.append(
                {
                    "x": round(middle - thick / 2, 1),
                    "y": round(top, 1),
                    "width": round(thick, 1),
                    "height": round(height, 1),
                    "series": number % SERIES_COLOURS + 1,
                }
            )
        slots.append({"label": category, "x": round(middle, 1), "rectangles": rectangles})
    return _box(axis, slots, _label_step(len(categories)))


def lines(categories: Sequence[Any], series: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Lines in a WIDTH × HEIGHT box; a None value breaks its line."""
    values = [float(v) for line in series for v in line["values"] if v is not None]
    axis = scale(max(values, default=0), min(values, default=0))
    slot = (WIDTH - LEFT - RIGHT) / max(len(categories), 1)
    slots = [
        {"label": category, "x": round(LEFT + slot * (index + 0.5), 1)}
        for index, category in enumerate(categories)
    ]
    drawn = []
    for number, line in enumerate(series):
        points = [
            None if value is None else {"x": slots[index]["x"], "y": _y(float(value), axis)}
            for index, value in enumerate(line["values"])
        ]
        drawn.append(
            {
                "label": line["label"],
                "series": number % SERIES_COLOURS + 1,
                "points": [point for point in points if point],
                "path": _path(points),
            }
        )
    return {**_box(axis, slots, _label_step(len(categories))), "lines": drawn}


def _box(axis: Mapping[str, Any], slots: list[dict[str, Any]], step: int) -> dict[str, Any]:
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "bottom": HEIGHT - BOTTOM,
        "zero": _y(0, axis),
        "ticks": [{"value": tick, "y": _y(float(tick), axis)} for tick in axis["ticks"]],
        "slots": slots,
        "label_step": step,
    }


def _inner() -> float:
    return HEIGHT - TOP - BOTTOM


def _y(value: float, axis: Mapping[str, Any]) -> float:
    share = (value - float(axis["low"])) / (float(axis["high"]) - float(axis["low"]))
    return round(HEIGHT - BOTTOM - share * _inner(), 1)


def _path(points: Sequence[Mapping[str, float] | None]) -> str:
    parts, pen_down = [], False
    for point in points:
        if point is not None:
            parts.append(f"{'L' if pen_down else 'M'}{point['x']} {point['y']}")
        pen_down = point is not None
    return " ".join(parts)


def _label_step(count: int) -> int:
    """Every how many slots a label fits (about 12 across)."""
    return max(1, math.ceil(count / 12))


def _plain(number: float) -> Decimal | int:
    """Without binary noise and, when whole, without point: axis labels only, never money."""
    return int(number) if float(number).is_integer() else Decimal(repr(round(number, 6)))
