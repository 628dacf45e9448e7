"""Asking Crossref, then DataCite, for the record of a DOI: politely, a few times, and never for ever."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any
from urllib.parse import quote, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, TimeoutError

from whitepaper.records import Record, from_crossref, from_datacite

TRIES = 3
LONGEST_WAIT = 60
BUSY = (429, 500, 502, 503, 504)
# Where the registries are; tests put a server of this machine in their place.
ADDRESSES = {"CROSSREF_API": "https://api.crossref.org", "DATACITE_API": "https://api.datacite.org"}


class Unanswered(Exception):  # noqa: N818  # it names what happened, not an error of ours
    """No registry gave a record, and why."""


def fetch(doi: str, timeout: float) -> Record:
    """The record of a DOI.

    Raises:
        Unanswered: no registry holds it, or none could be asked.
    """
    path = quote(doi, safe="/")
    found = _asked("CROSSREF_API", f"/works/{path}", timeout)
    if found is not None:
        return from_crossref(_within(found, "CROSSREF_API", "message"))
    found = _asked("DATACITE_API", f"/dois/{path}", timeout)
    if found is not None:
        return from_datacite(_within(found, "DATACITE_API", "data", "attributes"))
    raise Unanswered(f"neither Crossref nor DataCite holds '{doi}'; check it at https://doi.org/{path}")


def _within(found: Any, registry: str, *names: str) -> Mapping[str, Any]:
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping) or not (found.get("DOI") or found.get("doi")):
        raise Unanswered(f"{_host(registry)} answered with something that is no record; try again later")
    return found


def _address(registry: str) -> str:
    return os.environ.get(registry, ADDRESSES[registry]).rstrip("/")


def _host(registry: str) -> str:
    return urlsplit(_address(registry)).netloc


def _asked(registry: str, path: str, timeout: float) -> Any | None:
    """What a registry answers, or None where it holds no such work."""
    url, host = _address(registry) + path, _host(registry)
    retries = urllib3.Retry(TRIES, backoff_factor=0.5, status_forcelist=BUSY, raise_on_status=False, retry_after_max=LONGEST_WAIT)
    mail = os.environ.get("CROSSREF_MAILTO")
    agent = f"whitepaper/{version('whitepaper')}" + (f" (mailto:{mail})" if mail else "")
    try:
        with _pool(url) as pool:
            answer = pool.request("GET", url, headers={"User-Agent": agent, "Accept": "application/json"}, retries=retries, timeout=timeout)
            data = answer.data
    except MaxRetryError as error:
        if isinstance(error.reason, NewConnectionError) or error.reason is None:
            raise Unanswered(f"{host} cannot be reached, and a record comes from there only; try again with a network, or write the entry by hand") from error
        why = f"did not answer within {timeout:g} seconds" if isinstance(error.reason, TimeoutError) else f"could not be asked ({error.reason})"
        raise Unanswered(f"{host} {why}; try again later") from error
    except HTTPError as error:
        raise Unanswered(f"{host} could not be asked ({error}); try again later") from error
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise Unanswered(f"{host} answers {answer.status}, asked {TRIES + 1} times; try again later" if answer.status in BUSY else
                         f"{host} answers {answer.status}; try again later")  # fmt: skip
    try:
        return json.loads(data)
    except ValueError as error:
        raise Unanswered(f"{host} answered with something that is no record; try again later") from error


def _pool(url: str) -> urllib3.PoolManager:
    """What carries the request, through the proxy that the system names, if any."""
    parts = urlsplit(url)
    proxy = None if urllib.request.proxy_bypass(parts.hostname or "") else urllib.request.getproxies().get(parts.scheme)
    return urllib3.ProxyManager(proxy) if proxy else urllib3.PoolManager()
