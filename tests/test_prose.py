"""How hard the paper is to read, and how long its sections are."""

from __future__ import annotations

import pytest
from conftest import ROOT

from whitepaper import prose, sections
from whitepaper.cache import Cache
from whitepaper.model import Paper
from whitepaper.read import Sources, read

CEILINGS = {
    "1-introduction": 2800,
    "2-neuroscience": 6500,
    "3-trauma-canada": 5500,
    "4-ethics": 4000,
    "5-access": 5000,
    "6-policy": 6000,
    "7-way-forward": 2800,
    "conclusion": 900,
}


@pytest.fixture(scope="module")
def paper() -> Paper:
    """The paper itself."""
    found, _, problems = read(Sources(ROOT), Cache())
    assert found, "\n".join(map(str, problems))
    return found


def test_running_text() -> None:
    """Running text is sentences alone: headings, lists, tables, code, citations and marks are left out, and of links the words stay."""
    text = """---
title: A
description: B
---

# A

One *plain* sentence [see @key, p. 3] with [words](b.md).
@keyed2020 found `code` much [C1.1].

- a list

| a | table |
|---|---|

\\exhibit{x}

    indented code
"""
    section, _ = sections.read("docs/a.md", text, ("\\bibliography", "\\full_bibliography"))
    assert section is not None
    assert " ".join(prose.running_text(section).split()) == "One plain sentence with words. Author found much."


def test_readable(paper: Paper) -> None:
    """No section is above grade 15, and none above its ceiling of words."""
    graded = {line.split()[0]: float(line.split()[2]) for line in prose.table(paper).splitlines()[1:]}
    assert len(graded) > 8
    assert {path: grade for path, grade in graded.items() if grade > 15} == {}
    for name, ceiling in CEILINGS.items():
        assert len(prose.running_text(paper.sections[f"docs/sections/{name}.md"]).split()) <= ceiling


def test_plain_language(paper: Paper) -> None:
    """The plain-language summary stays at school grade 8 or below."""
    import textstat

    text = prose.running_text(paper.sections["docs/plain-language.md"])
    assert len(text.split()) > 500
    assert textstat.flesch_kincaid_grade(text) <= 8


def test_minutes() -> None:
    """Minutes to read count the words of text and lists, not citations, at 238 a minute, and are never none."""
    head = "---\ntitle: A\ndescription: B\n---\n\n# A\n\n"
    for words, minutes in ((3, 1), (238 * 3, 3), (238 * 10, 10)):
        body = " ".join(["word"] * (words // 2)) + " [see @a, pp. 3-4; @b].\n\n- " + " ".join(["word"] * (words // 2)) + "\n"
        section, problems = sections.read("docs/a.md", head + body, ("\\bibliography", "\\full_bibliography"))
        assert section is not None, problems
        assert prose.minutes(section) == minutes
