"""A built site as one zip file, the same bytes for the same site."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

LEFT_OUT = ("404.html", "robots.txt", "sitemap.xml", "sitemap.xml.gz")  # a copy on disk has no use for them


def packed(folder: Path, name: str, epoch: int) -> bytes:
    """A folder's files under one folder of that name, each with the same date."""
    out = io.BytesIO()
    day = time.gmtime(epoch)[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.relative_to(folder).as_posix() not in LEFT_OUT):
            entry = zipfile.ZipInfo(f"{name}/{path.relative_to(folder).as_posix()}", day)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return out.getvalue()
