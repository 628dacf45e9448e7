"""Benchmark: how long synthetic papers take, beside stock mkdocs-bibtex and beside the same pages without citations.

`make bench` prints a table. BENCH=large adds 1,000 pages with 10,000 references, and stock at 200 pages.
Exports are left out: what readers take away is no part of drawing citations. What the documents add is told at the end.

The paper itself has two floors. MkDocs alone is given pages in which claims, tables and terms stand typed, and draws them in
the stock theme; the other floor is our own build, with all that it draws, in which citations take no time.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from whitepaper import bibliography, pages
from whitepaper.cache import Cache
from whitepaper.language import words
from whitepaper.read import Sources, read

ROOT = Path(__file__).parent.parent
WORDS = "evidence trial dose people symptom week effect measure therapy care policy province risk benefit sample group rating scale".split()
CONFIG = """\
site_name: Synthetic
docs_dir: docs
use_directory_urls: true
theme: {{name: material, font: false{custom}}}
plugins:
{plugins}
markdown_extensions: [admonition, attr_list, footnotes, md_in_html, tables, toc: {{permalink: true}}, pymdownx.superfences]
"""
MKDOCS = "from mkdocs.__main__ import cli; cli()"
OURS = f"""
from whitepaper import exports
exports.files = exports.works.singles = lambda *_: {{}}
{MKDOCS}
"""
UNCITED = f"""
from whitepaper import bibliography, citeproc, citing, references
from whitepaper.citeproc import Formatted, Label
def unformatted(paper, style, cache):
    keys = references.cited_keys(paper)
    return Formatted(style, {{k: Label("", "", "") for k in keys}}, dict.fromkeys(keys, ""), keys, {{}}, citeproc.ranks(keys))
references.with_works = lambda bibliography, cache: (bibliography.references, [])
citeproc.begin = lambda *_: None
bibliography.format_paper = unformatted
citing.printed = lambda *_: citing.Printed("", (), ())
{OURS}
"""
BIBTEX = "  - search\n  - bibtex:\n      bib_file: references.bib\n      csl_file: styles/apa.csl\n      bib_by_default: {default}\n"


def sentence(rng: random.Random) -> str:
    """A sentence of common words."""
    return " ".join(rng.choice(WORDS) for _ in range(14)).capitalize()


def synthetic_bibliography(count: int, colliding: bool, rng: random.Random) -> str:
    """A bibliography whose first authors are all of different names, or of some forty names between them."""
    entries = []
    for n in range(count):
        surname = f"Name{rng.randrange(40)}" if colliding else f"Name{n}"
        more = " and ".join(f"Other{rng.randrange(900)}, {rng.choice('ABCDE')}." for _ in range(rng.randrange(1, 7)))
        entries.append(
            f"@article{{key{n},\n  author = {{{surname}, {rng.choice('ABC')}nn and {more}}},\n  title = {{{sentence(rng)} number {n}}},\n"
            f"  journal = {{Journal of Synthetic Evidence}},\n  year = {{{2000 + n % 25}}},\n  volume = {{{n % 60}}},\n  number = {{3}},\n"
            f"  pages = {{{n}--{n + 9}}},\n  doi = {{10.1000/synthetic.{n}}},\n  keywords = {{trial}},\n  readas = {{abstract}},\n}}\n"
        )
    return "\n".join(entries)


def paper(root: Path, pages: int, works: int, kind: str, colliding: bool = False) -> None:
    """Write a synthetic paper: five headings and 15 citations a page. `kind` is ours, stock or floor."""
    rng = random.Random(7)
    (root / "docs").mkdir(parents=True)
    shutil.copytree(ROOT / "styles", root / "styles")
    plugins = {"floor": "  - search\n", "stock": BIBTEX.format(default="true"), "ours": BIBTEX.format(default="false") + "  - whitepaper\n"}[kind]
    custom = f", custom_dir: {(ROOT / 'whitepaper' / 'theme').as_posix()}" if kind == "ours" else ""
    (root / "mkdocs.yml").write_text(CONFIG.format(plugins=plugins, custom=custom), encoding="utf-8")
    (root / "references.bib").write_text(synthetic_bibliography(works, colliding, rng), encoding="utf-8")
    shutil.copy(ROOT / "tests" / "site" / "publication.yml", root)
    cited = 0
    for n in range(pages):
        prev = f"prev:\n  link: '/p{n - 1}'" if n else "prev: false"
        following = f"next:\n  link: '/{f'p{n + 1}' if n + 1 < pages else 'references'}'"
        lines = [f"---\ntitle: '{n}. Page'\ndescription: Page {n}\n{prev}\n{following}\n---\n\n# {n}. Page\n"]
        for heading in range(5):
            lines.append(f"## {n}.{heading} {sentence(rng)}\n")
            for _ in range(3):
                cite = "" if kind == "floor" else f" [@key{cited % works}]"
                cited += 1
                lines.append(f"{sentence(rng)}.\n{sentence(rng)}{cite}.\n{sentence(rng)}.\n")
        (root / "docs" / f"p{n}.md").write_text("\n".join(lines), encoding="utf-8")
    if kind == "ours":
        text = f"---\ntitle: References\ndescription: All\nprev:\n  link: '/p{pages - 1}'\nnext: false\n---\n\n# References\n\n\\bibliography\n"
        (root / "docs" / "references.md").write_text(text, encoding="utf-8")


def build(root: Path, program: str = MKDOCS) -> tuple[float, float]:
    """Seconds and peak memory (MB, of the largest process) of one build."""
    return run(root, "-c", program, "build", "-q", "-f", str(root / "mkdocs.yml"), "-d", str(root / "site"))


def run(root: Path, *arguments: str) -> tuple[float, float]:
    """Seconds and peak memory of Python with these arguments, in a folder."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=root, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"a build of {root} failed")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def measure(folder: Path, pages: int, works: int, colliding: bool, stock: bool) -> list[tuple[str, float, float]]:
    """One paper, every way of building it, as (name, seconds, MB)."""
    rows = []
    paper(folder / "floor", pages, works, "floor")
    build(folder / "floor")
    rows.append(("floor: no citations", *build(folder / "floor")))
    paper(folder / "ours", pages, works, "ours", colliding)
    rows.append(("ours, cold", *build(folder / "ours", OURS)))
    rows.append(("ours, warm", *build(folder / "ours", OURS)))
    page = folder / "ours" / "docs" / "p1.md"
    page.write_text(page.read_text(encoding="utf-8").replace(" [@key15]", " [@key17]") + f"\nMore [@key15; @key{works - 1}, p. 3].\n", encoding="utf-8")
    rows.append(("ours, one section changed", *build(folder / "ours", OURS)))
    if stock:
        paper(folder / "stock", pages, works, "stock", colliding)
        rows.append(("stock mkdocs-bibtex", *build(folder / "stock")))
    return rows


def real() -> list[tuple[str, float, float]]:
    """The paper itself: its floors and ours, cold and warm."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        ours, floor = Path(name) / "ours", Path(name) / "floor"
        ours.mkdir()
        for part in ("docs", "data", "styles", "whitepaper", "references.bib", "publication.yml", "mkdocs.yml", "CHANGELOG.md"):
            (shutil.copytree if (ROOT / part).is_dir() else shutil.copy)(ROOT / part, ours / part)
        shutil.copytree(ours, floor)
        without_citations(floor)
        build(ours, UNCITED)
        rows.append(("floor: ours, not citing", *_best(ours, UNCITED)))
        rows.append(("MkDocs alone, all typed", *_best(floor, MKDOCS)))
        rows.append(("ours, cold", *_best(ours, OURS, cold=True)))
        rows.append(("ours, warm", *_best(ours, OURS)))
        rows.append(("ours, warm, with exports", *_best(ours, MKDOCS)))
        rows.append(("the same, cold", *_best(ours, MKDOCS, cold=True)))
        shutil.rmtree(ours / ".cache")
        rows.append(("make site, cold", *run(ours, "-m", "whitepaper", "site")))
    return rows


def _best(root: Path, program: str, cold: bool = False) -> tuple[float, float]:
    """The quicker of three builds, each with nothing kept where it is to be cold."""
    done = []
    for _ in range(3):
        if cold:
            shutil.rmtree(root / ".cache", ignore_errors=True)
        done.append(build(root, program))
    return min(done)


def without_citations(root: Path) -> None:
    """Make a copy of the paper its own floor: what is drawn from data stands typed in its pages, and citations and lists of sources are gone."""
    paper, style, problems = read(Sources(root), Cache())
    if paper is None or style is None:
        sys.exit("\n".join(map(str, problems)))
    drawing = bibliography.drawing(paper, style, words(paper.publication.language), Cache())
    for path, section in paper.sections.items():
        text = pages.with_data(pages.draw(path, drawing), path, drawing, lambda target: target)
        text = re.sub(r'<a class="citation".*?</a>', "", pages.TOKEN.sub("", text)).replace(pages.LIST, "")
        (root / path).write_text(section.text[: section.body] + text, encoding="utf-8")
    config = (root / "mkdocs.yml").read_text(encoding="utf-8").replace("strict: true", "strict: false")
    config = re.sub(r"  - bibtex:\n(?:      .*\n)+  - whitepaper\n", "", config)
    config = re.sub(r"  custom_dir: .*\n|^extra_(?:css|javascript):\n(?:  .*\n)+|^validation:\n(?:  .*\n)+", "", config, flags=re.M)
    (root / "mkdocs.yml").write_text(config, encoding="utf-8")


def show(title: str, rows: list[tuple[str, float, float]]) -> None:
    """Print one paper's table."""
    floor = rows[0][1]
    print(f"\n{title}\n{'':28} {'seconds':>8} {'× floor':>8} {'MB':>6}")
    for name, seconds, memory in rows:
        print(f"{name:28} {seconds:8.1f} {seconds / floor:8.2f} {memory:6.0f}", flush=True)


def main() -> None:
    """Print every table, then the ratios that the project holds itself to."""
    large = os.environ.get("BENCH") == "large"
    sizes = [(10, 100), (50, 500), (200, 2000), *([(1000, 10000)] if large else [])]
    cold: dict[int, float] = {}
    floor: dict[int, float] = {}
    for count, works in sizes:
        for colliding in (False, True) if count <= 200 else (False,):
            with tempfile.TemporaryDirectory() as folder:
                stock = not colliding and (count == 50 or (count == 200 and large))
                rows = measure(Path(folder), count, works, colliding, stock)
            show(f"{count} pages, {works} references, {'colliding' if colliding else 'distinct'} names", rows)
            if not colliding:
                floor[count], cold[count] = rows[0][1], rows[1][1]
            if stock:
                print(f"stock takes {rows[-1][1] / rows[1][1]:.1f} times as long as ours, cold")
    with tempfile.TemporaryDirectory() as folder:
        paper(Path(folder) / "one", 1, 15, "ours")
        start, _ = build(Path(folder) / "one", OURS)
    growth = (cold[200] - start) / (cold[50] - start)
    print(f"\n200 pages over 50, start-up (one page, {start:.1f} s) taken off both: {growth:.1f} (linear: {199 / 49:.2f})")
    own = (cold[200] - floor[200]) / (cold[50] - floor[50])
    print(f"the same for what we add to the floor, which renders a menu of all pages on every page: {own:.1f} (linear: 4.00)")
    rows = real()
    show("the paper itself", rows)
    print(f"cold over MkDocs alone: {rows[2][1] / rows[1][1]:.2f}")
    print(f"documents add {rows[-1][1] - rows[-2][1]:.1f} s to a build from nothing (at most 15)")


if __name__ == "__main__":
    main()
