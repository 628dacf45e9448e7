"""The paper's data as files: CSV and JSON of every exhibit, JSON of the registers, and the JSON Schemas that they keep to."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields
from typing import Any

from whitepaper.glossary import GROUPS
from whitepaper.model import Claim, Exhibit, Paper, Recommendation, Term, Verification
from whitepaper.registers import ABOUT, CERTAINTIES, HORIZONS, STRENGTHS
from whitepaper.verification import COMPARED, RESULTS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TYPES = {"text": "string", "reference": "string", "integer": "integer", "number": "number", "boolean": "boolean"}


def as_csv(exhibit: Exhibit) -> str:
    """An exhibit's rows as CSV (RFC 4180), with the columns' names as header."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([c.name for c in exhibit.columns])
    writer.writerows([str(v).lower() if isinstance(v, bool) else v for v in row] for row in exhibit.rows)
    return out.getvalue()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def exhibit_record(exhibit: Exhibit) -> dict[str, Any]:
    """An exhibit as JSON holds it."""
    columns = [
        {"name": c.name, "label": c.label, "type": c.type, "unit": c.unit, "description": c.description}
        | ({"range": [c.low, c.high]} if c.low is not None else {})
        for c in exhibit.columns
    ]
    rows = [dict(zip((c.name for c in exhibit.columns), row, strict=True)) for row in exhibit.rows]
    record = {name: getattr(exhibit, name) for name in ("name", "kind", "caption", "note", "source", "date", "alternative")}
    return {**record, "columns": columns, "rows": rows}


def _record(item: Claim | Recommendation | Term | Verification) -> dict[str, Any]:
    return {f.name: list(v) if isinstance(v := getattr(item, f.name), tuple) else v for f in fields(item) if f.name != "place"}


def _schema(title: str, item: dict[str, Any], required: list[str]) -> dict[str, Any]:
    inner = {"type": "object", "properties": item, "required": required, "additionalProperties": False}
    return {"$schema": DRAFT, "title": title, "type": "array", "items": inner}


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each kind of file, by its name."""
    word: dict[str, Any] = {"type": "string"}
    words: dict[str, Any] = {"type": "array", "items": word}
    claim = {f.name: words if "tuple" in str(f.type) else word for f in fields(Claim) if f.name != "place"}
    claim |= {"certainty": {"enum": list(CERTAINTIES)}, "about": {"enum": list(ABOUT)}, "number": {"type": "string", "pattern": r"^C\d+\.\d+$"}}
    recommendation = {f.name: words if "tuple" in str(f.type) else word for f in fields(Recommendation) if f.name != "place"}
    recommendation |= {"strength": {"enum": list(STRENGTHS)}, "horizon": {"enum": list(HORIZONS)}, "number": {"type": "string", "pattern": r"^R\d+$"}}
    term = {f.name: words if "tuple" in str(f.type) else word for f in fields(Term) if f.name != "place"} | {"group": {"enum": list(GROUPS)}}
    result = {f.name: words if "tuple" in str(f.type) else word for f in fields(Verification) if f.name != "place"}
    result |= {"result": {"enum": list(RESULTS)}, "date": {"type": "string", "format": "date"}}
    result |= {"fields": {"type": "object", "properties": dict.fromkeys(COMPARED, word), "additionalProperties": False}}
    column = {"name": word, "label": word, "type": {"enum": sorted(TYPES)}, "unit": word, "description": word}
    column |= {"range": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}}
    columns = {
        "type": "array",
        "items": {"type": "object", "properties": column, "required": ["name", "label", "type", "unit", "description"], "additionalProperties": False},
    }
    cell = {"type": ["string", "number", "boolean"]}
    exhibit = dict.fromkeys(("name", "caption", "note", "source", "date", "alternative"), word) | {"kind": {"enum": ["table", "figure", "both"]}}
    exhibit |= {"columns": columns, "rows": {"type": "array", "items": {"type": "object", "additionalProperties": cell}}}
    return {
        "claims.schema.json": _schema("Claims", claim, list(claim)),
        "recommendations.schema.json": _schema("Recommendations", recommendation, list(recommendation)),
        "glossary.schema.json": _schema("Glossary", term, list(term)),
        "verification.schema.json": _schema("Verification of references", result, list(result)),
        "exhibit.schema.json": {
            "$schema": DRAFT,
            "title": "Exhibit",
            "type": "object",
            "properties": exhibit,
            "required": list(exhibit),
            "additionalProperties": False,
        },
    }


def files(paper: Paper) -> dict[str, str]:
    """Every data file of the site, by its path in `data/`."""
    done = {name: _json(schema) for name, schema in schemas().items()}
    done["claims.json"] = _json([_record(c) for c in paper.claims.values()])
    done["recommendations.json"] = _json([_record(r) for r in paper.recommendations.values()])
    done["glossary.json"] = _json([_record(t) for t in paper.terms.values()])
    done["verification.json"] = _json([_record(v) for v in paper.verification.values()])
    for exhibit in paper.exhibits.values():
        done[f"{exhibit.name}.csv"] = as_csv(exhibit)
        done[f"{exhibit.name}.json"] = _json(exhibit_record(exhibit))
    return done
