"""The paper as people meet it who use a keyboard, a screen reader, a large zoom, their own colours, paper or no script."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import axe_playwright_python
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, Reader, Serve, paths
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
STANDARD = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")  # WCAG 2.0 to 2.2, A and AA
COLOURS = ("color-contrast", "link-in-text-block")  # the rules that hang on colours
FOCUSED = """() => {
    const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
    const seen = e.matches(".md-option") ? e.nextElementSibling : e, ring = getComputedStyle(seen), at = seen.getBoundingClientRect();
    return {
        name: (e.getAttribute("aria-label") || e.textContent).trim().slice(0, 60), tag: e.tagName, href: e.getAttribute("href"),
        inside: at.right > 0 && at.left < innerWidth && at.bottom > 0 && at.top < innerHeight && at.width > 0,
        ring: ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2, shown: style.visibility === "visible",
    };
}"""


def violations(page: Page, only: Sequence[str] = STANDARD, without: Sequence[str] = ()) -> list[str]:
    """What axe-core finds on a page as it stands, by all rules of the standard or by these, and without those."""
    page.evaluate(AXE)
    rules = {rule: {"enabled": False} for rule in without}
    found = page.evaluate("options => axe.run(document, options)", {"runOnly": list(only), "resultTypes": ["violations"], "rules": rules})
    return [f"{v['id']}: {node['html'][:200]}" for v in found["violations"] for node in v["nodes"]]


def thin(page: Page) -> None:
    """Take out of a page what is alike: of the entries, records, paragraphs and rows that hold the same elements of the same classes, one stays."""
    page.evaluate("""() => {
        const met = new Set();
        for (const e of document.querySelectorAll('.wp-list > li, .wp-sources > li, .wp-record, .wp-run > p, .wp-table tbody > tr')) {
            const held = [e, ...e.querySelectorAll('*')].map(n => `${n.tagName} ${n.getAttribute('class') ?? ''}`.replace(/wp-lines-\\d+/, ''));
            const kind = [...new Set(held)].sort().join();
            if (met.has(kind)) e.remove(); else met.add(kind);
        }
    }""")


@pytest.fixture
def narrow(browser: Browser, paper_site: Path, serve: Serve) -> Iterator[Reader]:
    """A reader at 320 CSS pixels, which is what 1280 leave at a zoom of 400 percent."""
    context = browser.new_context(viewport={"width": 320, "height": 256})
    yield Reader(context, serve(paper_site))
    context.close()


@pytest.fixture
def wide(browser: Browser, paper_site: Path, serve: Serve) -> Iterator[Reader]:
    """A reader at 1280 CSS pixels."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Reader(context, serve(paper_site))
    context.close()


@pytest.mark.parametrize("width", [1280, 320])
def test_no_violation(width: int, browser: Browser, paper_site: Path, serve: Serve) -> None:
    """axe-core finds nothing against WCAG 2.2 AA on any page, in both schemes, wide and narrow; and it does find a fault put there.

    Of what is alike, hundreds of entries and paragraphs on some pages, one stands for all; but wide and light every one is looked at,
    except for contrast, which hangs on the classes of an element and takes nine tenths of the time. Dark pages differ in colours alone.
    Wide pages are as they stand once their reader has moved, narrow ones as they are before.
    """
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="light", reduced_motion="reduce"
    )  # so that no colour fades into another
    reader = Reader(context, serve(paper_site))
    faults = {}
    for path in paths(paper_site):
        page = reader.awake(path) if width == 1280 else reader.open(path)
        faults[path] = violations(page, STANDARD, without=COLOURS) if width == 1280 else []
        thin(page)
        faults[path] += violations(page, COLOURS if width == 1280 else STANDARD)
        page.emulate_media(color_scheme="dark")
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
        faults[path] += violations(page, COLOURS)
        page.emulate_media(color_scheme="light")
    assert {path: found for path, found in faults.items() if found} == {}
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"x.png\"><p style=\"color: #ccc; background: #fff\">Pale</p>')")
    assert {v.split(":")[0] for v in violations(page)} == {"image-alt", "color-contrast"}
    context.close()


def test_no_violation_with_all_open(wide: Reader, narrow: Reader) -> None:
    """Nor with the preview of a citation, the search and its results, the menu or the contents open."""
    page = wide.open("sections/2-neuroscience/")
    page.locator("a.citation").first.focus()
    expect(page.locator("#wp-preview")).to_be_visible()
    thin(page)
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator(".wp-search").click()
    page.keyboard.type("midazolam")
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    assert violations(page) == []
    page = narrow.open("sections/1-introduction/")
    thin(page)
    page.locator(".wp-contents summary").click()
    assert violations(page) == []
    page.locator(".wp-menu").click()
    expect(page.locator(".md-sidebar--primary a.md-nav__link").first).to_be_in_viewport()
    assert violations(page) == []


@pytest.mark.parametrize("width", [1280, 320])
def test_skip_link_then_help(width: int, browser: Browser, paper_site: Path, serve: Serve) -> None:
    """The first stop of the keyboard on every page is the link to its text, the second is help; on the page of the 404 help is the first."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    reader = Reader(context, serve(paper_site))
    for path in paths(paper_site):
        page = reader.open(path)
        page.keyboard.press("Tab")
        if path != "404.html":
            first = page.evaluate(FOCUSED)
            assert (first["name"], first["inside"], first["ring"]) == ("Skip to content", True, True), path
            page.keyboard.press("Tab")
        second = page.evaluate(FOCUSED)
        assert (second["name"], second["inside"], second["ring"]) == ("Get help now", True, True), path
    page = reader.open("sections/2-neuroscience/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/help/")
    context.close()


@pytest.mark.parametrize(("width", "path"), [(1280, "sections/1-introduction/"), (320, "sections/conclusion/")])
def test_every_stop_is_seen(width: int, path: str, browser: Browser, paper_site: Path, serve: Serve) -> None:
    """Tabbed through from top to end, every stop stands in the window with a ring around it, and none is met twice in a row."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = Reader(context, serve(paper_site)).open(path)
    stops = []
    for _ in range(2000):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["tag"] == "BODY":
            break
        stops.append(stop)
        assert stop["inside"], stop
        assert stop["ring"], stop
        assert stop["shown"], stop
    else:
        pytest.fail("the keyboard never came to the end of the page")
    names = [s["name"] for s in stops]
    assert "Menu" in names if width == 320 else "2. The Neuroscience of Ketamine" in names
    assert {"Search", "Colours of the system", "About"} <= set(names)
    context.close()


def test_menu_by_keyboard(narrow: Reader) -> None:
    """The menu says whether it is open, takes the focus, keeps it while open, and gives it back on Escape."""
    page = narrow.open("sections/1-introduction/")
    menu = page.get_by_role("button", name="Menu")
    assert menu.get_attribute("aria-expanded") == "false"
    for key in ("Enter", " "):
        menu.focus()
        page.keyboard.press(key)
        assert menu.get_attribute("aria-expanded") == "true"
        for _ in range(40):
            assert page.evaluate("document.activeElement === document.body || document.activeElement.closest('.md-sidebar--primary') !== null")
            page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        assert menu.get_attribute("aria-expanded") == "false"
        assert page.evaluate("document.activeElement.matches('.wp-menu')")
        expect(page.locator(".md-sidebar--primary a.md-nav__link").first).to_be_hidden()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="4. Ethical Dimensions").press("Enter")
    page.wait_for_url("**/sections/4-ethics/")
    assert narrow.faults == []


@pytest.mark.parametrize("width", [1280, 320])
def test_search_by_keyboard(width: int, browser: Browser, paper_site: Path, serve: Serve) -> None:
    """The search opens from its button, says how many pages it found, closes with Escape, and gives the focus back."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    reader = Reader(context, serve(paper_site))
    page = reader.open("sections/1-introduction/")
    button = page.get_by_role("button", name="Search")
    button.press("Enter")
    expect(page.locator(".md-search__input")).to_be_focused()
    page.keyboard.type("midazolam")
    expect(page.get_by_role("status").filter(has_text=re.compile(r"\d+ matching documents"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(page.locator(".md-search__output")).to_be_hidden()
    button.press("Enter")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.activeElement.matches('.md-search-result__link')")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    button.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?h="))
    assert reader.faults == []
    context.close()


def test_no_single_letter_is_a_shortcut(wide: Reader) -> None:
    """A letter pressed, or spoken to a computer that types it, neither leaves the page nor opens the search (WCAG 2.1.4)."""
    page = wide.open("sections/2-neuroscience/")
    for key in "pnfs,./":
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.url.endswith("/sections/2-neuroscience/")
    assert page.evaluate("document.activeElement === document.body")


def test_colours_are_chosen_by_keyboard(wide: Reader) -> None:
    """The switch of colours is a group of three that says which holds, and the choice outlives the page."""
    page = wide.open("")
    group = page.get_by_role("radiogroup", name="Colours")
    assert group.get_by_role("radio").count() == 3
    group.get_by_role("radio", name="Colours of the system").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(group.get_by_role("radio", name="Dark colours")).to_be_checked()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    wide.open("about/")
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"


def test_colours_of_the_system(browser: Browser, paper_site: Path, serve: Serve) -> None:
    """Before any move of the reader a page has the system's colours, follows them, and shows which choice holds; a chosen one stands against them."""
    context = browser.new_context(color_scheme="dark")
    reader = Reader(context, serve(paper_site))
    page = reader.open("")
    body = page.locator("body")
    assert body.get_attribute("data-md-color-scheme") == "slate"
    expect(page.get_by_title("Colours of the system")).to_be_visible()
    page.emulate_media(color_scheme="light")
    expect(body).to_have_attribute("data-md-color-scheme", "default")
    page.get_by_title("Colours of the system").click()
    expect(page.get_by_title("Light colours")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    assert reader.open("about/").locator("body").get_attribute("data-md-color-scheme") == "default"
    assert reader.faults == []
    context.close()


def test_zoom_without_loss(narrow: Reader, paper_site: Path) -> None:
    """At 320 by 256 pixels no page scrolls sideways and no text is cut off; a table in the text may scroll by itself; the header goes away."""
    cut = """() => [...document.querySelectorAll(".md-content *, .md-footer *")].filter(e => {
        const s = getComputedStyle(e);
        const own = e.closest("svg, pre, thead, .md-typeset__scrollwrap") || s.display === "inline" || s.position === "absolute";
        return !own && e.checkVisibility() && e.scrollWidth > e.clientWidth + 1;
    }).map(e => e.outerHTML.slice(0, 120))"""
    for path in paths(paper_site):
        page = narrow.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        assert page.evaluate(cut) == [], path
        assert page.locator(".md-header").evaluate("e => getComputedStyle(e).position") == "static"


def test_text_spacing_of_ones_own(narrow: Reader) -> None:
    """A reader's own spacing of lines, words and letters loses nothing (WCAG 1.4.12)."""
    page = narrow.open("sections/2-neuroscience/")
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    expect(page.get_by_role("link", name="Get help now")).to_be_in_viewport(ratio=1)


def test_measured_line(wide: Reader) -> None:
    """A full line of the text holds about 65 characters."""
    page = wide.open("sections/1-introduction/")
    counts = page.locator(".md-content p:not([class])").evaluate_all("""all => all.flatMap(p => {
        const lines = p.getClientRects()[0].height / parseFloat(getComputedStyle(p).lineHeight);
        return lines >= 4 ? [p.textContent.length / lines] : [];
    })""")
    assert len(counts) > 10
    assert 55 <= sorted(counts)[len(counts) // 2] <= 70


def test_motion_and_forced_colours(browser: Browser, paper_site: Path, serve: Serve) -> None:
    """Nothing moves for those who asked for stillness; in forced colours focus, badges and progress are still seen."""
    context = browser.new_context(reduced_motion="reduce", forced_colors="active")
    page = Reader(context, serve(paper_site)).open("sections/2-neuroscience/")
    moving = """() => [...document.querySelectorAll("*")].map(e => getComputedStyle(e))
        .filter(s => s.animationName !== "none" || parseFloat(s.transitionDuration) > 0).length"""
    assert page.evaluate(moving) == 0
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["ring"]
    for selector in (".wp-badge", ".wp-progress i", ".wp-help"):
        assert page.locator(selector).first.evaluate("e => getComputedStyle(e).borderTopStyle !== 'none'"), selector
    here, ahead = (page.locator(f".wp-progress {s}").first.evaluate("e => getComputedStyle(e).backgroundColor") for s in (".wp-here", "i:last-child"))
    assert here != ahead
    context.close()


def test_targets_are_large(narrow: Reader, paper_site: Path) -> None:
    """Whatever stands by itself to be pressed is at least 24 by 24 CSS pixels: menus, contents, header, foot, summaries, headings' links."""
    narrow.page.set_viewport_size({"width": 320, "height": 800})
    selectors = ".md-header a, .md-header button, .md-header label, .md-footer a, summary, .wp-contents a, .headerlink, .wp-filter label, select"
    for path in paths(paper_site):
        page = narrow.open(path)
        page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        small = page.locator(selectors).evaluate_all("""all => all.filter(e => e.checkVisibility({visibilityProperty: true})).filter(e => {
            const box = e.getBoundingClientRect(); return box.width < 24 || box.height < 24 }).map(e => e.outerHTML.slice(0, 90))""")
        assert small == [], path


def test_structure(paper_site: Path) -> None:
    """Headings skip no level; tables have header cells, those from data a caption and row headers; figures have a text; pages name their language."""
    for path in sorted(paper_site.rglob("*.html")):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        levels = [int(h.name[1]) for h in soup.select("article :is(h1, h2, h3, h4, h5, h6)")]
        assert levels[0] == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), path
        assert str(soup.html and soup.html.get("lang", "")).startswith("en"), path
        assert all(table.select("thead th") for table in soup.select("table")), path
        for table in soup.select("table.wp-table"):
            assert table.caption and table.caption.get_text(strip=True), path
            assert table.select("thead th[scope=col]"), path
            assert all(row.select("th[scope=row]") for row in table.select("tbody tr")), path
        for drawing in soup.select("svg[role=img]"):
            named = [soup.find(id=name) for name in str(drawing["aria-labelledby"]).split()]
            assert all(e and len(e.get_text(strip=True)) > 20 for e in named), path
        assert all(image.has_attr("alt") for image in soup.select("img")), path


def test_all_without_javascript(browser: Browser, paper_site: Path, serve: Serve) -> None:
    """Without script every page shows what it shows with it: text, references, records, tables, figures, menu; downloads arrive."""
    plain, scripted = browser.new_context(java_script_enabled=False), browser.new_context()
    address = serve(paper_site)
    without, having = Reader(plain, address), Reader(scripted, address)
    shown = """() => [".md-content", "table", "svg.wp-svg", ".wp-record", ".wp-list > li", ".wp-sources > li"].map(selector =>
        [selector, [...document.querySelectorAll(selector)].filter(e => e.checkVisibility({visibilityProperty: true})).length])"""
    for path in paths(paper_site):
        one, other = without.open(path), having.open(path)
        assert one.evaluate(shown) == other.evaluate(shown), path
        words, all_words = (" ".join((p.locator(".md-content").text_content() or "").split()) for p in (one, other))
        assert len(words) >= 0.99 * len(all_words) - 200, path
        links = one.locator("a[download]").evaluate_all("all => all.map(e => e.href)")
        assert all((paper_site / unquote(link.removeprefix(address)).strip("/")).is_file() for link in links), path
        assert all(plain.request.get(link).ok for link in links[:3])
    plain.close()
    scripted.close()


@pytest.mark.parametrize("width", [1280, 320])
def test_menu_without_javascript(width: int, browser: Browser, paper_site: Path, serve: Serve) -> None:
    """Without script the menu leads to the list of pages, by keyboard too, and dark colours follow the system."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 700}, color_scheme="dark")
    page = Reader(context, serve(paper_site)).open("sections/1-introduction/")
    if width == 320:
        page.locator(".wp-menu").press("Enter")
    expect(page.locator(".md-sidebar--primary a", has_text="4. Ethical Dimensions")).to_be_in_viewport()
    page.locator(".md-sidebar--primary a", has_text="4. Ethical Dimensions").press("Enter")
    page.wait_for_url("**/sections/4-ethics/")
    assert page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(21, 25, 27)"
    context.close()


def luminance(colour: str) -> float:
    """The relative luminance of a colour such as `#1d2528`, as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return sum(w * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for w, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_design_is_as_described() -> None:
    """The colours that DESIGN.md lists are those of the style sheet, and their contrast is what it says."""
    style = (ROOT / "whitepaper" / "theme" / "assets" / "look.css").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [\w, ]+ \| `(--[\w-]+)` \| `(#\w+)` \| ([\d.]*) ?\| `(#\w+)` \| ([\d.]*) ?\|$", (ROOT / "DESIGN.md").read_text("utf-8"), re.M)
    assert len(rows) == 7
    _, light, _, dark, _ = rows[0]
    for variable, one, on_light, other, on_dark in rows:
        assert f"{variable}: {one};" in style
        assert style.count(f"{variable}: {other};") == 2, f"{variable}: with script and without"
        for colour, paper, said in ((one, light, on_light), (other, dark, on_dark)):
            assert not said or abs(contrast(colour, paper) - float(said)) < 0.06, colour


def test_place_in_the_reading_order(paper_site: Path) -> None:
    """Each section says which of the eight it is and how long it takes; each page of the order shows how far along it is."""

    def running(path: str) -> BeautifulSoup | None:
        soup = BeautifulSoup((paper_site / path / "index.html").read_text(encoding="utf-8"), "html.parser")
        found = soup.select_one(".wp-running")
        return BeautifulSoup(str(found), "html.parser") if found else None

    second = running("sections/2-neuroscience")
    assert second is not None
    assert re.match(r"Section 2 of 8 · about \d+ minutes to read", second.get_text())
    assert len(second.select("i")) == 11
    assert len(second.select("i.wp-read")) == 3
    last = running("references")
    assert last is not None
    assert last.get_text() == "Page 11 of 11"
    assert len(last.select("i.wp-read")) == 10
    assert running("about") is None


def test_titles_say_their_language(paper_site: Path) -> None:
    """Every title that the bibliography gives in French or Spanish is marked as such, on References and among a section's sources."""
    entries = (ROOT / "references.bib").read_text(encoding="utf-8").split("\n@")
    tongues = {"french": "fr", "spanish": "es"}
    wanted = {
        entry.split("{", 1)[1].split(",", 1)[0]: tongues[m[1]]
        for entry in entries
        if (m := re.search(r"^\s*langid = \{(\w+)\}", entry, re.M)) and re.search(r"^\s*title = ", entry, re.M)
    }
    soup = BeautifulSoup((paper_site / "references" / "index.html").read_text(encoding="utf-8"), "html.parser")
    found = {str(row["id"]).removeprefix("ref-"): str(e["lang"]) for row in soup.select(".wp-list > li") if (e := row.select_one("[lang]"))}
    assert found == wanted
    assert len(found) > 4
    sections = [BeautifulSoup(p.read_text(encoding="utf-8"), "html.parser") for p in sorted((paper_site / "sections").glob("*/index.html"))]
    assert any(s.select(".wp-sources > li [lang=fr]") for s in sections)
