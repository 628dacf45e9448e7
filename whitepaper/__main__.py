"""The commands behind make. Each reads the paper whole; what it writes, it writes whole or not at all."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from whitepaper import telling
from whitepaper.cache import Cache
from whitepaper.model import Paper, Problem
from whitepaper.read import Sources, gather


def site(_: argparse.Namespace) -> int:
    """Build the paper, strict, and its documents into site/; a build that fails leaves the old one as it was."""
    from whitepaper import making

    return making.site()


def documents(_: argparse.Namespace) -> int:
    """Make every document into dist/; where one cannot be made, dist/ stays as it was."""
    from whitepaper import making

    return making.documents()


def _gathered() -> tuple[Paper, list[Problem], Sources]:
    """The paper of this folder as far as it can be read, its problems, and where its texts are."""
    sources = Sources(Path())
    paper, _, problems = gather(sources, Cache(Path(".cache") / "whitepaper"))
    return paper, problems, sources


def _told(problems: Sequence[Problem], good: str) -> int:
    """Tell problems, or that there are none. The exit status."""
    if problems:
        telling.tell(sorted(set(problems)))
        return 1
    print(good)
    return 0


def check(_: argparse.Namespace) -> int:
    """Check structure, citations, data and terms, without building."""
    from whitepaper import tidy

    paper, problems, sources = _gathered()
    problems += tidy.check(sources)
    counts = f"{len(paper.sections)} pages, {len(paper.references)} references, {len(paper.claims)} claims, {len(paper.exhibits)} exhibits"
    return _told(problems, f"{counts}: no problem")


def prose(_: argparse.Namespace) -> int:
    """Check spelling, readability and sentences, and print how hard each page is to read."""
    from whitepaper import prose, spelling, tidy

    paper, _problems, sources = _gathered()
    print(prose.table(paper))
    found = [*prose.check(paper), *spelling.check(paper, sources.root)]
    found += [problem for section in paper.sections.values() for problem in tidy.crowded(section)]
    return _told(found, "no problem")


def fix(_: argparse.Namespace) -> int:
    """Mend what is mechanical (links of the chain, order of the bibliography and word list, a line a sentence), and show it."""
    from whitepaper import tidy, writing

    paper, _problems, sources = _gathered()
    shown = writing.write(sources.root, tidy.tidied(paper, sources))
    print("\n".join(shown) if shown else "nothing to mend")
    return 0


def citation(_: argparse.Namespace) -> int:
    """Write CITATION.cff and .zenodo.json anew from the paper's record."""
    from whitepaper import publication, writing
    from whitepaper.exports import record
    from whitepaper.language import words

    path = Path(Sources(Path()).publication)
    found, problems = publication.read(str(path), path.read_text(encoding="utf-8"))
    shown = writing.write(Path(), record.kept(found, words(found.language))) if found else []
    return _told(problems, "\n".join(shown) or "nothing to write")


def section(given: argparse.Namespace) -> int:
    """Start a section within the reading order; its neighbours' links follow."""
    from whitepaper import starting, writing

    paper, problems, sources = _gathered()
    texts, faults = starting.section(paper, given.name, given.title, given.after) if paper.order else ({}, problems)
    shown = writing.write(sources.root, texts) if not faults else []
    return _told(faults, "\n".join(shown))


def reference(given: argparse.Namespace) -> int:
    """Write the entry of a DOI from Crossref's or DataCite's record."""
    from whitepaper import starting, writing

    paper, _problems, sources = _gathered()
    path = sources.bibliographies[0]
    texts, said, faults = starting.reference(paper, sources.root, path, given.doi, given.kind, given.readas, given.timeout)
    writing.write(sources.root, texts)
    return _told(faults, said)


def changes(given: argparse.Namespace) -> int:
    """Print, as Markdown, what changed for readers since a commit."""
    from whitepaper import comparison

    paper, problems, _ = _gathered()
    if problems:
        return _told(problems, "")
    before = comparison.at(given.base)
    if before is None:
        print(f"there is no commit '{given.base}' here; fetch it, or name another", file=sys.stderr)
        return 1
    print(comparison.summary(before, paper), end="")
    return 0


def audit(given: argparse.Namespace) -> int:
    """Hold every DOI's record, notices, addresses and review dates against the paper; results go to data/verification.yml."""
    from whitepaper import audit as auditing
    from whitepaper.asking import Manner
    from whitepaper.verification import is_date

    if given.date and not is_date(given.date):
        print(f"DATE is '{given.date}'; write it as 2026-11-21", file=sys.stderr)
        return 1
    paper, problems, sources = _gathered()
    if faults := auditing.faults(paper, problems, sources.bibliographies):
        return _told(faults, "")
    contact = os.environ.get("CROSSREF_MAILTO") or paper.publication.contact
    manner = Manner(given.timeout, given.pause, given.backoff, contact)
    try:
        report = auditing.run(paper, sources.root, manner, given.date or auditing.today(), given.date or paper.publication.date)
    except auditing.Stopped as stopped:
        print(stopped, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; what was found is kept: run make audit again to go on", file=sys.stderr)
        return 130
    silent = f"; {report.unknown} addresses gave no answer that says whether they are dead" if report.unknown else ""
    print(f"{report.records} records, {report.addresses} addresses{silent}")
    return _told(report.problems, "no problem")


def parser() -> argparse.ArgumentParser:
    """The commands and their options; an option not given is taken from the environment, where make puts NAME=… and its like."""
    parsed = argparse.ArgumentParser(prog="python -m whitepaper", description="Builds and checks the paper of this folder.")
    commands = parsed.add_subparsers(required=True, metavar="command")

    def command(run: Callable[[argparse.Namespace], int], *options: str) -> argparse.ArgumentParser:
        added = commands.add_parser(run.__name__, help=(run.__doc__ or "").splitlines()[0])
        for name in options:
            added.add_argument(f"--{name}", default=os.environ.get(name.upper(), ""))
        added.set_defaults(run=run)
        return added

    for run in (site, documents, check, prose, fix, citation):
        command(run)
    command(section, "name", "title", "after")
    command(reference, "doi", "kind", "readas").add_argument("--timeout", type=float, default=20, metavar="SECONDS")
    audits = command(audit, "date")
    for name, seconds in (("timeout", 20.0), ("pause", 0.2), ("backoff", 0.5)):
        audits.add_argument(f"--{name}", type=float, default=seconds, metavar="SECONDS")
    command(changes).add_argument("base", nargs="?", default=os.environ.get("BASE") or "origin/main")
    return parsed


if __name__ == "__main__":
    arguments = parser().parse_args()
    sys.exit(arguments.run(arguments))
