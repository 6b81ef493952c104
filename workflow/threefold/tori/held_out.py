"""flipper's censuses of monodromies, which nothing here was made from: do dilatations and mapping tori agree?"""

from __future__ import annotations

import flipper
import numpy as np
import pandas as pd
import snappy

from threefold.record.progress import progress
from threefold.tori.classify import classify_words
from threefold.tori.mapping_tori import measure_classes
from threefold.tori.surfaces import find_surface
from threefold.tori.volumes import measure, seed_moves
from threefold.tori.words import from_flipper

COLUMNS = ["surface", "word", "dilatation", "type", "volume", "certified", "isometry_signature", "status", "reason"]


def compare_census(census: str, randomisations: int, seed: int) -> pd.DataFrame:
    """One row for each row of flipper's `census`: what is published there, and what is found here.

    Columns: surface, word, dilatation, type, volume, certified, isometry_signature, status, reason: ours; manifold,
    published_dilatation: theirs, null in `hard`; deviation: relative, of the dilatations; isometric: whether the
    manifold of that name has the signature of our mapping torus. Source: docs/science/tori.md#known-answers.
    """
    rows = flipper.census(census).reset_index(drop=True)
    parts = []
    for name, part in rows.groupby("surface", sort=True):
        surface = find_surface(name)
        words = [from_flipper(word, surface) for word in part["monodromy"]]
        classes = classify_words(words, surface)
        found = pd.DataFrame(measure_classes(classes, surface, randomisations, seed))
        parts.append(found.assign(surface=name).set_index(part.index)[COLUMNS])
    table = pd.concat(parts).sort_index()
    if "manifold" not in rows:
        return table.assign(manifold=None, published_dilatation=np.nan, deviation=np.nan, isometric=None)
    published = rows["dilatation"].astype(float)
    names = progress(rows["manifold"], "named manifolds", len(rows))
    signatures = pd.Series([_signature(name, randomisations, seed) for name in names])
    return table.assign(
        manifold=rows["manifold"],
        published_dilatation=published,
        deviation=(table["dilatation"] / published - 1).abs(),
        isometric=table["isometry_signature"] == signatures,
    )


def _signature(name: str, randomisations: int, seed: int) -> str | None:
    seed_moves(seed, name)
    return measure(snappy.Manifold(name), randomisations)["isometry_signature"]
