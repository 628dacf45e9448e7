"""`data/claims.yml` and `data/recommendations.yml`: one text → claims or recommendations, and the faults of their form."""

from __future__ import annotations

import re
from typing import Any

from whitepaper import data
from whitepaper.data import Record
from whitepaper.model import Claim, Problem, Recommendation

CERTAINTIES = ("high", "moderate", "low", "very low", "documented", "judgement")
ABOUT = ("people", "animals", "law", "services")
STRENGTHS = ("strong", "conditional")
HORIZONS = ("12 months", "3 years", "5 years")
CLAIM = ("number", "section", "statement", "certainty", "about", "reason", "supports", "contradicts", "premises", "change", "asof", "reviewed_for")
RECOMMENDATION = ("number", "statement", "strength", "why", "actor", "instrument", "horizon", "claims", "equity", "resources", "indicator")
NUMBERED = {"C": re.compile(r"C\d+\.\d+"), "R": re.compile(r"R\d+")}


def _number(record: Record, letter: str, seen: dict[str, Any], problems: list[Problem]) -> str:
    number = data.words(record, "number", problems)
    if number and not NUMBERED[letter].fullmatch(number):
        problems.append(Problem(record.at("number"), f"number is '{number}'", f"write it as {'C2.4' if letter == 'C' else 'R3'}"))
    elif number in seen:
        problems.append(
            Problem(
                record.at("number"), f"the number '{number}' is used twice, first in line {seen[number].place.line}", "give the new one a number of its own"
            )
        )
    return number


def claims(path: str, text: str) -> tuple[dict[str, Claim], list[Problem]]:
    """The claims by number."""
    records, problems = data.records(path, text, "number")
    done: dict[str, Claim] = {}
    for r in records:
        problems += data.unknown(r, CLAIM)
        certainty = data.words(r, "certainty", problems, scale=CERTAINTIES)
        claim = Claim(
            _number(r, "C", done, problems), data.words(r, "section", problems), data.words(r, "statement", problems), certainty,
            data.words(r, "about", problems, scale=ABOUT), data.words(r, "reason", problems), data.several(r, "supports", problems),
            data.several(r, "contradicts", problems, needed=False), data.several(r, "premises", problems, needed=False),
            data.words(r, "change", problems), data.words(r, "asof", problems),
            data.several(r, "reviewed_for", problems, needed=False), r.place,
        )  # fmt: skip
        done.setdefault(claim.number, claim)
    return done, problems


def recommendations(path: str, text: str) -> tuple[dict[str, Recommendation], list[Problem]]:
    """The recommendations by number."""
    records, problems = data.records(path, text, "number")
    done: dict[str, Recommendation] = {}
    for r in records:
        problems += data.unknown(r, RECOMMENDATION)
        number = _number(r, "R", done, problems)
        statement = data.words(r, "statement", problems)
        strength = data.words(r, "strength", problems, scale=STRENGTHS)
        rest = {n: data.words(r, n, problems) for n in ("why", "actor", "instrument", "equity", "resources", "indicator")}
        horizon = data.words(r, "horizon", problems, scale=HORIZONS)
        claims = data.several(r, "claims", problems)
        done.setdefault(number, Recommendation(number=number, statement=statement, strength=strength, horizon=horizon, claims=claims, place=r.place, **rest))
    return done, problems
