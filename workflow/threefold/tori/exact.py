"""Classes a second time, by flipper in exact arithmetic: type, minimal polynomial of the dilatation, prongs."""

from __future__ import annotations

from functools import partial

import pandas as pd

from threefold.tori.dynnikov import Braid
from threefold.tori.nielsen_thurston import PSEUDO_ANOSOV
from threefold.tori.processes import Limits, map_in_processes
from threefold.tori.surfaces import Surface
from threefold.tori.triangulations import equip
from threefold.tori.words import to_braid, to_flipper

NEAR = 1e-10  # relative deviation of dilatations, at most


def check_exactly(
    classes: pd.DataFrame,
    surface: Surface,
    workers: int = 1,
    limits: Limits = Limits(),  # noqa: B008
) -> pd.DataFrame:
    """`classes` (see classify_words) with the column minimal_polynomial, each word checked by flipper.

    A class where the methods disagree has the status "error", and both answers as its reason. The minimal polynomial is
    empty for a class that is not pseudo-Anosov, and where flipper needs more than the limits.
    """
    words = classes["word"].tolist()
    found = map_in_processes(
        partial(exact_class, surface=surface), words, lost=lambda word: None, workers=workers, batch=1, limits=limits
    )
    rows = [_compare(row, exact, surface) for row, exact in zip(classes.to_dict("records"), found, strict=True)]
    return pd.DataFrame(rows, columns=[*classes.columns, "minimal_polynomial"])


def exact_class(word: str, surface: Surface) -> dict:
    """flipper's type, dilatation, minimal polynomial and prongs; on a sphere below a closed surface no prongs."""
    mapping_class = equip(surface).mapping_class(to_flipper(word, surface))
    kind = mapping_class.nielsen_thurston_type()
    if kind != "Pseudo-Anosov":
        return {"type": kind.lower(), "minimal_polynomial": None}
    dilatation = mapping_class.dilatation()
    found = {"type": PSEUDO_ANOSOV, "minimal_polynomial": str(dilatation.minpoly()), "dilatation": float(dilatation)}
    if surface.kind == "closed":
        return found
    stratum = mapping_class.stratum()
    for name, filled in (("punctures", False), ("singularities", True)):
        prongs = sorted(count for vertex, count in stratum.items() if vertex.filled == filled)
        found[name] = " ".join(map(str, prongs))
    return found


def _compare(row: dict, exact: dict | None, surface: Surface) -> dict:
    if exact is None:
        return row | {"minimal_polynomial": None}
    others = {name: value for name, value in exact.items() if name not in ("dilatation", "minimal_polynomial")}
    wrong = [f"{name} {value} by flipper, {row[name]} here" for name, value in others.items() if row[name] != value]
    dilatations = {"flipper": exact.get("dilatation", row["dilatation"])}
    if surface.kind == "disc":
        dilatations["Dynnikov"] = (
            Braid(tuple(to_braid(row["word"], surface)), surface.punctures - 1).dilatation().factor
        )
    for method, dilatation in dilatations.items():
        if not abs(dilatation - row["dilatation"]) < NEAR * row["dilatation"]:
            wrong.append(f"dilatation {dilatation} by {method}, {row['dilatation']} here")
    error = {"status": "error", "reason": "; ".join(wrong)} if wrong else {}
    return row | error | {"minimal_polynomial": exact["minimal_polynomial"]}
