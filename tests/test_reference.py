"""`make reference` against servers of this machine that speak Crossref's and DataCite's documented APIs, faults included."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest
from conftest import ROOT
from test_editing import bytes_of, copy, run

from whitepaper import bibtex, records, references
from whitepaper.cache import Cache
from whitepaper.read import Sources, gather, read

__all__ = ["copy"]  # the fixture

ARTICLE = {
    "status": "ok", "message-type": "work", "message-version": "1.0.0",
    "message": {
        "DOI": "10.5555/example.2024.7", "type": "journal-article", "publisher": "Example Press", "language": "en",
        "title": ["Ketamine &amp; <i>trauma</i> in Canada: an fMRI study of PTSD at 50% dose"], "subtitle": [],
        "container-title": ["Journal of Examples & Tests"], "short-container-title": ["J Ex"], "volume": "12", "issue": "3", "page": "101-109",
        "author": [
            {"given": "Zoë", "family": "Ångström-Doe", "sequence": "first", "affiliation": []},
            {"given": "Juan", "family": "de la Cruz", "suffix": "Jr.", "sequence": "additional", "affiliation": []},
            {"name": "Example Trial Group", "sequence": "additional", "affiliation": []},
        ],
        "published": {"date-parts": [[2023, 12, 1]]}, "published-online": {"date-parts": [[2023, 12, 1]]}, "published-print": {"date-parts": [[2024, 3]]},
        "issued": {"date-parts": [[2023, 12, 1]]}, "ISSN": ["1234-5678"], "URL": "https://doi.org/10.5555/example.2024.7",
    },
}  # fmt: skip
DATASET = {
    "data": {
        "id": "10.5281/example.99", "type": "dois",
        "attributes": {
            "doi": "10.5281/example.99", "titles": [{"title": "Waits for trauma therapy in the provinces"}], "publicationYear": 2025,
            "creators": [{"name": "Statistics Canada", "nameType": "Organizational"},
                         {"name": "Roy, Anne", "nameType": "Personal", "givenName": "Anne", "familyName": "Roy"}],
            "publisher": "Zenodo", "types": {"resourceTypeGeneral": "Dataset", "bibtex": "misc"}, "container": {}, "language": "en",
        },
    }
}  # fmt: skip

Answer = Callable[[BaseHTTPRequestHandler, int], None]


class Registry:
    """A server that answers each path as it was told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, str]] = []
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = unquote(self.path)
                registry.asked.append((path, self.headers["User-Agent"]))
                times = sum(p == path for p, _ in registry.asked)
                registry.answers.get(path, missing)(self, times)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"


def says(status: int, body: bytes, **headers: str) -> Answer:
    """An answer with a status, a body and headers."""

    def answer(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def holds(record: object) -> Answer:
    """An answer with a record."""
    return says(200, json.dumps(record).encode(), Content_Type="application/json")


missing = says(404, b"Resource not found.", Content_Type="text/plain")


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry of this machine."""
    found = Registry()
    yield found
    found.server.shutdown()
    found.server.server_close()


def ask(root: Path, registry: Registry, doi: str, *more: str, **environment: str) -> tuple[int, str, str]:
    """Run the command against a registry: exit status, output, messages."""
    done = run(root, "reference", "--doi", doi, *more, CROSSREF_API=registry.address, DATACITE_API=registry.address, **environment)
    return done.returncode, done.stdout, done.stderr


def test_a_record_becomes_an_entry(copy: Path, registry: Registry) -> None:
    """Crossref's record is written clean, sorted in, with a key like the others; nothing else changes; cited, the paper is whole."""
    registry.answers["/works/10.5555/example.2024.7"] = holds(ARTICLE)
    before = (copy / "references.bib").read_text("utf-8")
    status, said, faults = ask(copy, registry, "https://doi.org/10.5555/example.2024.7", KIND="trial", READAS="full text")
    assert status == 0, faults
    entry = """@article{angstromdoe2024ketamine,
  author = {Ångström-Doe, Zoë and de la Cruz, Jr., Juan and {Example Trial Group}},
  title = {Ketamine \\& trauma in {Canada}: an {fMRI} study of {PTSD} at 50\\% dose},
  journal = {Journal of Examples \\& Tests},
  year = {2024},
  volume = {12},
  number = {3},
  pages = {101--109},
  doi = {10.5555/example.2024.7},
  keywords = {trial},
  readas = {full text},
  verifiedat = {https://api.crossref.org/works/10.5555/example.2024.7},
}
"""
    after = (copy / "references.bib").read_text("utf-8")
    line = after[: after.index(entry)].count("\n") + 1
    assert after.replace(entry + "\n", "") == before
    assert said == f"{entry}\nreferences.bib:{line}: holds 'angstromdoe2024ketamine' now\ncite it as [@angstromdoe2024ketamine], then run make check\n"
    assert bibtex.ordered(after) == after
    assert f"references.bib:{line}: 'angstromdoe2024ketamine' is cited nowhere" in run(copy, "check").stderr
    page = copy / "docs" / "about.md"
    page.write_text(page.read_text("utf-8") + "\nAnother trial is there [@angstromdoe2024ketamine].\n", "utf-8")
    assert run(copy, "check").returncode == 0
    assert run(copy, "fix").stdout == "nothing to mend\n"
    paper, _, _ = read(Sources(copy), Cache())
    assert paper is not None
    assert references.surnames(paper.references["angstromdoe2024ketamine"]) == ("Ångström-Doe", "Cruz", "Example Trial Group")
    assert registry.asked[0][1].startswith("whitepaper/")


def test_kind_and_reading_are_asked_for(copy: Path, registry: Registry) -> None:
    """What no registry can know is asked of the editor, and told again by `check`; a body's works share its short name."""
    registry.answers["/dois/10.5281/example.99"] = holds(DATASET)
    status, said, faults = ask(copy, registry, "10.5281/example.99", CROSSREF_MAILTO="editor@example.org")
    assert status == 0, faults
    assert "@misc{statcan2025waits,\n  author = {{Statistics Canada} and Roy, Anne}," in said
    assert "howpublished = {Zenodo}" in said
    assert "say its keywords (trial, review, " in said
    assert "its readas (full text, page, excerpt, abstract, secondary)" in said
    told = run(copy, "check").stderr
    assert "'statcan2025waits' has no keywords" in told
    assert "'statcan2025waits' has no readas" in told
    assert [path for path, _ in registry.asked] == ["/works/10.5281/example.99", "/dois/10.5281/example.99"]
    assert registry.asked[0][1].endswith("(mailto:editor@example.org)")


def test_a_duplicate_is_refused(copy: Path, registry: Registry) -> None:
    """A work that is there is named with its line, whatever the case of its DOI, or the DOI that the registry has moved it to."""
    before = bytes_of(copy)
    status, _, faults = ask(copy, registry, "doi:10.1503/CMAJ.131792")
    assert status == 1
    assert faults.splitlines()[0].endswith("'afifi2014child' has the DOI '10.1503/CMAJ.131792' already; cite it as [@afifi2014child]")
    assert not registry.asked
    moved = {**ARTICLE, "message": {**ARTICLE["message"], "DOI": "10.1503/cmaj.131792"}}  # type: ignore[dict-item]
    registry.answers["/works/10.5555/old"] = says(301, b"", Location="/works/10.1503/cmaj.131792")
    registry.answers["/works/10.1503/cmaj.131792"] = holds(moved)
    status, _, faults = ask(copy, registry, "10.5555/old")
    assert status == 1
    assert "'afifi2014child' has the DOI '10.1503/cmaj.131792' already" in faults
    assert bytes_of(copy) == before


def test_a_retracted_work_says_so(copy: Path, registry: Registry) -> None:
    """A notice of retraction in the record is written into the entry, with its address."""
    notices = [{"type": "correction", "DOI": "10.5555/c"}, {"type": "retraction", "DOI": "10.5555/r", "label": "Retraction"}]
    registry.answers["/works/10.5555/example.2024.7"] = holds({"message": {**ARTICLE["message"], "updated-by": notices}})  # type: ignore[dict-item]
    _, said, _ = ask(copy, registry, "10.5555/example.2024.7")
    assert "  status = {retracted},\n  statusurl = {https://doi.org/10.5555/r},\n" in said


def slow(handler: BaseHTTPRequestHandler, _: int) -> None:
    """No answer in time."""
    time.sleep(3)
    missing(handler, 0)


def busy_once(handler: BaseHTTPRequestHandler, times: int) -> None:
    """Busy at first, with the wait that it wants; then the record."""
    (says(429, b"", Retry_After="1") if times == 1 else holds(ARTICLE))(handler, times)


def cut(handler: BaseHTTPRequestHandler, _: int) -> None:
    """Half an answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"message":')


HERE = "127.0.0.1:"
FAULTS = {
    "missing": (missing, "neither Crossref nor DataCite holds '10.5555/x'; check it at https://doi.org/10.5555/x"),
    "down": (says(503, b"down"), "answers 503, asked 4 times; try again later"),
    "refused": (says(403, b"no"), "answers 403; try again later"),
    "slow": (slow, "did not answer within 0.2 seconds; try again later"),
    "page": (says(200, b"<html>Welcome</html>"), "answered with something that is no record; try again later"),
    "empty": (says(200, b"{}"), "answered with something that is no record; try again later"),
    "list": (says(200, b"[1]"), "answered with something that is no record; try again later"),
    "cut": (cut, "could not be asked"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(fault: str, copy: Path, registry: Registry) -> None:
    """Whatever a registry answers, one line says what happened and what to do, and the bibliography is as it was."""
    answer, message = FAULTS[fault]
    registry.answers["/works/10.5555/x"] = answer
    before = bytes_of(copy)
    status, said, faults = ask(copy, registry, "10.5555/x", "--timeout", "0.2" if fault == "slow" else "5")
    assert status == 1
    assert not said.strip()
    lines = faults.splitlines()
    assert len(lines) == 2, faults
    assert lines[0].startswith("references.bib:1: ")
    assert message in lines[0]
    assert bytes_of(copy) == before


def test_a_registry_that_is_busy_is_waited_for(copy: Path, registry: Registry) -> None:
    """After a 429 the command waits as long as it is told, then asks again."""
    registry.answers["/works/10.5555/example.2024.7"] = busy_once
    began = time.monotonic()
    status, _, faults = ask(copy, registry, "10.5555/example.2024.7")
    assert status == 0, faults
    assert time.monotonic() - began >= 1
    assert len(registry.asked) == 2


def test_offline_it_says_so(copy: Path) -> None:
    """With no network the command says so, and writes nothing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    before = bytes_of(copy)
    done = run(copy, "reference", "--doi", "10.5555/x", CROSSREF_API=nobody)
    assert done.returncode == 1
    assert "cannot be reached, and a record comes from there only; try again with a network, or write the entry by hand" in done.stderr
    assert bytes_of(copy) == before


def test_what_was_asked_is_checked_first(copy: Path) -> None:
    """No DOI, or a kind outside its scale, is told before anybody is asked."""
    done = run(copy, "reference", "--doi", "feder2014", "--kind", "study", "--readas", "twice")
    assert done.returncode == 1
    told = done.stderr.splitlines()
    assert told[0].startswith("references.bib:1: DOI is 'feder2014', which is none; give one that begins with '10.'")
    assert told[1].startswith("references.bib:1: KIND is 'study'; use one of trial, review")
    assert told[2] == "references.bib:1: READAS is 'twice'; use one of full text, page, excerpt, abstract, secondary"


def test_keys_are_formed_as_the_paper_forms_them() -> None:
    """For at least 17 in 20 articles by people the key that the command would give is the key that the paper has."""
    paper = gather(Sources(ROOT), Cache())[0]
    same = count = 0
    for work in paper.references.values():
        people = work.csl.get("author") or [{}]
        title, year = work.fields.get("title", ""), references.year(work)
        if work.type != "article" or not people[0].get("family") or not title or not year:
            continue
        surname = " ".join(filter(None, (people[0].get("non-dropping-particle"), people[0]["family"])))
        record = records.Record("article", {"title": title, "year": year}, ((surname, people[0].get("given", "X")),))
        others = {key: r for key, r in paper.references.items() if key != work.key}
        same += records.key_of(record, others) == work.key
        count += 1
    assert count > 150
    assert same / count > 0.85


@pytest.mark.parametrize(
    ("record", "kind", "fields"),
    [
        ({"type": "book-chapter", "title": ["A Chapter"], "container-title": ["The Book of BDNF"], "publisher": "Press",
          "editor": [{"family": "Ed", "given": "A"}]},
         "incollection", {"editor": "Ed, A", "booktitle": "The Book of {BDNF}", "publisher": "Press"}),
        ({"type": "report", "title": ["R"], "institution": [{"name": "Health Canada"}], "publisher": "P", "author": [{"name": "Health Canada"}]},
         "report", {"author": "{Health Canada}", "institution": "Health Canada"}),
        ({"type": "posted-content", "title": ["A preprint"], "publisher": "medRxiv", "issued": {"date-parts": [[None]]}}, "misc", {"howpublished": "medRxiv"}),
        ({"type": "journal-article", "title": ["Une étude"], "subtitle": ["de la kétamine"], "language": "fr",
          "article-number": "e12", "container-title": ["R"]},
         "article", {"title": "Une étude: de la kétamine", "langid": "french", "pages": "e12"}),
    ],
)  # fmt: skip
def test_kinds_of_works(record: dict[str, object], kind: str, fields: dict[str, str]) -> None:
    """Chapters, reports, preprints and articles without pages become entries of their type, with the fields that `check` asks for."""
    found = records.from_crossref({"DOI": "10.5555/k", **record})
    assert found.kind == kind
    written = records.fields_of(found, "")
    assert {name: written.get(name) for name in fields} == fields
    assert "" not in written.values()
