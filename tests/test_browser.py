"""A real browser on the paper as a reader meets it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Reader, Serve
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def reader(browser: Browser, paper_site: Path, serve: Serve) -> Iterator[Reader]:
    """A reader at a wide window."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Reader(context, serve(paper_site))
    context.close()


@pytest.fixture
def tiny_reader(browser: Browser, tiny_site: Path, serve: Serve) -> Iterator[Reader]:
    """A reader of the tiny paper."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Reader(context, serve(tiny_site))
    context.close()


def test_reading_through(reader: Reader) -> None:
    """Next leads from the first page to the last, Previous back, without a console error or a request elsewhere."""
    page = reader.open("")
    titles = [page.title()]
    while page.locator("a.md-footer__link--next").count():
        with page.expect_navigation():
            page.locator("a.md-footer__link--next").click()
        titles.append(page.title())
    assert page.url.endswith("/references/")
    back = [page.title()]
    while page.locator("a.md-footer__link--prev").count():
        with page.expect_navigation():
            page.locator("a.md-footer__link--prev").click()
        back.append(page.title())
    assert back[::-1] == titles
    assert len(set(titles)) == 11
    assert reader.faults == []


def test_citation_to_reference_and_back(reader: Reader) -> None:
    """A citation leads to its entry; the entry's links lead back to that very citation, wherever it stands."""
    page = reader.open("sections/2-neuroscience/")
    link = page.locator("a.citation[id][href*='ref-girgenti2017ketamine']").first
    anchor = link.get_attribute("id")
    link.click()
    page.wait_for_url("**/references/#ref-girgenti2017ketamine")
    entry = page.locator("#ref-girgenti2017ketamine")
    expect(entry).to_be_in_viewport()
    uses = entry.locator(".wp-uses a")
    assert uses.count() >= 2
    page.locator(f"#ref-girgenti2017ketamine .wp-uses a[href$='#{anchor}']").click()
    expect(page.locator(f"#{anchor}")).to_be_in_viewport()
    assert page.locator(f"#{anchor}").evaluate("e => e.matches(':target') && getComputedStyle(e).animationName") == "wp-arrived"
    assert reader.faults == []


def test_preview_by_mouse(tiny_reader: Reader) -> None:
    """Hovering shows the whole reference, it stays while hovered, and goes on leaving."""
    page = tiny_reader.open("sections/1-first/")
    link, box = page.locator("#cite-feder2014efficacy-1"), page.locator("#wp-preview")
    link.hover()
    expect(box).to_be_visible()
    expect(box).to_contain_text("Efficacy of intravenous ketamine. JAMA Psychiatry")
    expect(box).to_contain_text("read as: abstract")
    box.hover()
    page.wait_for_timeout(600)
    expect(box).to_be_visible()
    page.mouse.move(5, 5)
    expect(box).to_be_hidden()
    assert tiny_reader.faults == []


def test_preview_by_keyboard(tiny_reader: Reader) -> None:
    """Focus shows it, Tab goes into it, Escape closes it and returns; Escape never moves the page."""
    page = tiny_reader.open("sections/1-first/")
    link, box = page.locator("#cite-feder2014efficacy-1"), page.locator("#wp-preview")
    link.focus()
    expect(box).to_be_visible()
    expect(link).to_have_accessible_description(re.compile("Efficacy of intravenous ketamine. JAMA Psychiatry"))
    assert box.get_attribute("aria-label") == "Source of this citation"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#wp-preview') !== null")
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "cite-feder2014efficacy-1"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    page.keyboard.press("Tab")
    expect(page.locator("#wp-preview")).to_contain_text("A randomized controlled trial")


def test_preview_by_touch_on_a_narrow_screen(browser: Browser, tiny_site: Path, serve: Serve) -> None:
    """A tap shows it inside a 320 px window, a tap elsewhere closes it, a second tap follows the link; targets are 24 px high."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    page = Reader(context, serve(tiny_site)).open("sections/1-first/")
    link, box = page.locator("#cite-feder2021randomized-1"), page.locator("#wp-preview")
    for citation in page.locator("a.citation").all():
        heights = citation.evaluate("e => [...e.getClientRects()].map(r => r.height)")
        assert min(heights) >= 24, citation.inner_text()
    link.tap()
    expect(box).to_be_visible()
    edges = box.bounding_box()
    assert edges is not None
    assert edges["x"] >= 0
    assert edges["x"] + edges["width"] <= 320
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.locator("h1").tap()
    expect(box).to_be_hidden()
    link.tap()
    link.tap()
    page.wait_for_url("**/references/#ref-feder2021randomized")
    context.close()


def test_term_by_mouse_and_keyboard(tiny_reader: Reader) -> None:
    """A term shows its meaning on hover and on focus, names it for assistive technology, lets Tab in, and closes with Escape."""
    page = tiny_reader.open("evidence/")
    term, box = page.locator("a.wp-term", has_text="effect"), page.locator("#wp-preview")
    term.hover()
    expect(box).to_be_visible()
    expect(box).to_contain_text("How large a difference is")
    box.hover()
    page.wait_for_timeout(600)
    expect(box).to_be_visible()
    page.mouse.move(5, 5)
    expect(box).to_be_hidden()
    term.focus()
    expect(box).to_be_visible()
    expect(term).to_have_accessible_description(
        "effect size: How large a difference is, whatever the scale it was measured on (Duman & Aghajanian, 2012). In the glossary"
    )
    assert box.get_attribute("aria-label") == "Meaning of this term"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#wp-preview') !== null")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(term).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary/#term-effect-size")
    assert tiny_reader.faults == []


def test_term_by_touch_on_a_narrow_screen(browser: Browser, tiny_site: Path, serve: Serve) -> None:
    """A tap shows a term's meaning inside a 320 px window, a tap elsewhere closes it, a second tap leads to the glossary; targets are 24 px high."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    page = Reader(context, serve(tiny_site)).open("evidence/")
    term, box = page.locator("a.wp-term").get_by_text("label", exact=True), page.locator("#wp-preview")
    for link in page.locator("a.wp-term").all():
        assert min(link.evaluate("e => [...e.getClientRects()].map(r => r.height)")) >= 24
    term.tap()
    expect(box).to_be_visible()
    expect(box).to_contain_text("The text that a regulator approves.")
    edges = box.bounding_box()
    assert edges is not None
    assert edges["x"] >= 0
    assert edges["x"] + edges["width"] <= 320
    page.locator("h1").tap()
    expect(box).to_be_hidden()
    term.tap()
    term.tap()
    page.wait_for_url("**/glossary/#term-label")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_term_without_javascript(browser: Browser, tiny_site: Path, serve: Serve) -> None:
    """Without script a term is a link to its entry, and its hidden meaning stays hidden."""
    context = browser.new_context(java_script_enabled=False)
    page = Reader(context, serve(tiny_site)).open("evidence/")
    expect(page.locator("ul.wp-terms")).to_be_hidden()
    page.locator("a.wp-term").get_by_text("label", exact=True).click()
    page.wait_for_url("**/glossary/#term-label")
    expect(page.locator("#term-label + dd")).to_have_text("The text that a regulator approves.")
    context.close()


def test_search_finds_a_term(tiny_reader: Reader) -> None:
    """The search leads to the glossary for a word that stands in a definition, and shows no hidden meaning of another page."""
    page = tiny_reader.open("")
    page.locator(".wp-search").click()
    page.keyboard.type("regulator approves")
    found = "[...document.querySelectorAll('.md-search-result__link')]"
    page.wait_for_function(f"{found}.length && {found}.every(link => new URL(link.href).pathname === '/glossary/')")
    assert tiny_reader.faults == []


def test_without_javascript(browser: Browser, tiny_site: Path, serve: Serve) -> None:
    """Without script every citation leads to its entry, every section has its sources, and the filter works."""
    context = browser.new_context(java_script_enabled=False)
    page = Reader(context, serve(tiny_site)).open("sections/1-first/")
    expect(page.locator("#source-feder2014efficacy")).to_contain_text("JAMA Psychiatry")
    page.locator("#cite-feder2014efficacy-1").click()
    page.wait_for_url("**/references/#ref-feder2014efficacy")
    page.get_by_label("Law 2").check()
    expect(page.locator(".wp-list > li:visible")).to_have_count(2 + 1)  # and the one the address names
    page.get_by_label("All 12").check()
    expect(page.locator(".wp-list > li:visible")).to_have_count(12)
    context.close()


def test_filter_by_kind(tiny_reader: Reader) -> None:
    """References can be narrowed to one kind, by keyboard too."""
    page = tiny_reader.open("references/")
    page.get_by_label("All 12").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".wp-list > li:visible")).to_have_count(3)
    assert {e.get_attribute("data-kind") for e in page.locator(".wp-list > li:visible").all()} == {"trial"}


def test_registers(tiny_reader: Reader) -> None:
    """A claim named in a section leads to the register, its work to the references, which lead back to the claim, and that to its recommendation."""
    page = tiny_reader.open("sections/1-first/")
    mark = page.locator("article a.wp-mark", has_text="C1.1, low")
    mark.hover()
    expect(page.locator("#wp-preview")).to_contain_text("One trial, lowered for imprecision.")
    mark.click()
    page.wait_for_url("**/claims/#C1.1")
    page.locator("[id='C1.1'] a.citation[href*='ref-abdallah2022dose']").click()
    page.wait_for_url("**/references/#ref-abdallah2022dose")
    page.locator("#ref-abdallah2022dose a[href*='#claim-C1.1']").click()
    page.wait_for_url("**/claims/#claim-C1.1-abdallah2022dose")
    page.locator("[id='C1.1'] a", has_text="R1").click()
    page.wait_for_url("**/recommendations/#R1")
    assert tiny_reader.faults == []


def test_badges_hold_their_words(tiny_reader: Reader) -> None:
    """The word of a badge stands inside its border, wherever the badge stands."""
    outside = """all => all.filter(badge => {
        const range = document.createRange(); range.selectNodeContents(badge);
        const text = range.getBoundingClientRect(), box = badge.getBoundingClientRect();
        return text.left < box.left || text.right > box.right;
    }).map(badge => badge.parentElement.textContent)"""
    for path in ("sections/1-first/", "claims/", "recommendations/"):
        badges = tiny_reader.open(path).locator(".wp-badge")
        assert badges.count() > 0
        assert badges.evaluate_all(outside) == []


def test_filtering_a_register(tiny_reader: Reader) -> None:
    """A register can be narrowed by each facet, says how many are shown, and opens again for an address that needs it."""
    page = tiny_reader.open("claims/")
    expect(page.locator(".wp-facets [role=status]")).to_have_text("3 of 3 shown")
    page.get_by_label("Certainty").select_option("documented")
    expect(page.locator(".wp-record:visible")).to_have_count(1)
    expect(page.locator(".wp-facets [role=status]")).to_have_text("1 of 3 shown")
    page.evaluate("location.hash = '#C1.1'")
    expect(page.locator("[id='C1.1']")).to_be_in_viewport()
    page.get_by_label("Section").select_option("2. Second")
    expect(page.locator(".wp-record:visible")).to_have_count(1)
    assert tiny_reader.faults == []


def test_exhibits_on_a_narrow_screen(browser: Browser, tiny_site: Path, serve: Serve) -> None:
    """Tables and figures fit a 320 px window without scrolling sideways, each cell with its label."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = Reader(context, serve(tiny_site)).open("sections/1-first/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for cell in page.locator(".wp-table tbody td").all():
        assert cell.evaluate("e => getComputedStyle(e, '::before').content") not in ("none", "normal", '""')
        box = cell.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 320
    sizes = page.locator("svg.wp-svg text").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    assert min(sizes) >= 9
    context.close()


def test_copying_a_citation(browser: Browser, tiny_site: Path, serve: Serve) -> None:
    """A button, found by keyboard, copies a form of the citation and says so to everyone; where it may not copy, it selects the text and says that."""
    for allowed in (True, False):
        address = serve(tiny_site)
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"] if allowed else [])
        reader = Reader(context, address)
        page = reader.open("about/")
        if not allowed:
            page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        page.locator("details.wp-cite summary").focus()
        page.keyboard.press("Enter")
        button = page.get_by_role("button", name="Copy: BibTeX", exact=True)
        expect(button).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(button).to_be_focused()
        page.keyboard.press("Enter")
        text = "@misc{tiny-paper"
        if allowed:
            expect(page.locator(".wp-said[role=status]")).to_have_text("Copied")
            assert page.evaluate("navigator.clipboard.readText()").startswith(text)
        else:
            expect(page.locator(".wp-said[role=status]")).to_have_text("Selected; press Ctrl+C to copy")
            assert page.evaluate("getSelection().toString()").startswith(text)
        expect(button).to_be_focused()
        heights = page.locator(".wp-copy:visible").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
        assert min(heights) >= 24
        assert reader.faults == []
        context.close()


def test_copying_a_reference(browser: Browser, tiny_site: Path, serve: Serve) -> None:
    """Each reference can be copied as it is printed, without its notes."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = Reader(context, serve(tiny_site)).open("references/")
    page.locator("#ref-feder2014efficacy .wp-copy").click()
    expect(page.locator(".wp-said")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Feder, A., Parides, M. K., & Murrough, J. W. (2014). Efficacy of intravenous ketamine. JAMA Psychiatry")
    assert "read as" not in copied
    assert page.locator(".wp-copy").count() == page.locator(".wp-list > li").count() + 5
    context.close()


def test_citing_without_javascript(browser: Browser, tiny_site: Path, serve: Serve) -> None:
    """Without script the box opens and its text can be selected; no button stands there that does nothing."""
    context = browser.new_context(java_script_enabled=False)
    page = Reader(context, serve(tiny_site)).open("about/")
    page.locator("details.wp-cite summary").click()
    expect(page.locator("details.wp-cite")).to_contain_text("@misc{tiny-paper")
    assert page.locator(".wp-copy").count() == 0
    context.close()


def test_an_address_that_is_none(tiny_reader: Reader) -> None:
    """The page for an address that is none searches the paper, and its links lead to pages that exist."""
    page = tiny_reader.open("404.html")
    page.get_by_label("Search the paper").fill("neuroplasticity")
    page.locator("main").get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".md-search-result__item").first).to_contain_text("Neuroplasticity")
    page = tiny_reader.open("404.html")
    for link in page.locator("article li a").all():
        address = link.evaluate("a => a.href")
        assert page.request.get(address).ok, address
    assert tiny_reader.faults == []


def test_tables_are_tables_however_they_are_shown(browser: Browser, tiny_site: Path, serve: Serve) -> None:
    """A table keeps its roles on a narrow screen, where its rows are shown as cards."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = Reader(context, serve(tiny_site)).open("sections/1-first/")
    table = page.get_by_role("table").filter(has_text="Two trials.")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table.get_by_role("rowheader")).to_have_count(2)
    expect(table.get_by_role("cell")).to_have_count(6)
    context.close()
