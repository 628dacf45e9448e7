"""`make audit` against servers of this machine that speak the documented APIs of Crossref, DataCite and the Wayback Machine, faults included."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import HERE, ROOT, build, built
from jsonschema import Draft202012Validator
from test_editing import bytes_of, run
from test_reference import Registry, cut, holds, missing, says, slow

from whitepaper import audit, matching, references, registries, verification
from whitepaper.cache import Cache
from whitepaper.model import Reference
from whitepaper.read import Sources, gather

DAY = "2026-03-03"
QUICK = ("--pause", "0", "--backoff", "0.01", "--timeout", "5")


def matches() -> list[Any]:
    """The cases of matching, several a file."""
    found = sorted((HERE / "cases" / "matching").glob("*.yml"))
    assert found
    return [pytest.param(case, id=f"{p.stem}-{n}") for p in found for n, case in enumerate(yaml.safe_load_all(p.read_text("utf-8")), 1)]


@pytest.mark.parametrize("case", matches())
def test_an_entry_is_held_against_its_record(case: dict[str, Any]) -> None:
    """An entry and a registry's record of this shape give this result, with the record's words where they differ."""
    found, problems = references.read("references.bib", case["entries"])
    works, unreadable = references.with_works(found, Cache())
    assert not problems + unreadable
    name, record = ("Crossref", {"DOI": "10.5555/a", **case["crossref"]}) if "crossref" in case else ("DataCite", {"doi": "10.5555/a", **case["datacite"]})
    result = audit.result(works[0], registries.Found(name, "https://example.org/a", record), DAY)
    assert result.result == case["result"]
    assert dict(result.fields) == case.get("fields", {})
    assert list(result.notices) == case.get("notices", [])
    assert list(result.notice_of) == case.get("notice_of", [])


def record_of(reference: Reference, **more: object) -> dict[str, Any]:
    """A reference's record as Crossref documents it, with changes."""
    f = reference.fields
    people = [{"given": p.get("given"), "family": p["family"], "sequence": "additional", "affiliation": []} for p in reference.csl["author"]]
    message = {
        "DOI": f["doi"], "type": "journal-article", "title": [f["title"]], "subtitle": [], "container-title": [f["journal"]], "author": people,
        "issued": {"date-parts": [[int(f["year"])]]}, "volume": f.get("volume", "1"), "page": f.get("pages", "1").replace("--", "-"), **more,
    }  # fmt: skip
    return {"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": message}


class World:
    """A paper whose addresses are on a server of this machine, which holds a record of each of its DOIs."""

    def __init__(self, root: Path) -> None:
        self.root, self.registry = root, Registry()
        bib = root / "references.bib"
        bib.write_text(bib.read_text("utf-8").replace("https://example.org", self.registry.address), "utf-8")
        self.works = {key: r for key, r in gather(Sources(root), Cache())[0].references.items() if "doi" in r.fields}
        for r in gather(Sources(root), Cache())[0].references.values():
            if "url" in r.fields:
                self.registry.answers[r.fields["url"].removeprefix(self.registry.address)] = says(200, b"<p>here</p>")
            if "statusurl" in r.fields:
                self.write("references.bib", r.fields["statusurl"], f"{self.registry.address}/notice/{r.fields['statusurl'].split('/')[-1]}")
                self.registry.answers[f"/notice/{r.fields['statusurl'].split('/')[-1]}"] = says(200, b"a notice")
        for key in self.works:
            self.hold(key)

    def hold(self, key: str, **more: object) -> None:
        """Let Crossref hold a work, with changes to its record."""
        self.answer(key, holds(record_of(self.works[key], **more)))

    def answer(self, key: str, answer: Callable[[BaseHTTPRequestHandler, int], None]) -> None:
        """Let Crossref answer for a work."""
        self.registry.answers[f"/works/{self.works[key].fields['doi']}"] = answer

    def write(self, name: str, old: str, new: str) -> None:
        """Replace one text of the paper by another."""
        path = self.root / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def environment(self) -> dict[str, str]:
        """Where the registries are."""
        return dict.fromkeys(("CROSSREF_API", "DATACITE_API", "WAYBACK_API"), self.registry.address)

    def audit(self, day: str = DAY, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the command."""
        return run(self.root, "audit", "--date", day, *QUICK, *more, **{**self.environment(), **environment})

    def asked(self) -> list[str]:
        """The paths asked for since the last time."""
        paths = [path for path, _ in self.registry.asked]
        self.registry.asked.clear()
        return paths

    def results(self) -> list[dict[str, Any]]:
        """What data/verification.yml holds."""
        return list(yaml.safe_load((self.root / verification.PATH).read_text("utf-8")))

    def line(self, key: str, name: str) -> int:
        """The line of a field of an entry."""
        return gather(Sources(self.root), Cache())[0].references[key].field_place(name).line


@pytest.fixture
def world(tiny: Path) -> Iterator[World]:
    """The tiny paper in such a world."""
    made = World(tiny)
    yield made
    made.registry.server.shutdown()
    made.registry.server.server_close()


def test_all_records_match(world: World) -> None:
    """Each DOI is asked for once and its result kept, dated and sorted; nothing else is changed; a second run of the day asks nothing."""
    before = bytes_of(world.root)
    done = world.audit()
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{len(world.works)} records, 5 addresses\nno problem\n"
    after = bytes_of(world.root)
    assert {name for name in after if after[name] != before.get(name)} == {verification.PATH}
    results = world.results()
    assert [r["key"] for r in results] == sorted(world.works)
    assert {(r["result"], str(r["date"])) for r in results} == {("matched", DAY)}
    assert results[0]["address"] == f"https://api.crossref.org/works/{results[0]['doi']}"
    asked = world.asked()
    assert sorted(p for p in asked if p.startswith("/works/")) == sorted(f"/works/{r.fields['doi']}" for r in world.works.values())
    assert len(asked) == len(set(asked)) == len(world.works) + 5
    assert world.audit().returncode == 0
    assert world.asked() == []
    assert bytes_of(world.root) == after
    assert world.audit("2026-03-10").returncode == 0
    assert len(world.asked()) == len(asked)
    assert {str(r["date"]) for r in world.results()} == {"2026-03-10"}


def test_a_difference_is_told_with_both_values(world: World) -> None:
    """A difference is a problem at its field, with our words and the record's; mended, or better sourced, it is none."""
    world.hold("duman2012synaptic", page="68-73", volume="339", author=[{"given": "R", "family": "Duman"}])
    done = world.audit()
    assert done.returncode == 1
    mend = "mend the entry, or name a better source in verifiedat and the field in verifiedfields"
    assert done.stderr.splitlines() == [
        f"references.bib:{world.line('duman2012synaptic', name)}: 'duman2012synaptic' has the {name} '{ours}', and api.crossref.org has '{theirs}'; {mend}"
        for name, ours, theirs in (("author", "Duman, Ronald S. and Aghajanian, George K.", "Duman"), ("volume", "338", "339"), ("pages", "68--72", "68-73"))
    ] + ["3 problems"]
    told = {r["key"]: r for r in world.results()}["duman2012synaptic"]
    assert told["result"] == "differs"
    assert told["fields"] == {"author": "Duman", "volume": "339", "pages": "68-73"}
    world.write("references.bib", "  volume = {338},", "  volume = {339},")
    world.asked()
    done = world.audit()
    assert [line.split("'")[2] for line in done.stderr.splitlines()[:-1]] == [" has the author ", " has the pages "]
    assert world.asked() == ["/works/10.1111/tiny.4"]
    world.write(
        "references.bib",
        "  pages = {68--72},",
        f"  pages = {{68--72}},\n  verifiedat = {{{world.registry.address}/ptsd}},\n  verifiedfields = {{author, pages}},",
    )
    done = world.audit()
    assert done.returncode == 0, done.stderr


def test_a_work_that_nobody_holds(world: World) -> None:
    """A DOI that Crossref does not hold is asked of DataCite; held by neither, it is a problem."""
    world.answer("li2010mtor", missing)
    world.answer("li2012other", missing)
    attributes = {"doi": "10.1111/tiny.8", "titles": [{"title": world.works["li2012other"].fields["title"]}], "publicationYear": 2012}
    world.registry.answers["/dois/10.1111/tiny.8"] = holds({"data": {"id": "10.1111/tiny.8", "type": "dois", "attributes": attributes}})
    done = world.audit()
    line = world.line("li2010mtor", "doi")
    told = "neither Crossref nor DataCite holds '10.1111/tiny.7' of 'li2010mtor'; check it at https://doi.org/10.1111/tiny.7, and mend it"
    assert done.stderr.splitlines() == [f"references.bib:{line}: {told}", "1 problem"]
    results = {r["key"]: r for r in world.results()}
    assert results["li2010mtor"]["result"] == "not found"
    assert "address" not in results["li2010mtor"]
    assert results["li2012other"]["address"] == "https://api.datacite.org/dois/10.1111/tiny.8"


def test_a_doi_that_has_moved(world: World) -> None:
    """A DOI whose record stands under another one, by a redirect or as an alias, is told with the new one."""
    world.answer("li2010mtor", says(301, b"", Location="/works/10.1111/new.7"))
    world.registry.answers["/works/10.1111/new.7"] = holds(record_of(world.works["li2010mtor"], DOI="10.1111/new.7"))
    world.hold("li2012other", DOI="10.1111/new.8", aliases=["10.1111/tiny.8"])
    done = world.audit()
    assert done.stderr.splitlines() == [
        f"references.bib:{world.line(key, 'doi')}: '{key}' has the doi '10.1111/tiny.{n}', and api.crossref.org has '10.1111/new.{n}'; "
        f"the work has moved: write '10.1111/new.{n}'"
        for key, n in (("li2010mtor", 7), ("li2012other", 8))
    ] + ["2 problems"]


def notice(kind: str, doi: str) -> dict[str, Any]:
    """A notice as Crossref documents it."""
    return {"DOI": doi, "type": kind, "label": kind.title(), "source": "publisher", "updated": {"date-parts": [[2026, 2, 1]], "timestamp": 1769904000000}}


def shown(site: Path, key: str) -> str:
    """What readers are told of a reference, with the addresses of notices."""
    pages = [BeautifulSoup((site / page / "index.html").read_text("utf-8"), "html.parser") for page in ("references", "sections/1-first")]
    notes = [soup.select_one(f"{selector}{key} .wp-note") for soup, selector in zip(pages, ("#ref-", "#source-"), strict=True)]
    assert all(notes)
    texts = []
    for note in notes:
        for link in note.select("a.status"):  # type: ignore[union-attr]
            link.string = f"{link.get_text()} <{link['href']}>"
        texts.append(" ".join(note.get_text().split()))  # type: ignore[union-attr]
    assert texts[1].startswith(texts[0])
    return texts[0]


def test_what_readers_see(world: World, tmp_path: Path) -> None:
    """At a reference and in its preview stand the day on which its record matched, and each notice; an entry changed since stands without."""
    world.hold("feder2014efficacy", **{"updated-by": [notice("correction", "10.1111/c.1"), notice("erratum", "10.1111/c.2")]})
    world.hold("feder2021randomized", page="3-9", **{"updated-by": [notice("retraction", "10.1111/r.1")]})
    world.hold("li2010mtor", volume="9")
    world.write("references.bib", "title = {{mTOR}-dependent synapse formation},", "title = {{mTOR}-dependent synapse formation},\n  volume = {8},")
    world.answer("duman2012synaptic", missing)
    assert world.audit().returncode == 1
    world.write("data/claims.yml", "  asof: 2026-01-15\n\n- number: C1.2", "  asof: 2026-01-15\n  reviewed_for: [feder2021randomized]\n\n- number: C1.2")
    site = built(world.root, tmp_path / "site")
    assert shown(site, "feder2014efficacy") == (
        "Trial · read as: abstract · record matched on 3 March 2026 · corrected: notice <https://doi.org/10.1111/c.1> · "
        "corrected: notice 2 <https://doi.org/10.1111/c.2>"
    )
    assert shown(site, "feder2021randomized").endswith("record matched on 3 March 2026 · retracted: notice <https://doi.org/10.1111/r.1>")
    assert shown(site, "li2010mtor").endswith("differs from its record of 3 March 2026 in: volume")
    assert shown(site, "duman2012synaptic").endswith("no record found on 3 March 2026")
    assert "record" not in shown(site, "csr2025")
    listed, schema = (json.loads((site / "data" / f"verification{kind}.json").read_text("utf-8")) for kind in ("", ".schema"))
    Draft202012Validator(schema).validate(listed)
    assert {r["key"]: r["result"] for r in listed}["feder2021randomized"] == "retracted"
    world.write("references.bib", "Efficacy of intravenous ketamine", "The efficacy of intravenous ketamine")
    assert "record" not in shown(built(world.root, tmp_path / "again"), "feder2014efficacy")


def test_a_retraction_stops_the_build(world: World, tmp_path: Path) -> None:
    """From an audit that finds a retraction on, the build fails at each claim that names the work, until the claim is reviewed for it;
    and the audit tells it until the entry does."""
    world.hold("feder2014efficacy", **{"updated-by": [notice("retraction", "10.1111/r.1")]})
    assert build(world.root, tmp_path / "site", "mkdocs", "--strict").returncode == 0
    done = world.audit()
    told = "'feder2014efficacy' was retracted (https://doi.org/10.1111/r.1); read the notice, hold the claims against it, and add 'status = {retracted}' and "
    line = world.line("feder2014efficacy", "")
    assert done.stderr.splitlines() == [f"references.bib:{line}: {told}'statusurl = {{https://doi.org/10.1111/r.1}}'", "1 problem"]
    failed = build(world.root, tmp_path / "site", "mkdocs", "--strict")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[0] == (
        "data/claims.yml:1: C1.1 leans on 'feder2014efficacy', which was retracted (https://doi.org/10.1111/r.1); "
        "review the claim, then take the work out, or keep it and add 'reviewed_for: [feder2014efficacy]'"
    )
    world.write("data/claims.yml", "  asof: 2026-01-15\n\n- number: C1.2", "  asof: 2026-01-15\n  reviewed_for: [feder2014efficacy]\n\n- number: C1.2")
    assert build(world.root, tmp_path / "site", "mkdocs", "--strict").returncode == 0
    own = "  doi = {10.1111/tiny.5},\n"
    world.write("references.bib", own, f"{own}  status = {{retracted}},\n  statusurl = {{{world.registry.address}/ptsd}},\n")
    assert world.audit().returncode == 0


def test_a_work_that_is_itself_a_notice(world: World) -> None:
    """A work of the paper that corrects another is told, until the entry says that it is meant."""
    world.hold("li2012other", **{"update-to": [notice("corrigendum", "10.1111/other")]})
    done = world.audit()
    told = "'li2012other' is itself a notice about https://doi.org/10.1111/other; cite that work, or add 'status = {notice}' and "
    assert done.stderr.splitlines()[0].endswith(f"{told}'statusurl = {{https://doi.org/10.1111/other}}'")
    own = "  doi = {10.1111/tiny.8},\n"
    world.write("references.bib", own, f"{own}  status = {{notice}},\n  statusurl = {{{world.registry.address}/ptsd}},\n")
    assert world.audit().returncode == 0


def test_dead_addresses(world: World) -> None:
    """An address that is gone is told with an archived copy if there is one; a refusal is no death; one with a copy already is content."""
    copy = "http://web.archive.org/web/20240101000000/https://gone"
    snapshot = {"archived_snapshots": {"closest": {"available": True, "url": copy, "timestamp": "20240101000000", "status": "200"}}}
    here = world.registry.address
    world.registry.answers["/survey"] = says(404, b"gone")
    world.registry.answers[f"/wayback/available?url={here}/survey"] = holds(snapshot)
    world.registry.answers["/sor-2025-242"] = says(410, b"gone")
    world.registry.answers[f"/wayback/available?url={here}/sor-2025-242"] = holds({"archived_snapshots": {}})
    world.registry.answers["/ptsd"] = says(403, b"no programs")
    world.registry.answers["/scc/2015/5"] = says(503, b"down")
    world.write("docs/about.md", "# About\n", f"# About\n\nSee [a page]({here}/nowhere).\n")
    done = world.audit()
    assert done.returncode == 1
    assert done.stdout == f"{len(world.works)} records, 6 addresses; 1 addresses gave no answer that says whether they are dead\n"
    line = (world.root / "docs" / "about.md").read_text("utf-8")[:].split("\n").index(f"See [a page]({here}/nowhere).") + 1
    assert done.stderr.splitlines() == [
        f"docs/about.md:{line}: the link '{here}/nowhere' is dead (it answers 404); link to another page, or take it out",
        f"references.bib:{world.line('csr2025', 'url')}: url '{here}/sor-2025-242' is dead (it answers 410); "
        "give another address; the Wayback Machine has no copy",
        f"references.bib:{world.line('statcan2024survey', 'url')}: url '{here}/survey' is dead (it answers 404); "
        "give another address, or add 'archivedurl = {https://web.archive.org/web/20240101000000/https://gone}'",
        "3 problems",
    ]
    world.write("references.bib", f"url = {{{here}/survey}},", f"url = {{{here}/survey}},\n  archivedurl = {{{here}/ptsd}},")
    assert "survey" not in world.audit().stderr


def busy(seconds: str) -> Callable[[BaseHTTPRequestHandler, int], None]:
    """Too many requests, with the wait that is wanted."""
    return says(429, b"", Retry_After=seconds)


def after(first: Callable[[BaseHTTPRequestHandler, int], None], then: Callable[[BaseHTTPRequestHandler, int], None], times: int = 1) -> Any:
    """A fault the first times, then an answer."""
    return lambda handler, n: (first if n <= times else then)(handler, n)


FAULTS = {
    "down": (says(503, b"down"), "answers 503, asked 4 times; try again later"),
    "slow": (slow, "did not answer within 0.3 seconds; try again later"),
    "html": (says(200, b"<html>Welcome</html>"), "answered with something that is no record; try again later"),
    "half": (says(200, b'{"status": "ok", "message": {"DOI"'), "answered with something that is no record; try again later"),
    "other": (says(200, b'{"message": {"title": []}}'), "answered with something that is no record; try again later"),
    "refused": (says(403, b"no"), "answers 403; try again later"),
    "cut": (cut, "could not be asked"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(fault: str, world: World) -> None:
    """Whatever a registry answers for one work, the others' results are kept, that work's of before stands, and the next run asks for it alone."""
    answer, message = FAULTS[fault]
    assert world.audit("2026-02-01").returncode == 0
    world.answer("li2010mtor", answer)
    done = world.audit(DAY, *(("--timeout", "0.3") if fault == "slow" else ()))
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 2, done.stderr
    assert lines[0].startswith(f"references.bib:{world.line('li2010mtor', 'doi')}: the record of 'li2010mtor' was not had: 127.0.0.1:")
    assert message in lines[0]
    assert {r["key"] for r in world.results() if str(r["date"]) != DAY} == {"li2010mtor"}
    world.asked()
    world.hold("li2010mtor")
    assert world.audit().returncode == 0
    assert world.asked() == ["/works/10.1111/tiny.7"]


def test_a_fault_that_passes(world: World) -> None:
    """After a 429 the audit waits as long as it is told; after 5xx it waits longer each time; then it goes on as if nothing had been."""
    good = holds(record_of(world.works["li2010mtor"]))
    world.answer("li2010mtor", after(busy("1"), good))
    began = time.monotonic()
    assert world.audit().returncode == 0
    assert time.monotonic() - began >= 1
    times: list[float] = []

    def down(handler: BaseHTTPRequestHandler, _: int) -> None:
        times.append(time.monotonic())
        says(502, b"")(handler, 0)

    world.asked()
    world.answer("li2010mtor", after(down, lambda h, n: (times.append(time.monotonic()), good(h, n))[1], 3))
    assert world.audit("2026-03-04", "--backoff", "0.2").returncode == 0
    waits = [b - a for a, b in itertools.pairwise(times)]
    assert len(waits) == 3
    assert waits[1] >= 0.4
    assert waits[2] >= 0.8


def test_a_registry_that_is_down_is_left_alone(world: World) -> None:
    """After five works in a row without an answer the audit stops, says so in one line, and keeps what it had."""
    for key in sorted(world.works)[3:]:
        world.answer(key, says(500, b""))
    done = world.audit(DAY, "--backoff", "0")
    assert done.returncode == 1
    assert re.fullmatch(
        r"5 records in a row were not had, the last because 127\.0\.0\.1:\d+ answers 500, asked 4 times; 3 results of this run are kept: "
        r"run make audit again to go on\n", done.stderr,
    )  # fmt: skip
    assert [r["key"] for r in world.results()] == sorted(world.works)[:3]


def test_a_registry_that_asks_to_be_left_alone_is(world: World) -> None:
    """Where the wait that is asked for is too long, nobody waits and nothing more is asked of that host."""
    world.answer(sorted(world.works)[3], busy("86400"))
    done = world.audit()
    assert done.returncode == 1
    assert re.fullmatch(
        r"127\.0\.0\.1:\d+ asks to be left alone for 86400 seconds; 3 results of this run are kept: run make audit again to go on\n", done.stderr
    )
    assert len(world.asked()) == 4
    world.hold(sorted(world.works)[3])
    world.registry.answers["/ptsd"] = busy("86400")
    assert "addresses gave no answer" in world.audit().stdout


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_run_is_resumed(how: signal.Signals, world: World) -> None:
    """A run that is killed or stopped loses no result that it had; the next one asks only for the rest, and the file is the same as if nothing had happened."""
    started: list[subprocess.Popen[str]] = []
    last = sorted(world.works)[4]
    doi = world.works[last].fields["doi"]

    def kill(handler: BaseHTTPRequestHandler, _: int) -> None:
        os.kill(started[0].pid, how)
        time.sleep(0.5)
        handler.close_connection = True

    world.answer(last, kill)
    command = [sys.executable, "-m", "whitepaper", "audit", "--date", DAY, *QUICK]
    with subprocess.Popen(
        command, cwd=world.root, env={**os.environ, **world.environment()}, text=True, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job would ignore it, and its children too
    ) as run:  # fmt: skip
        started.append(run)
        assert run.wait(60) == (130 if how == signal.SIGINT else -how)
    assert [r["key"] for r in world.results()] == sorted(world.works)[:4]
    assert [p.name for p in (world.root / "data").iterdir() if p.name.startswith(".")] == []
    world.hold(last)
    world.asked()
    assert world.audit().returncode == 0
    asked = [path for path in world.asked() if path.startswith("/works/")]
    assert asked == [f"/works/{world.works[key].fields['doi']}" for key in sorted(world.works)[4:]]
    assert f"/works/{doi}" in asked
    resumed = (world.root / verification.PATH).read_bytes()
    (world.root / verification.PATH).unlink()
    shutil.rmtree(world.root / ".cache" / "audit")
    assert world.audit().returncode == 0
    assert (world.root / verification.PATH).read_bytes() == resumed


def nobody() -> str:
    """An address of this machine where nobody answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("before", [True, False])
def test_offline(before: bool, world: World) -> None:
    """Without a network one line says so, nothing is changed, and the results of before stand."""
    if before:
        assert world.audit("2026-02-01").returncode == 0
    texts = bytes_of(world.root)
    done = world.audit(DAY, CROSSREF_API=nobody())
    assert done.returncode == 1
    assert re.fullmatch(
        r"127\.0\.0\.1:\d+ cannot be reached; nothing is changed, and the results of before stand: run make audit again later, with a network\n", done.stderr
    )
    assert not done.stdout
    assert bytes_of(world.root) == texts


def test_a_network_that_goes_is_no_death(world: World) -> None:
    """Where the records are there and then no address answers, none is called dead."""
    assert world.audit().returncode == 0
    shutil.rmtree(world.root / ".cache" / "audit")
    text = (world.root / "references.bib").read_text("utf-8")
    (world.root / "references.bib").write_text(text.replace(world.registry.address, gone := nobody()), "utf-8")
    done = world.audit(DAY, CROSSREF_API=gone)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot be reached; the records are held against the paper: run make audit again for the addresses" in done.stderr
    lone = world.audit(DAY)
    assert lone.stderr.count("is dead (no such host answers)") == 5


def test_the_audit_is_polite(world: World) -> None:
    """It says who asks and, where publication.yml has a contact, whom to write to; asks one at a time, and not faster than it is allowed."""
    times: list[float] = []
    at_once: list[int] = []
    lock = threading.Lock()

    def counted(answer: Callable[[BaseHTTPRequestHandler, int], None]) -> Callable[[BaseHTTPRequestHandler, int], None]:
        def counting(handler: BaseHTTPRequestHandler, n: int) -> None:
            at_once.append(1 - lock.acquire(blocking=False))
            times.append(time.monotonic())
            answer(handler, n)
            if not at_once[-1]:
                lock.release()

        return counting

    limits = {"X_Rate_Limit_Limit": "5", "X_Rate_Limit_Interval": "1s"}
    for key, work in world.works.items():
        world.answer(key, counted(says(200, json.dumps(record_of(work)).encode(), **limits)))
    world.write("publication.yml", "version:", "contact: editor@example.org\nversion:")
    assert world.audit().returncode == 0
    assert {agent for _, agent in world.registry.asked} == {world.registry.asked[0][1]}
    assert re.fullmatch(r"whitepaper/[\d.]+ \(mailto:editor@example\.org\)", world.registry.asked[0][1])
    assert sum(at_once) == 0
    assert len(times) == len(world.works)
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.19


def test_what_is_past_its_review(world: World) -> None:
    """Claims and sections that nobody has held against their sources for two years are told, by the paper's own date or a day that is given."""
    world.write("docs/about.md", "reviewed: 2026-01-30", "reviewed: 2024-05-01")
    assert run(world.root, "audit", *QUICK, **world.environment()).returncode == 0
    assert world.audit("2026-05-01").returncode == 0
    done = world.audit("2028-02-01")
    assert done.stderr.splitlines() == [
        *(
            f"data/claims.yml:{line}: {number} is as of {day}, more than 2 years before 2028-02-01; hold it against newer sources, and date it"
            for line, number, day in ((1, "C1.1", "2026-01-15"), (12, "C1.2", "2026-01"), (23, "C2.1", "2026-01-15"))
        ),
        "docs/about.md:4: was reviewed on 2024-05-01, more than 2 years before 2028-02-01; read it against its sources, and date it",
        "4 problems",
    ]
    assert world.audit("someday").stderr == "DATE is 'someday'; write it as 2026-11-21\n"


def test_results_that_cannot_be_read_are_left(world: World) -> None:
    """Results or entries with a fault are told before anybody is asked; those of a reference that is gone are dropped."""
    assert world.audit().returncode == 0
    world.asked()
    good = (world.root / verification.PATH).read_text("utf-8")
    world.write(verification.PATH, "result: matched", "result: fine")
    done = world.audit("2026-03-04")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == f"{verification.PATH}:4: result is 'fine'; use one of matched, differs, not found, corrected, retracted"
    assert world.asked() == []
    more = good + "- key: nobody1900\n  doi: 10.1111/x\n  result: not found\n  date: 2026-02-01\n  entry: e0\n"
    (world.root / verification.PATH).write_text(more, "utf-8")
    assert "has a result for 'nobody1900'" in run(world.root, "check").stderr
    assert world.audit().returncode == 0
    assert (world.root / verification.PATH).read_text("utf-8") == good


@pytest.mark.parametrize("online", [True, False])
def test_the_scheduled_job(online: bool, world: World) -> None:
    """The job's own step keeps the exit status and a report for the pull request, with each problem beside its line; offline the report says so."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "audit.yml").read_text("utf-8"))["jobs"]
    step = next(s for s in jobs["audit"]["steps"] if s.get("id") == "audit")
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, world.root / name)
        os.utime(world.root / name, (0, 0))
    (world.root / ".venv").symlink_to(ROOT / ".venv")
    world.answer("li2010mtor", missing)
    environment = world.environment() | {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(world.root / "output")} | ({} if online else {"CROSSREF_API": nobody()})
    inherited = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]], cwd=world.root, env={**inherited, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (world.root / "output").read_text("utf-8") == "status=2\n"
    report = (world.root / "report.txt").read_text("utf-8")
    assert report in done.stdout
    if online:
        assert f"::error file=references.bib,line={world.line('li2010mtor', 'doi')}::neither Crossref nor DataCite holds" in done.stdout
        assert "neither Crossref nor DataCite holds '10.1111/tiny.7'" in report
    else:
        assert report.count("\n") == 1
        assert "run make audit again later, with a network" in report
        assert not (world.root / verification.PATH).exists()


def test_the_paper_matches_records_made_from_itself() -> None:
    """Every entry of the paper with a DOI matches a record that says the same; written and read again, the results are the same."""
    paper = gather(Sources(ROOT), Cache())[0]
    results = {}
    for key, r in paper.references.items():
        if "doi" not in r.fields:
            continue
        people = [{"given": p.get("given", ""), "family": p["family"]} if "family" in p else {"name": p["literal"]} for p in r.csl.get("author", [])]
        record = {
            "DOI": r.fields["doi"].upper(), "title": [r.fields.get("title", "").upper()], "author": people, "volume": r.fields.get("volume"),
            "page": r.fields.get("pages", "").replace("--", "–"), "issued": {"date-parts": [[int(references.year(r) or 0)]]},
        }  # fmt: skip
        results[key] = audit.result(r, registries.Found("Crossref", f"https://api.crossref.org/works/{r.fields['doi']}", record), DAY)
        assert results[key].result == "matched", results[key]
        assert matching.work(registries.Found("Crossref", "", record)).retracted is None
    assert len(results) > 200
    text = verification.written(results.values())
    again, problems = verification.read(verification.PATH, text)
    assert not problems
    assert verification.written(again.values()) == text
