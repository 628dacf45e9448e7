"""`python -m whitepaper site`: build beside `site/`, and take its place only when the build succeeded."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

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


if __name__ == "__main__":
    if sys.argv[1:] != ["site"]:
        sys.exit("usage: python -m whitepaper site")
    sys.exit(site())
