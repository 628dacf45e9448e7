"""YAML texts as records whose every field knows its line, and the faults of their form."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from whitepaper.model import Place, Problem

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TEXT = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping of a YAML text: values, and the line of each."""

    values: Mapping[str, Any]
    lines: Mapping[str, int]
    path: str
    line: int

    @property
    def place(self) -> Place:
        """Where the record begins."""
        return Place(self.path, self.line)

    def at(self, name: str) -> Place:
        """Where a field stands, or the record where it has no such field."""
        return Place(self.path, self.lines.get(name, self.line))


def load(path: str, text: str) -> tuple[Any, list[Problem]]:
    """What a YAML text holds, its mappings as records; or where it does not parse."""
    try:
        tree = yaml.compose(text, Loader=LOADER)
        return (_value(path, tree) if tree else None), []
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark else 0) + 1
        return None, [Problem(Place(path, line), f"does not parse: {error.problem}", "put text with ':' or '#' in it between quotes")]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return None, [Problem(Place(path, 1), f"does not parse: {str(error).splitlines()[0]}", "use plain YAML")]


def records(path: str, text: str, first: str) -> tuple[list[Record], list[Problem]]:
    """The records of a register, each beginning with the field `first`; or why it is none."""
    found, problems = load(path, text)
    if problems or found is None:
        return [], problems
    if not isinstance(found, list) or not all(isinstance(r, Record) for r in found):
        return [], [Problem(Place(path, 1), "is no list of records", f"begin each with '- {first}: …'")]
    return found, []


def _value(path: str, node: yaml.Node) -> Any:
    """A node as a record, a list or a plain value."""
    if isinstance(node, yaml.MappingNode):
        values = {str(k.value): _value(path, v) for k, v in node.value}
        return Record(values, {str(k.value): k.start_mark.line + 1 for k, _ in node.value}, path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_value(path, item) for item in node.value]
    if node.tag == TEXT:
        return node.value
    value = yaml.SafeLoader("").construct_object(node)
    return value.isoformat() if isinstance(value, datetime.date) else value


def words(record: Record, name: str, problems: list[Problem], needed: bool = True, scale: tuple[str, ...] = ()) -> str:
    """A field that must hold words, one of a scale if there is one."""
    value = record.values.get(name)
    if value is None or value == "":
        if needed:
            problems.append(Problem(record.at(name), f"has no {name}", f"add '{name}: …'" + (f", one of {', '.join(scale)}" if scale else "")))
        return ""
    if not isinstance(value, str):
        problems.append(Problem(record.at(name), f"{name} is '{_shown(value)}', which is no text", "put it between quotes"))
        return ""
    text = " ".join(value.split())
    if scale and text not in scale:
        problems.append(Problem(record.at(name), f"{name} is '{text}'", f"use one of {', '.join(scale)}"))
    return text


def several(record: Record, name: str, problems: list[Problem], needed: bool = True) -> tuple[str, ...]:
    """A field that must hold a list of words."""
    value = record.values.get(name)
    if value is None:
        if needed:
            problems.append(Problem(record.at(name), f"has no {name}", f"add '{name}: […]'"))
        return ()
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        problems.append(Problem(record.at(name), f"{name} is '{_shown(value)}', which is no list of words", f"write '{name}: [one, two]'"))
        return ()
    return tuple(" ".join(v.split()) for v in value)


def unknown(record: Record, known: tuple[str, ...]) -> list[Problem]:
    """The fields of a record that have no meaning."""
    return [Problem(record.at(n), f"has an unknown field '{n}'", f"use {', '.join(known)}") for n in record.values if n not in known]


def _shown(value: Any) -> str:
    return "a list" if isinstance(value, list) else "a record" if isinstance(value, Record) else str(value)
