"""The words that the program shows a reader: one file a language, and none in the code."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

Words = Mapping[str, Any]


@cache
def words(language: str) -> dict[str, Any]:
    """All words of a language, by its tag: `en-CA` reads `en.yml`.

    Raises:
        FileNotFoundError: there is no such edition.
    """
    name = language.split("-")[0].lower() + ".yml"
    text = (resources.files(__package__) / name).read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def languages() -> tuple[str, ...]:
    """The languages that there are words for."""
    folder = resources.files(__package__)
    return tuple(sorted(f.name.removesuffix(".yml") for f in folder.iterdir() if f.name.endswith(".yml")))


def date(text: str, said: Words) -> str:
    """A date in words: '20 November 2026' for 2026-11-20, 'November 2026' for 2026-11; other text as it is."""
    parts = text.split("-")
    if not 2 <= len(parts) <= 3 or not all(p.isdigit() for p in parts) or not 1 <= int(parts[1]) <= 12:
        return text
    form = said["date"] if len(parts) == 3 else said["month"]
    return str(form).format(day=int(parts[-1]), month=said["months"][int(parts[1]) - 1], year=parts[0])


def day(text: str, said: Words) -> str | None:
    """A day in words as a date, '2026-11-20' for '20 November 2026'; None where it is none."""
    names = "|".join(map(re.escape, said["months"]))
    form = str(said["date"]).format(day=r"(?P<day>\d{1,2})", month=f"(?P<month>{names})", year=r"(?P<year>\d{4})")
    found = re.fullmatch(form, text)
    if found is None:
        return None
    year, month, number = int(found["year"]), said["months"].index(found["month"]) + 1, int(found["day"])
    return f"{year:04}-{month:02}-{number:02}" if 1 <= number <= monthrange(year, month)[1] else None
