"""The HTML pages: self-contained, without scripts, readable on a phone and on paper."""

from __future__ import annotations

import base64
import math
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from docutils.core import publish_parts

from threefold.record.claims import VERDICTS, tally
from threefold.record.cost import upstream_cost
from threefold.record.lock import Lock


def claims_page(ledger: pd.DataFrame, template: Path) -> str:
    """The ledger as a page: how many claims hold, then each with what was measured and why it holds or not."""
    return _render(template, **_ledger(ledger))


def claims_badge(ledger: pd.DataFrame, template: Path) -> str:
    """A small SVG that says how many claims were decided, and how."""
    counts = ledger["verdict"].value_counts().reindex(VERDICTS[:3], fill_value=0)
    text = ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n) or "none decided"
    return _render(template, text=text, colour="#00664a" if counts["reproduced"] == counts.sum() else "#8a5a00")


def index_page(ledger: pd.DataFrame, figures: list[str], lock: Lock, captions: Path, template: Path) -> str:
    """Claims, figures and provenance on one page; `figures` are paths of PNG files, `captions` the folder of theirs."""
    return _render(template, **_ledger(ledger), figures=[_card(figure, lock, captions) for figure in figures])


def _card(figure: str, lock: Lock, captions: Path) -> dict[str, Any]:
    """A figure with its caption and all that made it."""
    entry = lock[figure]
    caption = (captions / f"{Path(figure).stem}.rst").read_text()
    return {
        "path": figure,
        "name": Path(figure).stem,
        "png": base64.b64encode(Path(figure).read_bytes()).decode(),
        "caption": publish_parts(caption, writer="html5", settings_overrides={"report_level": 5})["fragment"],
        "entry": entry,
        "cost": upstream_cost(figure, lock, Path()),
    }


def _ledger(ledger: pd.DataFrame) -> dict[str, Any]:
    decided_first = ledger.sort_values("verdict", key=lambda verdict: verdict == "not run here", kind="stable")
    rows = decided_first.astype(object).where(decided_first.notna(), None)
    papers = [(paper, claims.to_dict("records")) for paper, claims in rows.groupby("paper")]
    return {"papers": papers, "tally": tally(ledger), "verdicts": VERDICTS, "inf": math.inf}


def _render(template: Path, **facts: Any) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template.parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["number"] = lambda x: "" if x is None or math.isnan(x) else f"{x:.6g}"
    return environment.get_template(template.name).render(facts)
