"""Our labels, order and groups against pandoc's own, in one run over everything."""

from __future__ import annotations

import html
import re
import subprocess
import tempfile
from pathlib import Path

import pypandoc
import pytest
from conftest import ROOT
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from whitepaper import bibliography, citeproc, pages
from whitepaper.cache import Cache
from whitepaper.citeproc import Formatted, Style, format_works, read_style
from whitepaper.model import Citation, Cite, Paper
from whitepaper.read import Sources, read

STYLE = read_style("apa.csl", (ROOT / "styles" / "apa.csl").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def paper() -> tuple[Paper, Style, Formatted]:
    """The paper itself, formatted."""
    paper, style, problems = read(Sources(ROOT), Cache())
    assert not problems, "\n".join(map(str, problems))
    assert paper is not None
    assert style is not None
    return paper, style, bibliography.format_paper(paper, style, Cache())


def text(shown: str) -> str:
    """HTML as plain text."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", shown)).replace("\xa0", " ").split())


def test_labels_and_order_of_the_paper(paper: tuple[Paper, Style, Formatted]) -> None:
    """Batched, every label, year letter and entry of the paper, and their order, are those of one pandoc run over all."""
    whole, style, ours = paper
    works = [citeproc._prepared(r.csl) for key, r in sorted(whole.references.items()) if r.type not in ("legislation", "jurisdiction")]
    one = citeproc._parse(citeproc._citeproc(works, style, "en-CA"), [str(w["id"]) for w in works], style)
    assert {key: tuple(label) for key, label in one["labels"].items()} == {
        key: (v.author, v.delimiter, v.year) for key, v in ours.labels.items() if key in one["labels"]
    }
    assert {key: ours.entries[key] for key in one["entries"]} == one["entries"]
    # APA sorts letter by letter and leaves out a title's article; pandoc goes word by word: only plain surnames are alike
    named = {str(w["id"]) for w in works if w.get("author") and " " not in w["author"][0].get("family", " ")}
    assert len(named) > 100
    assert [key for key in ours.order if key in named] == [key for key in one["order"] if key in named]


def work(key: str, family: str, given: str, year: int, *more: str) -> dict[str, object]:
    """A work of a few authors."""
    authors = [{"family": family, "given": given}, *({"family": name, "given": "Q."} for name in more)]
    issued = {"date-parts": [[year]]}
    return {"id": key, "type": "article-journal", "title": f"Title {key}", "container-title": "J", "author": authors, "issued": issued}


names = st.sampled_from(["Li", "Abdallah", "Feder", "de Graaf", "Öst"])
drawn_work = st.tuples(names, st.sampled_from(["Ann", "Ben", "Ann B."]), st.integers(2017, 2019), st.lists(names, max_size=3))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(drawn_work, min_size=2, max_size=12))
def test_batches_change_no_label(drawn: list[tuple[str, str, int, list[str]]]) -> None:
    """However names and years collide, batches give the labels, entries and order of one run."""
    works = [work(f"k{n}", family, given, year, *more) for n, (family, given, year, more) in enumerate(drawn)]
    one = citeproc._parse(citeproc._citeproc(works, STYLE, "en-CA"), [str(w["id"]) for w in works], STYLE)
    sizes, (citeproc.ALONE, citeproc.SHARING) = (citeproc.ALONE, citeproc.SHARING), (2, 2)
    try:
        ours = format_works(works, [], STYLE, "en-CA", Cache())
    finally:
        citeproc.ALONE, citeproc.SHARING = sizes
    assert {k: (v.author, v.delimiter, v.year) for k, v in ours.labels.items()} == {k: tuple(v) for k, v in one["labels"].items()}
    assert ours.entries == one["entries"]


WORKS = [
    work("a", "Li", "Ann", 2017, "Feder", "Öst"),
    work("b", "Li", "Ann", 2019, "Feder", "Abdallah"),
    work("c", "Li", "Ben", 2017),
    work("d", "Feder", "Cy", 2018, "Li"),
    work("e", "Öst", "Di", 2018),
    work("f", "Öst", "Di", 2018),
]
FORMATTED = format_works(WORKS, [", p. 3", ", pp. 4-5", ", ch. 2"], STYLE, "en-CA", Cache())


def pandoc(markdown: str) -> str:
    """pandoc's own drawing of citations of WORKS, as plain text."""
    import json

    with tempfile.TemporaryDirectory() as folder:
        works = Path(folder) / "works.json"
        works.write_text(json.dumps(WORKS), encoding="utf-8")
        command = [pypandoc.get_pandoc_path(), "-f", "markdown", "-t", "html", "--wrap=none", "--citeproc", "--csl", str(ROOT / "styles" / "apa.csl")]
        nothing_else = "\n\n::: {#refs}\n:::\n\n" + " ".join(f"@{w['id']}" for w in WORKS)
        source = markdown + nothing_else
        done = subprocess.run([*command, "--bibliography", str(works), "-M", "lang=en-CA"], input=source, capture_output=True, text=True, check=True)
    return text(done.stdout.split("\n")[0])


def label(key: str, form: str) -> str:
    """A work's label, whole or its year alone."""
    found = FORMATTED.labels[key]
    return found.year if form == pages.YEAR else found.author + found.delimiter + found.year


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.permutations(["a", "b", "c", "d", "e", "f"]), st.integers(1, 5), st.sampled_from(["", "see ", "cf. "]))
def test_groups_as_pandoc_draws_them(keys: list[str], size: int, prefix: str) -> None:
    """A group of works is sorted and joined as pandoc does it; with words before a later work it keeps its order."""
    chosen = keys[:size]
    cites = [Cite(key, prefix.strip() if n == 1 else "") for n, key in enumerate(chosen)]
    citation = Citation(0, 0, 1, tuple(cites))
    parts = pages.citation_parts(citation, FORMATTED, lambda n, form: label(chosen[n], form))
    shown = pages.TOKEN.sub(lambda m: parts[int(m["part"])], pages.citation_text(citation, 0))
    source = "[" + "; ".join(f"{c.prefix} @{c.key}".strip() for c in cites) + "]"
    assume(not (prefix and size > 2))  # pandoc joins across the prefixed work; we keep each work's own words
    assume(not {"e", "f"} <= set(chosen) or chosen.index("e") < chosen.index("f"))  # pandoc leaves a before b as typed; we do not
    assert text(shown) == pandoc(source)


def test_another_author_date_style() -> None:
    """Another author–date style works as it is: its labels, delimiters and parentheses are taken from it."""
    csl = STYLE.text.replace('<group delimiter=", ">\n        <text macro="author-short"/>', '<group delimiter=" ">\n        <text macro="author-short"/>', 1)
    csl = csl.replace('prefix="(" suffix=")"', 'prefix="[" suffix="]"', 1)
    other = format_works(WORKS[:2], [], read_style("other.csl", csl), "en-CA", Cache())
    assert (other.labels["a"].author, other.labels["a"].delimiter, other.labels["a"].year) == ("Li et al.", " ", "2017")


def test_hostile_entries_stay_text() -> None:
    """Nothing in a bibliography becomes live markup."""
    hostile = [
        {**work("x", "<img src=x onerror=alert(1)>", "A", 2020), "title": "<script>alert(1)</script>", "URL": "javascript:alert(1)"},
        {
            **work("y", "B", "A", 2020),
            "title": 'a <a href="javascript:alert(1)" onclick="alert(1)">link</a> <i onclick="x">i</i>',
            "URL": 'https://x.ca/"onmouseover="alert(1)',
        },
    ]
    done = format_works(hostile, [], STYLE, "en-CA", Cache())
    for shown in [*done.entries.values(), *(label.author for label in done.labels.values())]:
        live = re.findall(r"<[a-zA-Z][^>]*>", shown)
        assert all(re.fullmatch(r'<(?:em|i|b|strong|sup|sub|a href="https?://[^"<>\s]*" rel="noopener")>', tag) for tag in live), live


def test_cache_is_by_content(tmp_path: Path) -> None:
    """A result kept is used only for the same works; a broken or deleted cache is only slower."""
    cache = Cache(tmp_path / "cache")
    first = format_works(WORKS, [", p. 3"], STYLE, "en-CA", cache)
    assert format_works(WORKS, [", p. 3"], STYLE, "en-CA", cache) == first
    changed = [{**WORKS[0], "title": "Another title"}, *WORKS[1:]]
    assert "Another title" in format_works(changed, [", p. 3"], STYLE, "en-CA", cache).entries["a"]
    for path in (tmp_path / "cache").glob("*.json"):
        path.write_text("{broken", encoding="utf-8")
    assert format_works(WORKS, [", p. 3"], STYLE, "en-CA", cache) == first


def test_begun_ahead() -> None:
    """Works whose formatting was begun ahead come out as those formatted on the spot, and are asked for once."""
    cache = Cache()
    citeproc.begin(WORKS, STYLE, "en-CA", cache)
    assert cache.coming
    assert format_works(WORKS, [", p. 3", ", pp. 4-5", ", ch. 2"], STYLE, "en-CA", cache) == FORMATTED
    assert not cache.coming
