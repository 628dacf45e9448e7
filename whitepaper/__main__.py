"""The commands behind make: `site` builds beside `site/` and takes its place only when whole; `prose` grades the text;
`citation` writes the files by which others cite this repository.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from whitepaper import publication
from whitepaper.cache import Cache
from whitepaper.exports import record
from whitepaper.language import words
from whitepaper.prose import table
from whitepaper.read import Sources, read

NEW, OLD, SITE = Path(".site-new"), Path(".site-old"), Path("site")


def site() -> int:
    """Build the paper, strict, into `site/`; a build that fails leaves the old one as it was. The exit status."""
    shutil.rmtree(NEW, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(NEW)], check=False)
    if done.returncode:
        shutil.rmtree(NEW, ignore_errors=True)
        return 1
    shutil.rmtree(OLD, ignore_errors=True)
    if SITE.exists():
        SITE.rename(OLD)
    NEW.rename(SITE)
    shutil.rmtree(OLD, ignore_errors=True)
    return 0


def prose() -> int:
    """Print how hard each section is to read. The exit status."""
    paper, _, problems = read(Sources(Path()), Cache(Path(".cache") / "whitepaper"))
    if paper is None:
        print(*problems, sep="\n", file=sys.stderr)
        return 1
    print(table(paper))
    return 0


def citation() -> int:
    """Write CITATION.cff and .zenodo.json anew from the paper's record. The exit status."""
    path = Path(Sources(Path()).publication)
    found, problems = publication.read(str(path), path.read_text(encoding="utf-8"))
    if found is None:
        print(*problems, sep="\n", file=sys.stderr)
        return 1
    for name, text in record.kept(found, words(found.language)).items():
        Path(name).write_text(text, encoding="utf-8")
    return 0


COMMANDS = {"site": site, "prose": prose, "citation": citation}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"usage: python -m whitepaper {'|'.join(COMMANDS)}")
    sys.exit(COMMANDS[sys.argv[1]]())
