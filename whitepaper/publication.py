"""`publication.yml`: who, what and when. No date of the paper comes from the clock."""

from __future__ import annotations

import datetime
from typing import Any

import yaml

from whitepaper.language import languages
from whitepaper.model import Place, Problem, Publication

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FIELDS = ("title", "subtitle", "version", "date", "language", "licence")


def read(path: str, text: str) -> tuple[Publication | None, list[Problem]]:
    """The record that a text holds, or what is wrong with it."""
    try:
        tree = yaml.compose(text, Loader=LOADER)
        values = yaml.load(text, Loader=LOADER)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        what = f"does not parse: {getattr(error, 'problem', None) or str(error).splitlines()[0]}"
        return None, [Problem(Place(path, mark.line + 1 if mark else 1), what, "write 'name: value' lines")]
    if not isinstance(values, dict) or not isinstance(tree, yaml.MappingNode):
        return None, [Problem(Place(path, 1), "is not a list of 'name: value' lines", f"give {', '.join(FIELDS)}")]
    lines = {key.value: key.start_mark.line + 1 for key, _ in tree.value}
    problems = [Problem(Place(path, 1), f"has no {name}", f"add '{name}: …'") for name in FIELDS if values.get(name) in (None, "")]
    problems += [Problem(Place(path, lines[n]), f"has an unknown field '{n}'", f"use {', '.join(FIELDS)}") for n in lines if n not in FIELDS]
    record = {name: _text(values.get(name)) for name in FIELDS}
    if record["date"] and not _is_date(record["date"]):
        problems.append(Problem(Place(path, lines["date"]), f"date is '{record['date']}'", "write it as 2026-11-21"))
    if record["language"] and record["language"].split("-")[0].lower() not in languages():
        what = f"language is '{record['language']}', which has no words"
        problems.append(Problem(Place(path, lines["language"]), what, f"use {' or '.join(languages())}, or add whitepaper/language/{record['language']}.yml"))
    return (None if problems else Publication(**record)), problems


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str(value or "").strip()


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
