"""The search as a reader asks it, in a real browser: what is wanted stands among the first three results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Reader, Serve
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
EXACT = {
    "9-8-8": "help/",
    "what patients pay": "sections/5-access/#523-what-patients-pay",
    "off-label": "glossary/#term-off-label",
    "Feder 2014": "references/#ref-feder2014efficacy",
    "Controlled Substances Regulations": "references/#ref-canada2025controlled",
    "C2.4": "claims/#C2.4",
    "R3": "recommendations/#R3",
    "fund a registry": "recommendations/#R7",
    "effect size": "glossary/#term-effect-size",
    "leave psychotherapy early": "claims/#C1.2",
    "bladder": "sections/2-neuroscience/#246-safety",
    "veterans": "sections/3-trauma-canada/#314-military-members-and-veterans",
    "consent": "sections/4-ethics/#41-dissociation-and-consent",
    "telehealth": "sections/5-access/#514-what-telehealth-can-carry",
    "triggers": "sections/7-way-forward/#74-triggers-to-expand-or-stop",
    "how to cite": "cite/",
}
ONE_LETTER_WRONG = {
    "disociation": "sections/2-neuroscience/#23-dissociation-as-a-neurocognitive-state",
    "Abdalah 2022": "references/#ref-abdallah2022dose",
    "recomendations": "recommendations/",
    "certanty": "glossary/#term-certainty",
}
SHOWN = """all => all.slice(0, 3).flatMap(item => [...item.querySelectorAll(":scope > a")].map(a => {
    const to = new URL(a.href);
    to.searchParams.delete("h");
    return decodeURIComponent(to.href);
}))"""


@pytest.fixture
def asked(browser: Browser, paper_site: Path, serve: Serve) -> Iterator[Reader]:
    """A reader who has opened the search."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    reader = Reader(context, serve(paper_site))
    reader.open("about/").get_by_role("button", name="Search", exact=True).click()
    yield reader
    assert reader.faults == []
    context.close()


def ask(page: Page, query: str) -> None:
    """Type a question, and wait for its answer."""
    field, told = page.locator(".md-search__input"), page.locator(".md-search-result__meta")
    field.fill("")
    expect(told).to_have_text("Type to start searching")
    field.press_sequentially(query)
    expect(told).to_contain_text("matching document")


def settled(page: Page) -> list[str]:
    """The addresses of the first three results and of the entries shown in them, once they no longer change."""
    before, shown = None, page.locator(".md-search-result__item").evaluate_all(SHOWN)
    while shown != before:
        page.wait_for_timeout(400)
        before, shown = shown, page.locator(".md-search-result__item").evaluate_all(SHOWN)
    return list(shown)


@pytest.mark.parametrize("queries", [EXACT, ONE_LETTER_WRONG], ids=["exact", "one-letter-wrong"])
def test_what_is_wanted_is_among_the_first_three(queries: dict[str, str], asked: Reader) -> None:
    """Sections, references, claims, recommendations, terms and help are found, by their words and with one letter wrong, and shown without unfolding."""
    missed = {}
    for query, wanted in queries.items():
        ask(asked.page, query)
        shown = settled(asked.page)
        if f"{asked.address}/{wanted}" not in shown:
            missed[query] = [address.removeprefix(asked.address) for address in shown]
    assert missed == {}


def test_a_result_leads_to_its_entry(asked: Reader) -> None:
    """Enter on a result goes to the very entry that it names."""
    page = asked.page
    ask(page, "C2.4")
    page.locator(".md-search-result__link", has_text="Claim C2.4").click()
    page.wait_for_url("**/claims/*#C2.4")
    expect(page.locator("#C2\\.4")).to_be_in_viewport()


def test_words_that_say_nothing_do_no_harm(asked: Reader) -> None:
    """A question of signs and of words that every page holds is answered, and the next one too."""
    for query in ("title:x +foo* ~", "the", '"'):
        asked.page.locator(".md-search__input").fill(query)
        asked.page.locator(".md-search__input").press("End")
        asked.page.wait_for_timeout(200)
    ask(asked.page, "midazolam")
    expect(asked.page.locator(".md-search-result__item").first).to_contain_text("midazolam")


def test_entries_are_fetched_with_the_first_question(browser: Browser, paper_site: Path, serve: Serve) -> None:
    """A page that is only read fetches neither the entries nor the theme's own search; the first question fetches both, once."""
    context = browser.new_context()
    reader = Reader(context, serve(paper_site))
    met: list[str] = []
    context.on("request", lambda request: met.append(request.url.rsplit("/", 1)[-1]))
    page = reader.awake("about/")
    page.wait_for_load_state("networkidle")
    assert not [name for name in met if name == "entries.json" or (name.startswith("search.") and not name.startswith("search.js"))]
    page.get_by_role("button", name="Search", exact=True).click()
    ask(page, "midazolam")
    ask(page, "telehealth")
    assert met.count("entries.json") == 1
    context.close()
