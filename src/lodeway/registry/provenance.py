"""Claims for others: PROV-JSON, nanopublications in TriG, and the flat views of ERML-Lite.

PROV-JSON: W3C member submission (2013); nanopublications: Kuhn et al. (2016), nanopub.net
guidelines; ERML-Lite: EarthResourceML-Lite 2.0 of the CGI (a subset of its views).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from urllib.parse import quote

from lodeway.registry.statements import Statement

#: Where ids live when a study names no place of its own.
BASE = "urn:lodeway:"


def prov_json(statements: Sequence[Statement]) -> bytes:
    """Return who said what, from which document, entered by whom, as PROV-JSON."""
    made: dict[str, dict[str, dict[str, object]]] = {
        name: {} for name in ("entity", "agent", "activity", "wasAttributedTo", "wasDerivedFrom",
                              "wasGeneratedBy", "wasRevisionOf")
    }  # fmt: skip
    for item in statements:
        claim = f"lw:claim/{_slug(item.claim_id)}"
        made["entity"][claim] = {
            "prov:type": "lw:Claim", "lw:subject": item.subject, "lw:property": item.property,
            "lw:operator": item.operator, "lw:unit": item.unit, "lw:validTime": item.valid_time,
            **({"lw:value": item.value} if item.value is not None else {}),
            **({"lw:valueHigh": item.value_high} if item.value_high is not None else {}),
        }  # fmt: skip
        if item.speaker:
            agent = f"lw:agent/{_slug(item.speaker)}"
            made["agent"][agent] = {"prov:label": item.speaker}
            made["wasAttributedTo"][f"_:said{len(made['wasAttributedTo'])}"] = {
                "prov:entity": claim, "prov:agent": agent,
            }  # fmt: skip
        if item.document:
            document = f"lw:document/{_slug(item.document)}"
            made["entity"][document] = {"prov:type": "lw:Document", "prov:label": item.document}
            link: dict[str, object] = {
                "prov:generatedEntity": claim, "prov:usedEntity": document,
                "prov:type": "prov:Quotation",
            }  # fmt: skip
            if item.span:
                link["lw:span"] = item.span
            made["wasDerivedFrom"][f"_:from{len(made['wasDerivedFrom'])}"] = link
        if item.extractor:
            activity = f"lw:activity/{_slug(item.extractor)}"
            made["activity"][activity] = {"prov:label": item.extractor}
            made["wasGeneratedBy"][f"_:read{len(made['wasGeneratedBy'])}"] = {
                "prov:entity": claim, "prov:activity": activity,
            }  # fmt: skip
        if item.supersedes:
            made["wasRevisionOf"][f"_:corrects{len(made['wasRevisionOf'])}"] = {
                "prov:generatedEntity": claim,
                "prov:usedEntity": f"lw:claim/{_slug(item.supersedes)}",
            }
    whole = {"prefix": {"lw": BASE, "prov": "http://www.w3.org/ns/prov#"},
             **{name: part for name, part in made.items() if part}}  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def nanopublications(statements: Sequence[Statement]) -> bytes:
    """Return each claim as a nanopublication: assertion, provenance and publication information."""
    lines = [
        "@prefix np: <http://www.nanopub.org/nschema#> .",
        "@prefix prov: <http://www.w3.org/ns/prov#> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .",
        "@prefix dct: <http://purl.org/dc/terms/> .",
        f"@prefix lw: <{BASE}> .",
    ]
    for item in statements:
        lines += _nanopublication(item)
    return ("\n".join(lines) + "\n").encode()


def _nanopublication(item: Statement) -> list[str]:
    here = f"{BASE}np/{_slug(item.claim_id)}"
    subject = f"<{BASE}subject/{_slug(item.subject)}>"
    told = [
        f"    lw:property {_text(item.property)} ;",
        f"    lw:operator {_text(item.operator)} ;",
    ]
    if item.value is not None:
        told.append(f'    lw:value "{item.value!r}"^^xsd:double ;')
    if item.value_high is not None:
        told.append(f'    lw:valueHigh "{item.value_high!r}"^^xsd:double ;')
    said = [f"    prov:wasQuotedFrom {_text(item.document)} ;"] if item.document else []
    said += [f"    prov:wasAttributedTo {_text(item.speaker)} ;"] if item.speaker else []
    info = (
        [f"    prov:wasRevisionOf <{BASE}np/{_slug(item.supersedes)}> ;"] if item.supersedes else []
    )
    return [
        "", f"<{here}#head> {{", f"  <{here}> a np:Nanopublication ;",
        f"    np:hasAssertion <{here}#assertion> ;", f"    np:hasProvenance <{here}#provenance> ;",
        f"    np:hasPublicationInfo <{here}#pubinfo> .", "}",
        f"<{here}#assertion> {{", f"  {subject} lw:hasClaim <{here}#claim> .", f"  <{here}#claim>",
        *told, f"    lw:unit {_text(item.unit)} ;", f"    lw:validTime {_text(item.valid_time)} .",
        "}",
        f"<{here}#provenance> {{", f"  <{here}#assertion>", *said,
        f"    lw:confidence {_text(item.confidence)} .", "}",
        f"<{here}#pubinfo> {{", f"  <{here}>", *info,
        f"    dct:identifier {_text(item.claim_id)} .", "}",
    ]  # fmt: skip


def erml_lite(statements: Sequence[Statement]) -> list[dict[str, object]]:
    """Return the flat view ``CommodityResourceView`` of ERML-Lite: ore, metal and grade.

    Each row is one claim: `oreAmount`, `commodityAmount` or `grade` is filled, the others stay
    empty; `source` names speaker and document, since views know no conflicts of their own.
    """
    columns = {"ore": "oreAmount", "metal": "commodityAmount", "grade": "grade"}
    rows: list[dict[str, object]] = []
    for item in statements:
        column = columns.get(item.kind)
        if column is None or item.value_si is None:
            continue
        row: dict[str, object] = {
            "identifier": f"{BASE}claim/{_slug(item.claim_id)}",
            "mineralOccurrenceName": item.subject, "commodity": item.commodity,
            "oreAmount": None, "commodityAmount": None, "grade": None, "uom": item.unit_si,
            "classificationMethodUsed": item.code, "category": item.category,
            "dimension": item.basis, "date": item.valid_time,
            "source": "; ".join(filter(None, (item.speaker, item.document))),
        }  # fmt: skip
        row[column] = item.value_si
        rows.append(row)
    return rows


def _slug(text: str) -> str:
    return quote(re.sub(r"\s+", "-", text.strip()), safe="-._~")


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
