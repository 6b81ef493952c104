"""The HTML pages: self-contained, without scripts, readable on a phone and on paper. Templates lie by the captions."""

from __future__ import annotations

import base64
import math
import re
from functools import cache
from pathlib import Path
from textwrap import indent
from typing import Any

import jinja2
import pandas as pd
from docutils.core import publish_parts
from markupsafe import Markup, escape

from threefold.record.claims import VERDICTS, PaperFigure, tally
from threefold.record.cost import figure_costs, figure_name, job_costs, stage_costs, upstream_cost
from threefold.record.errors import InputError
from threefold.record.files import digest
from threefold.record.lock import Lock, make_lock, read_records
from threefold.record.tables import read_table

CAPTIONS = Path(__file__).parents[2] / "captions"


def claims_page(ledger: pd.DataFrame, figures: list[tuple[str, PaperFigure]]) -> str:
    """The ledger as a page: how many claims hold, what does not, every claim with its reason, the papers' figures."""
    return _render("claims.html.j2", **_ledger(ledger), paper_figures=_by_paper(figures))


def claims_badge(ledger: pd.DataFrame) -> str:
    """A small SVG that says how many claims were decided, and how."""
    counts = ledger["verdict"].value_counts().reindex(VERDICTS[:3], fill_value=0)
    text = ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n) or "none decided"
    return _render("badge.svg.j2", text=text, colour="#00664a" if counts["reproduced"] == counts.sum() else "#8a5a00")


def index_page(
    ledger: pd.DataFrame, figures: list[str], paper_figures: list[tuple[str, PaperFigure]], lock: Lock, lock_file: Path
) -> str:
    """Claims, figures, costs and provenance on one page; `figures` are paths of PNG files."""
    jobs = job_costs(lock)
    return _render(
        "index.html.j2",
        **_ledger(ledger),
        paper_figures=_by_paper(paper_figures),
        figures=[_card(figure, lock, jobs) | _picture(figure) for figure in figures],
        stages=stage_costs(jobs).to_dict("records"),
        figure_costs=figure_costs(figures, lock, jobs).to_dict("records"),
        lock={"artifacts": len(lock), "sha256": digest(lock_file)},
    )


def report_card(figure: str, logs: Path = Path("logs")) -> str:
    """The card of a figure as reStructuredText, for its caption in Snakemake's report.

    From the records beside the logs, so that a report of a part of the workflow has its cards too.
    """
    made_by = _records(logs)
    try:
        lock = make_lock([figure], made_by)
    except InputError as error:
        return str(error)
    return _raw_html(_render("card.html.j2", card=_card(figure, lock, job_costs(lock))))


def report_summary(ledger: Path = Path("results/claims.parquet")) -> str:
    """How many claims hold and which do not, as reStructuredText for the first page of Snakemake's report."""
    if not ledger.exists():
        return "This report is of a part of the workflow that decides no claim."
    return _raw_html(_render("summary.html.j2", **_ledger(read_table(ledger))))


@cache
def _records(logs: Path) -> dict[str, dict[str, Any]]:
    return read_records(logs)


def _raw_html(text: str) -> str:
    return "\n\n.. raw:: html\n\n" + indent(text, "   ") + "\n\n"


def _card(figure: str, lock: Lock, jobs: pd.DataFrame) -> dict[str, Any]:
    """What made a figure, from what, and at what cost."""
    script, _, code = lock[figure]["code"].partition(":")
    made_from = {key: lock[figure][key] for key in ("sha256", "params", "inputs")}
    names = {"path": figure, "name": figure_name(figure), "script": f"scripts/{script}.py", "code": code}
    return names | made_from | {"cost": upstream_cost(figure, lock, jobs)}


def _picture(figure: str) -> dict[str, str]:
    """The picture and its caption, without that one's last line, which calls for the card in Snakemake's report."""
    caption, _, _ = (CAPTIONS / f"{Path(figure).stem}.rst").read_text().partition("{{")
    return {
        "png": base64.b64encode(Path(figure).read_bytes()).decode(),
        "caption": publish_parts(caption, writer="html5", settings_overrides={"report_level": 5})["fragment"],
    }


def _ledger(ledger: pd.DataFrame) -> dict[str, Any]:
    decided_first = ledger.sort_values("verdict", key=lambda verdict: verdict == "not run here", kind="stable")
    rows = decided_first.astype(object).where(decided_first.notna(), None)
    fails = rows[rows["verdict"].isin(["contradicted", "inconclusive"])].sort_values(["ours", "verdict"], kind="stable")
    papers = {paper: claims.to_dict("records") for paper, claims in rows.groupby("paper")}
    counts = ledger["verdict"].value_counts().reindex(VERDICTS, fill_value=0)
    return {"papers": papers, "fails": fails.to_dict("records"), "tally": tally(ledger), "counts": counts}


def _by_paper(figures: list[tuple[str, PaperFigure]]) -> dict[str, list[PaperFigure]]:
    return {paper: [figure for of, figure in figures if of == paper] for paper, _ in figures}


def _linked(text: str) -> Markup:
    """`text` with its references as links: papers on arXiv, pages of docs as seen from results/."""
    link = r'<a href="../\g<0>">\g<0></a>'
    text = re.sub(r"docs/[\w/-]+\.md#[\w-]+", link, str(escape(text)))
    return Markup(re.sub(r"arXiv:(\d{4}\.\d{5}(v\d+)?)", r'<a href="https://arxiv.org/abs/\1">\g<0></a>', text))


def _render(template: str, **facts: Any) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(CAPTIONS),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["number"] = lambda x: "" if x is None or math.isnan(x) else f"{x:.6g}"
    environment.filters["duration"] = duration
    environment.filters["linked"] = _linked
    environment.globals |= {"verdicts": VERDICTS, "inf": math.inf}
    return environment.get_template(template).render(facts)


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, to two digits or so: `9.5 s`, `12 min`, `3.4 h`."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.{0 if seconds >= 10 * length else 1}f} {unit}"
    return f"{seconds:.{0 if seconds >= 10 else 1}f} s"
