"""How hard the paper is to read: words and school grade of each section's running text."""

from __future__ import annotations

import re
import warnings

from whitepaper.markdown import AUTOLINK, BLANK, TAG, blanked, without_code
from whitepaper.model import Paper, Section

STRUCTURE = re.compile(r"^[ \t]*(?:#|[*+-][ \t]|\d+[.)][ \t]|\||!!!|\?\?\?|\[\^|>|\\|<).*$", re.M)


def running_text(section: Section) -> str:
    """A section's sentences: no headings, lists, tables, citations or marks, and of links the words alone."""
    bare = without_code(blanked(section.text, [(0, section.body)]))
    stretches = [(c.start, c.end) for c in section.citations if c.cites[0].mode != "narrative"] + [(m.start, m.end) for m in section.marks]
    text = blanked(bare, stretches)
    for citation in section.citations:
        if citation.cites[0].mode == "narrative":
            text = text[: citation.start] + "Author".ljust(citation.end - citation.start) + text[citation.end :]
    text = TAG.sub("", AUTOLINK.sub("", re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", STRUCTURE.sub("", text)))).replace(BLANK, "")
    text = re.sub(r"[*_]{1,3}|\{[^{}\n]*\}", "", text)
    return re.sub(r"[ \t]+", " ", re.sub(r"\s+([.,;:)])", r"\1", text)).strip()


def table(paper: Paper) -> str:
    """For each section in reading order its words and its grade (Flesch-Kincaid), as a table to print."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # textstat leans on a part of setuptools that says it is old
        import textstat

    rows = []
    for path in (step.path for step in paper.order):
        text = running_text(paper.sections[path])
        if len(text.split()) > 20:
            rows.append(f"{path:40} {len(text.split()):6} {textstat.flesch_kincaid_grade(text):6.1f}")
    return "\n".join([f"{'section':40} {'words':>6} {'grade':>6}", *rows])
