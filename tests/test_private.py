"""What a reader's browser is asked to do: nothing elsewhere, nothing kept, and nothing that the paper's own data could make it run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import Reader, Serve, built, paths
from playwright.sync_api import Browser, Page, expect

from whitepaper.exports import policy

LISTEN = "addEventListener('securitypolicyviolation', e => console.error(`refused: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`))"
MIXED = "<img src=x onerror=\"document.body.dataset.live='1'\"><b class=hostile>'\">*x*</script><b class=hostile>"


def headers(site: Path) -> dict[str, str]:
    """The headers that `_headers` asks a host for."""
    rows = (site / "_headers").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "/*"
    return {name.strip(): value.strip() for name, value in (row.split(":", 1) for row in rows[1:])}


@pytest.fixture(scope="module")
def guarded(paper_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The paper with its policy written into it."""
    site = tmp_path_factory.mktemp("guarded") / "site"
    shutil.copytree(paper_site, site)
    policy.write(site)
    return site


@pytest.fixture(params=["meta", "header"])
def address(request: pytest.FixtureRequest, guarded: Path, paper_site: Path, serve: Serve) -> str:
    """The paper under its policy, given by meta elements alone or by headers alone."""
    return serve(guarded) if request.param == "meta" else serve(paper_site, headers(guarded))


@pytest.fixture
def reader(browser: Browser, address: str) -> Iterator[Reader]:
    """A reader of that paper, whose faults name what the policy refused."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, permissions=["clipboard-read", "clipboard-write"])
    context.add_init_script(LISTEN)
    yield Reader(context, address)
    context.close()


def kept(page: Page) -> set[str]:
    """What the browser keeps of the site: the names of all it stored, without the address that begins them, and cookies."""
    stored = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie]")
    return {name.split(".")[-1] for name in stored if name}


@pytest.mark.browser
def test_every_page_under_the_policy(reader: Reader, guarded: Path) -> None:
    """Every page loads whole under the policy, asks no other host for anything and keeps nothing; and what the policy forbids is refused."""
    for path in paths(guarded):
        page = reader.awake(path)
        assert page.evaluate("document.documentElement.matches('.js')"), path
        assert kept(page) == set(), path
        assert reader.faults == [], path
    assert page.context.cookies() == []
    live = "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.body.dataset.live=1\"><p style=\"color: red\">')"
    page.evaluate(live)
    page.wait_for_timeout(200)
    assert page.evaluate("document.body.dataset.live") is None
    assert {re.sub(r"refused: (\S+).*", r"\1", fault) for fault in reader.faults if fault.startswith("refused")} >= {"script-src-attr", "style-src-attr"}


@pytest.mark.browser
def test_everything_works_under_the_policy(reader: Reader) -> None:
    """Search, preview, choice of colours, copying, filters and menu work under the policy, and only the colours are kept."""
    page = reader.open("sections/2-neuroscience/")
    page.locator("a.citation").first.hover()
    expect(page.locator("#wp-preview")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Search", exact=True).click()
    page.keyboard.type("midazolam")
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("details.wp-cite summary").press("Enter")  # by key: what is far below moves while it is laid out
    page.locator(".wp-copy:visible").first.press("Enter")
    expect(page.locator(".wp-said")).to_have_text("Copied")
    page.get_by_role("radio", name="Colours of the system").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    assert kept(page) == {"__palette"}
    page = reader.open("claims/")
    page.locator(".wp-facets select").first.select_option(index=1)
    assert page.locator(".wp-record:visible").count() < page.locator(".wp-record").count()
    page.set_viewport_size({"width": 360, "height": 700})
    page.locator(".wp-menu").click()
    expect(page.locator(".md-sidebar--primary a.md-nav__link").first).to_be_in_viewport()
    assert reader.faults == []


def test_the_policy_is_tight(guarded: Path) -> None:
    """No page allows an inline script but by its hash, each page names just its own, and meta names nothing that it cannot carry."""
    every = headers(guarded)["Content-Security-Policy"]
    for path in guarded.rglob("*.html"):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        (meta,) = soup.select("meta[http-equiv=Content-Security-Policy]")
        assert meta.find_previous("script") is meta.find_previous("link") is None
        own = dict(rule.split(" ", 1) for rule in str(meta["content"]).split("; "))
        assert own["default-src"] == "'none'"
        assert not {"frame-ancestors", "report-uri", "sandbox"} & set(own)
        inline = [s for s in soup.select("script:not([src])") if s.get("type") in (None, "text/javascript", "module")]
        assert own["script-src"].count("sha256-") == len({s.string for s in inline}) > 0
        assert all(source in every for source in own["script-src"].split())
        assert not soup.select("style, [style]")
    assert "unsafe" not in every
    assert "frame-ancestors 'none'" in every


def test_make_site_writes_the_policy(tiny: Path) -> None:
    """`make site` writes the policy into every page and `_headers`; a plain build, which serving also is, writes none."""
    assert subprocess.run([sys.executable, "-m", "whitepaper", "site"], cwd=tiny, capture_output=True, check=False).returncode == 0
    pages = [p.read_text(encoding="utf-8") for p in (tiny / "site").rglob("*.html")]
    assert all(page.count("Content-Security-Policy") == 1 for page in pages)
    assert "script-src 'self' 'sha256-" in headers(tiny / "site")["Content-Security-Policy"]
    plain = built(tiny, tiny / "plain")
    assert not (plain / "_headers").exists()
    assert "Content-Security-Policy" not in (plain / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("which", ["tiny_site", "paper_site"])
def test_links_elsewhere_hand_over_nothing(which: str, request: pytest.FixtureRequest) -> None:
    """Every link to another site has rel=noopener."""
    site: Path = request.getfixturevalue(which)
    links = [a for p in site.rglob("*.html") for a in BeautifulSoup(p.read_text(encoding="utf-8"), "html.parser").select("a[href^=http]")]
    assert links
    assert [str(a) for a in links if "noopener" not in (a.get("rel") or [])] == []


TEX = r"{\textless}img src=x onerror=document.body.dataset.live=1{\textgreater} {$<$}b class=hostile{$>$} &lt;b class=hostile&gt; [a](https://x.example) *x*"
SPIKES = {
    "data/claims.yml": {
        "statement": "The largest trial missed its primary outcome.", "reason": "One trial, lowered for imprecision.",
        "change": "A larger trial that meets its primary outcome.",
    },
    "data/recommendations.yml": {
        "statement": "Health Canada should fund an adequately blinded trial.", "actor": "Health Canada", "why": "The evidence is of low certainty.",
        "instrument": "A grant.", "equity": "It would recruit where care is scarce.", "resources": "One trial's cost.", "indicator": "The trial is registered.",
    },
    "data/trials.yml": {
        "caption": "Two trials.", "note": "The scales differ.", "source": "Abstracts.", "label": "Trial", "description": "Its name.", "unit": "people",
        "trial": "Crossover",
    },
    "data/pooled.yml": {"caption": "The effect shrinks.", "note": "Pooled.", "source": "A review.", "label": "Comparison"},
    "data/glossary.yml": {"term": "effect size", "definition": "How large a difference is, whatever the scale it was measured on."},
    "publication.yml": {"title": "The Tiny Paper", "subtitle": "A site for tests", "abstract": "A paper <small> enough to test everything with."},
}  # fmt: skip
IN_BIB = {
    "Efficacy of intravenous ketamine": f"Efficacy of intravenous ketamine {TEX}",
    "{JAMA Psychiatry}": f"{{JAMA {TEX}}}",
    "Parides, Michael K.": r"Parides{\textless}b class=hostile{\textgreater}, Michael K.",
    "{Carter v Canada (Attorney General)}": f"{{Carter {TEX}}}",
    "{2015 SCC 5}": f"{{2015 SCC 5 {TEX}}}",
    "https://doi.org/10.1111/tiny.33": 'https://doi.org/"onmouseover="document.body.dataset.live=1',
    "https://example.org/sor-2025-242": 'https://example.org/\'"onmouseover="document.body.dataset.live=1',
}


def replaced(path: Path, changes: Mapping[str, str]) -> None:
    """Replace the first of each text in a file that holds it."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, (path.name, old)
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def hostile(tiny: Path, tmp_path: Path) -> Path:
    """The tiny paper, built from data that would run script wherever it became markup."""
    quoted = MIXED.replace("'", "''")
    for name, fields in SPIKES.items():
        replaced(tiny / name, {f"{field}: {value}": f"{field}: '{value.replace(chr(39), chr(39) * 2)} {quoted}'" for field, value in fields.items()})
    replaced(tiny / "data" / "pooled.yml", {"label: All controls": f"label: '{quoted}'", "label: Hedges g": f"label: '{quoted}'"})
    replaced(tiny / "data" / "glossary.yml", {"forms: [effect sizes": "forms: [effect size, effect sizes"})
    replaced(tiny / "references.bib", IN_BIB)
    return built(tiny, tmp_path / "hostile")


@pytest.mark.browser
def test_data_never_becomes_markup(hostile: Path, browser: Browser, serve: Serve) -> None:
    """Hostile text in the bibliography, claims, recommendations, exhibits, glossary and record is shown as text on every page and in previews."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    reader = Reader(context, serve(hostile))
    shown = {}
    found = """() => ({live: document.body.dataset.live, made: document.querySelectorAll('.hostile, [onerror], [onmouseover], img[src="x"]').length,
        shown: document.documentElement.textContent.split('class=hostile').length - 1})"""
    for path in paths(hostile):
        page = reader.open(path)
        links = page.locator("a.citation, a.wp-term")
        for n in range(min(links.count(), 12)):
            links.nth(n).focus()
        state = page.evaluate(found)
        assert (state.get("live"), state["made"]) == (None, 0), path
        shown[path] = state["shown"]
    reader.open("about/").get_by_role("button", name="Search", exact=True).click()
    for query in ("hostile", "primary", "intravenous", "carter", "effect"):
        page.locator(".md-search__input").fill("")
        page.locator(".md-search__input").press_sequentially(query)
        expect(page.locator(".md-search-result__item").first).to_contain_text("hostile")
        assert page.evaluate(found)["made"] == 0, query
    spread = ("", "references/", "claims/", "recommendations/", "evidence/", "glossary/", "sections/1-first/", "404.html")
    assert {path: shown[path] for path in spread if shown[path] < 2} == {}
    assert reader.faults == []
    context.close()
