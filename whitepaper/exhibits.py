"""One YAML text of `data/` → one exhibit, or what is wrong with it."""

from __future__ import annotations

import re
from typing import Any

from whitepaper import data
from whitepaper.data import Record
from whitepaper.model import Cell, Column, Exhibit, Place, Problem

KINDS = ("table", "figure", "both")
TYPES = ("text", "integer", "number", "boolean", "reference")
FIELDS = ("kind", "caption", "note", "source", "date", "alternative", "columns", "rows")
COLUMN = ("name", "label", "type", "unit", "range", "description")
ABSENT = ("not reported", "not seen")


def read(path: str, text: str) -> tuple[Exhibit | None, list[Problem]]:
    """The exhibit that a text holds, and its problems."""
    found, problems = data.load(path, text)
    if problems:
        return None, problems
    if not isinstance(found, Record):
        return None, [Problem(Place(path, 1), "is no record", f"give {', '.join(FIELDS)}")]
    problems = data.unknown(found, FIELDS)
    kind = data.words(found, "kind", problems, scale=KINDS)
    caption, note, source, date = (data.words(found, n, problems) for n in ("caption", "note", "source", "date"))
    alternative = data.words(found, "alternative", problems, needed=False)
    if kind in ("figure", "both") and not alternative:
        problems.append(
            Problem(found.at("alternative"), "is a figure without a text alternative", "add 'alternative: …', what the figure shows with its numbers")
        )
    columns = _columns(found, problems)
    rows, lines = _rows(found, columns, problems)
    names = {c.name for c in columns}
    if kind in ("figure", "both") and columns and not any({f"{n}_low", f"{n}_high"} <= names for n in names):
        problems.append(
            Problem(found.at("kind"), "is a figure, and no column has an interval to draw", "add the columns 'x', 'x_low' and 'x_high', or make it a table")
        )
    name = path.rsplit("/", 1)[-1].removesuffix(".yml")
    return Exhibit(name, kind, caption, note, source, date, alternative, columns, rows, lines, Place(path, 1)), problems


def _columns(found: Record, problems: list[Problem]) -> tuple[Column, ...]:
    """The columns of an exhibit."""
    records = found.values.get("columns")
    if not isinstance(records, list) or not records or not all(isinstance(r, Record) for r in records):
        problems.append(Problem(found.at("columns"), "has no columns", "add 'columns:', a list of name, label, type, unit and description"))
        return ()
    done: list[Column] = []
    for r in records:
        problems += data.unknown(r, COLUMN)
        name = data.words(r, "name", problems)
        if name and (not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in {c.name for c in done}):
            problems.append(Problem(r.at("name"), f"has a column named '{name}'", "name each column once, in small letters, digits and '_'"))
        kind = data.words(r, "type", problems, scale=TYPES)
        unit = data.words(r, "unit", problems, needed=False)
        if kind in ("integer", "number") and not unit:
            problems.append(Problem(r.at("unit"), f"the column '{name}' has no unit", "add 'unit: …' ('1' for a pure ratio)"))
        low, high = _range(r, name, problems)
        done.append(Column(name, data.words(r, "label", problems), kind, data.words(r, "description", problems), unit, low, high))
    if not any(c.type == "reference" for c in done):
        problems.append(Problem(found.at("columns"), "has no column of type reference", "add one, so that every row names its source"))
    return tuple(done)


def _range(r: Record, name: str, problems: list[Problem]) -> tuple[float | None, float | None]:
    value = r.values.get("range")
    if value is None:
        return None, None
    if isinstance(value, list) and len(value) == 2 and all(_numeric(v) for v in value) and value[0] <= value[1]:
        return value[0], value[1]
    problems.append(Problem(r.at("range"), f"the column '{name}' has a range that is none", "write 'range: [0, 1000]'"))
    return None, None


def _numeric(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _rows(found: Record, columns: tuple[Column, ...], problems: list[Problem]) -> tuple[tuple[tuple[Cell, ...], ...], tuple[int, ...]]:
    """The rows of an exhibit, each with its line."""
    records = found.values.get("rows")
    if not isinstance(records, list) or not records or not all(isinstance(r, Record) for r in records):
        problems.append(Problem(found.at("rows"), "has no rows", "add 'rows:', a list of records with every column"))
        return (), ()
    rows, lines = [], []
    for r in records:
        known = {c.name for c in columns}
        for name in [*(n for n in known if n not in r.values), *(n for n in r.values if n not in known)]:
            what = f"has a row with '{name}', which is no column" if name in r.values else f"has a row without '{name}'"
            problems.append(Problem(r.at(name), what, "make columns and rows agree; an empty cell says 'not reported' or 'not seen'"))
        rows.append(tuple(_cell(r, c, problems) if c.name in r.values else "" for c in columns))
        lines.append(r.line)
        if known <= set(r.values):
            _intervals(r, columns, problems)
    return tuple(rows), tuple(lines)


def _cell(r: Record, column: Column, problems: list[Problem]) -> Cell:
    """A value, of its column's type and within its range."""
    value = r.values[column.name]
    wanted = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "text": "text", "reference": "a citation key"}.get(
        column.type, "text"
    )
    fits = {
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": _numeric(value),
        "boolean": isinstance(value, bool),
    }.get(column.type, isinstance(value, str) and value.strip() != "")
    if value in ABSENT and column.type != "reference":
        return str(value)
    if not fits:
        problems.append(
            Problem(r.at(column.name), f"'{column.name}' is '{value if value is not None else ''}'", f"give {wanted}, or 'not reported' or 'not seen'")
        )
        return ""
    if _numeric(value) and ((column.low is not None and value < column.low) or (column.high is not None and value > column.high)):
        problems.append(
            Problem(r.at(column.name), f"'{column.name}' is {value}, outside {column.low} to {column.high}", "mend the value, or the column's range")
        )
    return " ".join(value.split()) if isinstance(value, str) else value


def _intervals(r: Record, columns: tuple[Column, ...], problems: list[Problem]) -> None:
    """Whether each interval holds its estimate."""
    for column in columns:
        values = [r.values.get(column.name + end) for end in ("_low", "", "_high")]
        numbers: list[float] = [v for v in values if v is not None and _numeric(v)]
        if f"{column.name}_low" in r.values and numbers != sorted(numbers):
            low, estimate, high = values
            problems.append(
                Problem(r.at(column.name), f"'{column.name}' is {estimate}, and its interval is {low} to {high}", "make the interval hold its estimate")
            )
