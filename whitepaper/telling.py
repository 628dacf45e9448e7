"""Telling an editor what is wrong: a line each and the count; on GitHub, a note on the very line as well."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from whitepaper.model import Problem


def annotation(problem: Problem) -> str:
    """A problem as GitHub's workflow command, which puts it beside its line.

    >>> from whitepaper.model import Place
    >>> annotation(Problem(Place("docs/a.md", 3), "is 40% more", "say of what"))
    '::error file=docs/a.md,line=3::is 40%25 more; say of what'
    """
    path = _escaped(problem.place.path).replace(":", "%3A").replace(",", "%2C")
    return f"::error file={path},line={problem.place.line}::{_escaped(f'{problem.what}; {problem.mend}')}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def tell(problems: Sequence[Problem]) -> None:
    """Print every problem and their count to standard error."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        print(*(annotation(p) for p in problems), sep="\n", flush=True)
    lines = [str(p) for p in problems]
    print(*lines, f"{len(lines)} problem{'s' if len(lines) != 1 else ''}", sep="\n", file=sys.stderr, flush=True)
