"""Cases: what an editor is told, the reading order, citations as drawn, and entries as read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from conftest import cases, write

from whitepaper import bibliography, pages, references
from whitepaper.cache import Cache
from whitepaper.language import words
from whitepaper.read import Sources, read


@pytest.mark.parametrize("case", cases("problems"))
def test_problems(case: dict[str, Any], tiny: Path) -> None:
    """A faulty paper gives these problems, all at once, sorted, and no others."""
    write(tiny, case.get("files", {}), case.get("latin"))
    style = case.get("style", "styles/apa.csl")
    paper, _, problems = read(Sources(tiny, style=style), Cache())
    assert [str(p) for p in problems] == case["problems"]
    assert (paper is None) == bool(case["problems"])


@pytest.mark.parametrize("case", cases("order"))
def test_reading_order(case: dict[str, Any], tiny: Path) -> None:
    """Pages with these `prev` and `next` make this reading order, with these labels."""
    write(tiny, case["files"])
    paper, _, problems = read(Sources(tiny), Cache())
    assert not problems
    assert paper is not None
    order = [[step.path.removeprefix("docs/"), (step.prev or ("", ""))[1], (step.next or ("", ""))[1]] for step in paper.order]
    assert order == case["result"]


@pytest.mark.parametrize("case", cases("citations"))
def test_citations(case: dict[str, Any], tiny: Path) -> None:
    """A text's citations are drawn so; links are shown as «label → key»."""
    body = "---\ntitle: About\ndescription: A page.\n---\n\n# About\n\n" + case["text"]
    write(tiny, {"docs/about.md": body, **case.get("files", {})})
    paper, style, problems = read(Sources(tiny), Cache())
    assert not problems, "\n".join(map(str, problems))
    assert paper is not None
    assert style is not None
    drawing = bibliography.drawing(paper, style, words("en"), Cache())
    text = pages.with_citations(pages.draw("docs/about.md", drawing), "docs/about.md", drawing, lambda path: path)
    text = pages.with_list(text, "docs/about.md", drawing, lambda path: path)
    drawn = text.split("# About\n\n", 1)[1].split("\n\n## Sources cited here", 1)[0]
    shown = re.sub(r'<a class="citation" id="[^"]*" href="docs/references\.md#ref-([^"]*)">(.*?)</a>', r"«\2 → \1»", drawn)
    assert shown.strip() == case["result"].strip()


@pytest.mark.parametrize("case", cases("references"))
def test_references(case: dict[str, Any]) -> None:
    """A bibliography's text gives these entries, as CSL-JSON holds them, or these problems."""
    found, problems = references.read("references.bib", case["text"])
    works, unreadable = references.with_works(found, Cache())
    assert [str(p) for p in sorted(problems + unreadable)] == case.get("problems", [])
    for key, fields in case.get("result", {}).items():
        work = next(r for r in works if r.key == key)
        have = {**work.fields, **work.csl}
        assert {name: have.get(name) for name in fields} == fields
