"""The data that readers take away: read back with others' readers, and equal to the YAML it came from."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import ROOT, TINY
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from whitepaper import exhibits, glossary, registers
from whitepaper.model import Problem

REGISTERS = ("claims", "recommendations", "glossary", "words", "verification")  # what is no exhibit


@pytest.mark.parametrize(("which", "root"), [("tiny_site", TINY), ("paper_site", ROOT)])
def test_csv_is_the_yaml(which: str, root: Path, request: pytest.FixtureRequest) -> None:
    """Every exhibit's CSV, read back, holds the rows of its YAML, and nothing else."""
    site: Path = request.getfixturevalue(which)
    names = [p.stem for p in sorted((root / "data").glob("*.yml")) if p.stem not in REGISTERS]
    assert sorted(p.stem for p in (site / "data").glob("*.csv")) == names
    for name in names:
        source = yaml.safe_load((root / "data" / f"{name}.yml").read_text(encoding="utf-8"))
        rows = list(csv.DictReader(io.StringIO((site / "data" / f"{name}.csv").read_bytes().decode())))
        assert [list(row) for row in rows] == [[c["name"] for c in source["columns"]]] * len(source["rows"])
        for row, original in zip(rows, source["rows"], strict=True):
            for key, value in row.items():
                kept = original[key]
                if isinstance(kept, bool):
                    assert value == str(kept).lower()
                elif isinstance(kept, (int, float)):
                    assert float(value) == kept
                else:
                    assert value == " ".join(str(kept).split())


@pytest.mark.parametrize("which", ["tiny_site", "paper_site"])
def test_json_keeps_to_its_schema(which: str, request: pytest.FixtureRequest) -> None:
    """The JSON of exhibits and registers is valid by the JSON Schemas that stand beside it."""
    folder: Path = request.getfixturevalue(which) / "data"
    schemas = {p.name: json.loads(p.read_text(encoding="utf-8")) for p in folder.glob("*.schema.json")}
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    checked = 0
    for path in folder.glob("*.json"):
        if path.name.endswith(".schema.json"):
            continue
        schema = schemas.get(f"{path.stem}.schema.json", schemas["exhibit.schema.json"])
        Draft202012Validator(schema).validate(json.loads(path.read_text(encoding="utf-8")))
        checked += 1
    assert checked >= 4
    with pytest.raises(Exception, match="lowish"):
        Draft202012Validator(schemas["claims.schema.json"]).validate([{"certainty": "lowish"}])


@pytest.mark.parametrize("which", ["tiny_site", "paper_site"])
def test_tables_and_figures_are_accessible(which: str, request: pytest.FixtureRequest) -> None:
    """Tables have caption and scoped headers, figures a title and a long description, real text, the page's colours and under 60 KB."""
    site: Path = request.getfixturevalue(which)
    tables = figures = 0
    for page in site.rglob("*.html"):
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        for table in soup.select("table.wp-table"):
            tables += 1
            assert table.caption
            assert all(cell.get("scope") == "col" for cell in table.select("thead th"))
            assert all(row.select_one("th[scope=row]") for row in table.select("tbody tr"))
            assert all(cell.get("data-label") for cell in table.select("tbody th, tbody td"))
        for svg in soup.select("svg.wp-svg"):
            figures += 1
            assert svg.find("title").get_text()
            assert len(svg.find("desc").get_text()) > 40
            assert len(svg.select("text")) > 5
            assert len(str(svg)) < 60_000
            assert not [e for e in svg.select("[fill], [stroke]") for a in ("fill", "stroke") if e.get(a, "none") not in ("none", "currentColor")]
    assert tables >= 2
    assert figures >= 1


def test_every_claim_and_exhibit_is_reached(paper_site: Path) -> None:
    """Each claim, recommendation and exhibit has its permanent anchor, and each exhibit stands on the evidence page."""
    claims = yaml.safe_load((ROOT / "data" / "claims.yml").read_text(encoding="utf-8"))
    recommendations = yaml.safe_load((ROOT / "data" / "recommendations.yml").read_text(encoding="utf-8"))
    for page, items in (("claims", claims), ("recommendations", recommendations)):
        soup = BeautifulSoup((paper_site / page / "index.html").read_text(encoding="utf-8"), "html.parser")
        assert [a["id"] for a in soup.select("article.wp-record")] == [item["number"] for item in items]
    evidence = (paper_site / "evidence" / "index.html").read_text(encoding="utf-8")
    for path in (ROOT / "data").glob("*.yml"):
        assert path.stem in REGISTERS or f"#exhibit-{path.stem}" in evidence


YAML = tuple("""
- |number: |C1.1|section: |certainty: |low|  |supports: |[|]|a, b|{|}|:|'|#|&a|*a|!!int x|kind: |table|columns:
|rows:|name: |type: |term: |forms: |group: |number|range: [0, 1]|1|null|>|é|
""".split("|"))  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(YAML), st.text(max_size=4)), max_size=30).map("".join))
def test_no_data_raises(text: str) -> None:
    """Any text gives claims, recommendations, terms or an exhibit, and problems."""
    for found, problems in (
        registers.claims("a.yml", text),
        registers.recommendations("a.yml", text),
        glossary.read("a.yml", text),
        exhibits.read("a.yml", text),
    ):
        assert found is not None or problems
        assert all(isinstance(p, Problem) for p in problems)
