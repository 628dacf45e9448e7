"""An exhibit as an accessible table, and what stands below every exhibit."""

from __future__ import annotations

from html import escape as e

from whitepaper.bibliography import Address, Drawing, group
from whitepaper.exhibits import ABSENT
from whitepaper.language import Words, date
from whitepaper.markdown import slug
from whitepaper.model import Cell, Column, Exhibit

WIDE = 6  # a table of more columns is a row of cards on most screens


def shown(value: Cell, column: Column, words: Words) -> str:
    """A value as readers see it, with a minus sign that is one."""
    if isinstance(value, bool):
        return str(words["yes"] if value else words["no"])
    if isinstance(value, float) and column.type == "number":
        text = f"{value:.2f}" if column.unit == "1" else f"{value:g}"
        return text.replace("-", "−")
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u00a0").replace("-", "−") if abs(value) >= 10000 else str(value).replace("-", "−")
    return str(words[value] if value in ABSENT else value)


def draw(exhibit: Exhibit, name: str, drawing: Drawing, address: Address) -> str:
    """The table: a caption, a header cell for each column and each row, and each cell labelled for narrow screens."""
    said = drawing.words["exhibits"]
    head = "".join(f'<th scope="col">{e(c.label)}</th>' for c in exhibit.columns)
    rows = []
    for n, row in enumerate(exhibit.rows):
        cells = []
        for at, (value, column) in enumerate(zip(row, exhibit.columns, strict=True)):
            text = _cited(exhibit, n, str(value), drawing, address) if column.type == "reference" else e(shown(value, column, said))
            data = f'data-label="{e(column.label)}"'
            numeric = ' class="wp-number"' if column.type in ("integer", "number") else ""
            cells.append(f'<th scope="row" {data}>{text}</th>' if at == 0 else f"<td {data}{numeric}>{text}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    kind = "wp-table wp-wide" if len(exhibit.columns) > WIDE else "wp-table"
    caption = f"<caption><strong>{e(name)}.</strong> {e(exhibit.caption)}</caption>"
    header = f"<thead><tr>{head}</tr></thead>"
    body = "<tbody>\n" + "\n".join(rows) + "\n</tbody>"
    return f'<table class="{kind}">\n{caption}\n{header}\n{body}\n</table>'


def _cited(exhibit: Exhibit, row: int, key: str, drawing: Drawing, address: Address) -> str:
    """A source of a row, as the citation that the References page leads back to."""
    return group((key,), drawing, address, lambda k: f"cite-{exhibit.name}-{row + 1}-{slug(k)}", parentheses=False)


def below(exhibit: Exhibit, drawing: Drawing, address: Address) -> str:
    """Note, source and date, the download and the data dictionary."""
    said = drawing.words["exhibits"]
    day = date(exhibit.date, drawing.words)
    rows = "".join(_entry(c, said) for c in exhibit.columns)
    file = e(address(f"data/{exhibit.name}.csv"))
    return (
        f'<p class="wp-below"><strong>{e(said["note"])}</strong> {e(exhibit.note)}</p>\n'
        f'<p class="wp-below"><strong>{e(said["source"])}</strong> {e(exhibit.source)} {e(said["checked"].format(date=day))}</p>\n'
        f'<p class="wp-below"><a href="{file}" download>{e(said["download"])}</a></p>\n'
        f'<details class="wp-dictionary"><summary>{e(said["dictionary"])}</summary><dl>{rows}</dl></details>'
    )


def _entry(column: Column, said: Words) -> str:
    unit = f", {e(_unit(column, said['pure']))}" if column.unit else ""
    return f"<dt><code>{e(column.name)}</code> {e(column.label)}</dt><dd>{e(column.description)} ({e(said['types'][column.type])}{unit})</dd>"


def _unit(column: Column, pure: str) -> str:
    return pure if column.unit == "1" else column.unit
