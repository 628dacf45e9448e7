r"""What a section draws from data: `[C2.4]`, `[R3]`, `\exhibit{trials}`, `\again{trials}`, `\see{trials}`, `\claims` and other lists."""

from __future__ import annotations

import re

from whitepaper.markdown import line_of
from whitepaper.model import Mark

MARK = re.compile(
    r"(?<!\\)\[(?P<number>C\d+\.\d+|R\d+)\](?![(\[:])"
    r"|(?<![\w\\])\\(?P<command>exhibit|again|see)\{(?P<name>[^{}\n]*)\}"
    r"|(?<![\w\\])\\(?P<list>claims|recommendations|exhibits|readings|glossary|documents|changes|cite-this|cite-part)\b(?![{-])"
)


def recognise(visible: str, body: int) -> tuple[Mark, ...]:
    """Every mark of a section, in order. `visible` is its text with code, links and tags blanked."""
    done = []
    for m in MARK.finditer(visible, body):
        if m["number"]:
            kind, name = ("claim" if m["number"][0] == "C" else "recommendation"), m["number"]
        elif m["command"]:
            kind, name = m["command"], m["name"].strip()
        else:
            kind, name = "list", m["list"]
        done.append(Mark(kind, name, line_of(visible, m.start()), m.start(), m.end()))
    return tuple(done)
