"""No input makes a reader or a recogniser raise: it gives what was read, and Problems."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from whitepaper import citations, glossary, markdown, publication, read, references, sections
from whitepaper.glossary_pages import Running
from whitepaper.model import Place, Problem, Term
from whitepaper.order import reading_order

PIECES = tuple(r"""
[|]|(|)|@|-@|@key|@{k}|;|, p. 3|`|```|~~~|    |- |> |# |## 1.1 A|!!! note|===|[^1]|[^1]: |<a href=x>|</a>|<!--|-->|<pre>|</pre>
\|\bibliography|{#id}|{|}|https://x.ca/@y|a@b.ca|![|](|word|é|(Li et al., 2010)|Li & Wu (2010)| |
""".split("|"))  # fmt: skip
BIB = tuple(r"""
@article{|@book{|@string{|@comment{|@preamble{|@|{|}|(|)|key|,| = |"|#|title|author|A and B|year|2020|\\'e|\\|$|%|\%|é|jan|
""".split("|"))  # fmt: skip
HTML = tuple(r"""
<p>|</p>|<a href="#x">|</a>|<strong>|</strong>|<h2 id=a>|</h2>|<br />|<img alt="<p>">|<svg>|<path/>|</svg>
|<!-- a -->|<!--|<p class="wp-exhibit">|</div>|<|>|&amp;|&|&#39;
effect size|Effect Size|effect
size|effect-size|open label|Open-label|g|.| |“|é|\ue000|
""".split("|"))  # fmt: skip
TERMS = tuple(
    Term(words, f"term-{n}", "evidence", "D.", forms, (), Place("data/glossary.yml", n))
    for n, (words, forms) in enumerate([("effect size", ("g", "effect")), ("open label", ("open-label",)), ("É", ())])
)
RECOGNISER = glossary.recogniser(TERMS)
FRONT = "---\ntitle: A\ndescription: B\n---\n\n# A\n\n"
COMMANDS = ("\\bibliography", "\\full_bibliography")


def of(pieces: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Texts of the pieces that matter to a syntax, and of anything else."""
    return st.lists(st.one_of(st.sampled_from(pieces), st.text(max_size=4)), max_size=30).map("".join)


@settings(max_examples=600, deadline=None)
@given(of(PIECES))
def test_sections(body: str) -> None:
    """Any body gives a section, whose offsets lie within it and do not overlap."""
    text = FRONT + body
    section, problems = sections.read("docs/a.md", text, COMMANDS)
    assert section is not None
    assert all(isinstance(p, Problem) for p in problems)
    at = section.body
    for citation in section.citations:
        assert at <= citation.start < citation.end <= len(text)
        assert "@" in text[citation.start : citation.end]
        at = citation.end
    for link in section.links:
        assert text[link.start : link.end] == link.target


@settings(max_examples=300, deadline=None)
@given(
    of(
        [
            "---\n",
            "title: ",
            "description: ",
            "prev",
            "next",
            ":",
            "\n",
            " ",
            "  text: ",
            "  link: ",
            "'",
            "[",
            "]",
            "{",
            "}",
            "- ",
            "false",
            "&a",
            "*a",
            "!!python/object",
            "2026-01-01",
            "\t",
            "|",
            ">",
        ]
    )
)
def test_front_matter(text: str) -> None:
    """Any front matter gives a section or problems, and an order or problems."""
    section, problems = sections.read("docs/a.md", "---\n" + text + "\n---\n\n# A\n", COMMANDS)
    assert section is not None or problems
    order, _ = reading_order({section.path: section} if section else {})
    assert isinstance(order, tuple)


@settings(max_examples=600, deadline=None)
@given(of(BIB))
def test_bibliography(text: str) -> None:
    """Any text gives references and problems."""
    found, problems = references.read("references.bib", text)
    assert all(isinstance(p, Problem) for p in problems)
    assert all(1 <= p.place.line <= len(text.splitlines()) + 2 for p in problems)
    assert len({r.key for r in found.references}) == len(found.references)


@settings(max_examples=25, deadline=None)
@given(of(BIB))
def test_bibliography_through_pandoc(text: str) -> None:
    """What pandoc refuses becomes a problem too."""
    from whitepaper.cache import Cache

    found, _ = references.read("references.bib", text)
    _, problems = references.with_works(found, Cache())
    assert all(isinstance(p, Problem) for p in problems)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_bytes(data: bytes) -> None:
    """Any bytes give a text or a problem."""
    text, problems = read.decode("docs/a.md", data)
    assert (text is None) == bool(problems)


@settings(max_examples=300, deadline=None)
@given(of(("title: ", "T", "\n", "date: ", "2026-01-01", "language: en", ":", "[", "]", "{", "}", "- ", "&a", "*a", "'")))
def test_publication(text: str) -> None:
    """Any record gives a publication or problems."""
    record, problems = publication.read("publication.yml", text)
    assert (record is None) == bool(problems)


@settings(max_examples=300, deadline=None)
@given(of(PIECES))
def test_blanking_keeps_every_offset(text: str) -> None:
    """What is not prose is blanked, never moved; a citation found there is found in the text."""
    bare = markdown.without_code(text)
    _, visible = markdown.links(text, bare)
    assert len(visible) == len(bare) == len(text)
    assert visible.count("\n") == text.count("\n")
    assert all(v in (t, markdown.BLANK) for t, v in zip(text, visible, strict=True))
    citations.recognise(text, visible, "a.md")


@settings(max_examples=600, deadline=None)
@given(of(HTML))
def test_running_text_of_a_page(content: str) -> None:
    """Any HTML has stretches of running text in order, in which each term found is written in one of its forms."""
    at = 0
    for start, end, before in Running(content).stretches:
        assert at <= start < end <= len(content)
        at, last = end, 0
        for begin, stop, term in glossary.found(content[start:end], RECOGNISER, before):
            assert last <= begin < stop
            last = stop
            assert " ".join(content[start + begin : start + stop].split()).lower() in (term.term.lower(), *term.forms)
