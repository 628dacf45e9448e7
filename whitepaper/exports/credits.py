"""What every document says of itself, from the paper's record."""

from __future__ import annotations

import calendar
import datetime
import uuid

from whitepaper.exports.book import Book
from whitepaper.language import date
from whitepaper.model import Publication
from whitepaper.publication import LICENCES


def authors(book: Book) -> list[str]:
    """Who wrote the paper."""
    return [person.whole for person in book.publication.authors]


def day(book: Book) -> str:
    """The paper's date in words."""
    return date(book.publication.date, book.words)


def edition(book: Book) -> str:
    """Version and date, as the cover has them."""
    return str(book.words["book"]["version"]).format(version=book.publication.version, date=day(book))


def licence(book: Book) -> str:
    """The licence in words."""
    return str(book.words["book"]["licence"]).format(name=LICENCES[book.publication.licence][0])


def epoch(record: Publication) -> int:
    """The paper's date as seconds since 1970: the time that every document bears."""
    return calendar.timegm(datetime.date.fromisoformat(record.date).timetuple())


def identifier(book: Book) -> str:
    """The paper's DOI; without one, a name for this edition that no other has, made from its title, language, version and date."""
    record = book.publication
    return record.doi or uuid.uuid5(uuid.NAMESPACE_URL, "\n".join((record.title, record.language, record.version, record.date))).urn
