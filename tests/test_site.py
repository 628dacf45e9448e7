"""Built sites: the tiny one against golden fragments, the paper itself against its own promises."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import HERE, ROOT

from whitepaper.markdown import earlier_anchor

GOLDEN = HERE / "golden"
FRAGMENTS = yaml.safe_load((GOLDEN / "fragments.yml").read_text(encoding="utf-8"))


def pages(site: Path) -> dict[str, BeautifulSoup]:
    """Every page of a built site, parsed, by its path."""
    return {p.relative_to(site).as_posix(): BeautifulSoup(p.read_text(encoding="utf-8"), "html.parser") for p in sorted(site.rglob("*.html"))}


@pytest.mark.parametrize("name", FRAGMENTS)
def test_golden_fragment(name: str, tiny_site: Path) -> None:
    """A fragment of the tiny site is as it was when last looked at. UPDATE_GOLDEN=1 writes it anew."""
    page, selector = FRAGMENTS[name]
    found = BeautifulSoup((tiny_site / page).read_text(encoding="utf-8"), "html.parser").select_one(selector)
    assert found is not None, f"{page} has no {selector}"
    shown = re.sub(r"\n\s*\n+", "\n", found.prettify())
    path = GOLDEN / f"{name}.html"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("which", ["tiny_site", "paper_site"])
def test_no_raw_citation(which: str, request: pytest.FixtureRequest) -> None:
    """No page shows a citation, a claim or a command as it was typed, outside code."""
    for path, soup in pages(request.getfixturevalue(which)).items():
        for code in soup.select("code, pre, script, style"):
            code.decompose()
        text = soup.get_text()
        assert not re.search(r"\[[^\]]*(?<!\w)@\w|(?<![\w/.])@\w+\d{4}|\\(?:full_)?bibliography|\{id=|\{#|[\ue000\ue001]", text), path


@pytest.mark.parametrize("which", ["tiny_site", "paper_site"])
def test_every_link_leads_somewhere(which: str, request: pytest.FixtureRequest) -> None:
    """Every link within the site leads to a page that exists, and every anchor to an element that does."""
    site: Path = request.getfixturevalue(which)
    parsed = pages(site)
    ids = {path: {e["id"] for e in soup.select("[id]")} for path, soup in parsed.items()}
    checked = 0
    for path, soup in parsed.items():
        if path == "404.html":
            continue
        for link in soup.select("a[href]"):
            parts = urlsplit(str(link["href"]))
            if parts.scheme or parts.netloc:
                continue
            target = (site / path).parent / unquote(parts.path) if parts.path else site / path
            target = target / "index.html" if target.is_dir() else target
            assert target.exists(), f"{path}: {link['href']}"
            if parts.fragment and target.suffix == ".html":
                name = os.path.relpath(target, site)
                assert unquote(parts.fragment) in ids[name], f"{path}: {link['href']}"
                checked += 1
    assert checked > 20


@pytest.mark.parametrize("which", ["tiny_site", "paper_site"])
def test_ids_are_unique(which: str, request: pytest.FixtureRequest) -> None:
    """No page uses one id twice."""
    for path, soup in pages(request.getfixturevalue(which)).items():
        ids = [e["id"] for e in soup.select("[id]")]
        assert len(ids) == len(set(ids)), path


def test_earlier_anchors_hold(paper_site: Path) -> None:
    """Each numbered heading answers to the anchor it had on the earlier public paper's site."""
    soup = pages(paper_site)["sections/2-neuroscience/index.html"]
    heading = soup.select_one("[id='22-neuroplasticity-and-synaptogenesis']")
    assert heading is not None
    assert heading.select_one("[id='_2-2-neuroplasticity-and-synaptogenesis']") is not None
    assert earlier_anchor("In brief") is None
    assert soup.select_one("[id='25-synthesis-a-neurobiological-window-for-change']") is not None


def test_published_addresses_hold(paper_site: Path) -> None:
    """The addresses of the earlier public paper's sections are all there."""
    slugs = ["1-introduction", "2-neuroscience", "3-trauma-canada", "4-ethics", "5-access", "6-policy", "7-way-forward", "conclusion"]
    for address in ["", "summary", "references", *(f"sections/{s}" for s in slugs)]:
        assert (paper_site / address / "index.html").is_file(), address


@pytest.mark.parametrize("which", ["tiny_site", "paper_site"])
def test_terms_are_explained_once(which: str, request: pytest.FixtureRequest) -> None:
    """A page explains each term once, in running text only, with the meaning that the glossary gives; three pages explain none."""
    parsed = pages(request.getfixturevalue(which))
    glossary = {str(dt["id"]): dt.find_next_sibling("dd").get_text() for dt in parsed["glossary/index.html"].select("dl.wp-glossary dt")}
    met: set[str] = set()
    for path, soup in parsed.items():
        links = [str(link["href"]).split("#")[1] for link in soup.select("a.wp-term")]
        assert len(links) == len(set(links)), path
        assert not soup.select(":is(h1, h2, h3, h4, h5, h6, a, code, table, strong, blockquote, .wp-exhibit, .wp-records, .wp-sources) a.wp-term"), path
        meanings = {str(row["id"]).removeprefix("source-"): row.get_text() for row in soup.select("ul.wp-terms[hidden] > li")}
        assert set(meanings) == set(links), path
        assert all(glossary[term] in said for term, said in meanings.items()), path
        assert not (links and path.startswith(("glossary/", "references/", "help/")))
        met |= set(links)
    assert len(met) > len(glossary) * 0.9


def test_an_exhibit_shown_again_is_the_same(paper_site: Path) -> None:
    """Who decides what shows two tables of section 6 under their numbers, and references lead back to the tables' own place."""
    parsed = pages(paper_site)
    for name in ("jurisdictions", "provinces"):
        home, again = (parsed[f"{page}/index.html"].select_one(f"#exhibit-{name} table") for page in ("sections/6-policy", "jurisdictions"))
        assert home is not None
        assert again is not None
        assert home.get_text() == again.get_text()
        links = [str(a["href"]) for a in parsed["references/index.html"].select(f".wp-uses a[href*='#cite-{name}-']")]
        assert len(links) == len(home.select("tbody tr"))
        assert all(link.startswith("../sections/6-policy/#") for link in links)


def test_footer_follows_the_reading_order(paper_site: Path) -> None:
    """Next, pressed from the first page on, meets every page of the chain; Previous leads back; pages beside it have neither."""
    parsed = pages(paper_site)

    def neighbour(path: str, side: str) -> str | None:
        link = parsed[path].select_one(f"a.md-footer__link--{side}")
        return os.path.normpath(Path(path).parent / str(link["href"]) / "index.html") if link else None

    met = ["index.html"]
    while following := neighbour(met[-1], "next"):
        assert neighbour(following, "prev") == met[-1]
        met.append(following)
    assert met[-1] == "references/index.html"
    assert len(met) == len(set(met)) == 11
    assert neighbour("about/index.html", "next") is neighbour("about/index.html", "prev") is None


def test_titles_and_descriptions_are_unique(paper_site: Path) -> None:
    """Every page has one H1, and a title and description that no other page has."""
    parsed = {path: soup for path, soup in pages(paper_site).items() if path != "404.html"}
    titles = [soup.title.get_text() for soup in parsed.values() if soup.title]
    descriptions = [str(tag["content"]) for soup in parsed.values() for tag in soup.select("meta[name=description]")]
    assert len(set(titles)) == len(set(descriptions)) == len(parsed)
    assert all(len(soup.select("h1")) == 1 for soup in parsed.values())


def test_scripts_are_small() -> None:
    """As it is written, the preview's script takes at most 4 KB, all our script that a page loads at most 10, and what a search adds at most 2."""
    found = {p.name: p.read_bytes() for p in (ROOT / "whitepaper" / "theme").rglob("*.js")}
    assert len(found["preview.js"]) <= 4096
    assert sum(len(script) for name, script in found.items() if name != "search.js") <= 10_240
    assert len(found["search.js"]) <= 2048


def test_same_source_same_bytes(tiny_site: Path, tmp_path: Path) -> None:
    """A second build of the same paper gives the same site."""
    from conftest import TINY, build

    assert build(TINY, tmp_path / "again").returncode == 0
    for path in sorted(p for p in tiny_site.rglob("*") if p.is_file()):
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(tiny_site)).read_bytes(), path.name


def test_way_out(tiny: Path, tmp_path: Path) -> None:
    """The same configuration builds the same pages under ProperDocs."""
    from conftest import build

    for program in ("mkdocs", "properdocs"):
        done = build(tiny, tmp_path / program, program, "--strict")
        assert done.returncode == 0, done.stderr
    for page in sorted((tmp_path / "mkdocs").rglob("index.html")):
        other = tmp_path / "properdocs" / page.relative_to(tmp_path / "mkdocs")
        assert BeautifulSoup(page.read_text("utf-8"), "html.parser").article == BeautifulSoup(other.read_text("utf-8"), "html.parser").article


def test_built_where_mkdocs_yml_is_not(tiny: Path, tmp_path: Path) -> None:
    """The style and the bibliography are found from mkdocs.yml, wherever the build is started."""
    import subprocess
    import sys

    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(tiny / "mkdocs.yml"), "-d", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT / "tests", env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_section_shows_its_upkeep(paper_site: Path) -> None:
    """Each section says when it was read against its sources and when it last changed, and shows what the changelog says of that."""
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = sorted((ROOT / "docs" / "sections").glob("*.md"))
    for source in sections:
        page = BeautifulSoup((paper_site / "sections" / source.stem / "index.html").read_text(encoding="utf-8"), "html.parser")
        box = page.select_one("h1 + details.wp-upkeep")
        assert box is not None, source
        summary = box.select_one("summary")
        assert summary is not None and re.fullmatch(r"Read against its sources on \d+ \w+ \d{4} · last changed on \d+ \w+ \d{4}", summary.get_text().strip()), (
            source
        )
        entries = [li.get_text().partition(". ")[2] for li in box.select("li")]
        assert entries and all(entry[:60] in re.sub("[*`]", "", log) for entry in entries), source
        number = source.stem.partition("-")[0]
        assert any(re.search(rf"\b[Ss]ections? [^:]*\b{number}\b|\bC{number}\.\d|^Conclusion:", entry) for entry in entries), source
    assert len(sections) == 8
