"""A trial of a sweep: the classes of all words of a length in some of a surface's generators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from threefold.record.errors import InputError
from threefold.tori.classify import classify_words
from threefold.tori.nielsen_thurston import PERIODIC, REDUCIBLE
from threefold.tori.surfaces import find_surface
from threefold.tori.words import enumerate_words

DIGITS = 9  # to which the stretch factors of equal classes agree


def classes(settings: dict[str, Any], files: Sequence[str], seed: int) -> dict[str, float]:
    """Counts and entropies: the metrics of sweeps/tori_classes.

    settings: surface, max_length, generators. Raises InputError for a letter that the surface has not.
    """
    surface = find_surface(settings["surface"])
    letters = set(settings["generators"])
    if unknown := letters - set(surface.letters):
        raise InputError(f"{surface.name} has no generator {', '.join(sorted(unknown))}; it has {surface.letters}")
    words = enumerate_words(surface, settings["max_length"])["word"]
    table = classify_words([word for word in words if set(word.lower()) <= letters], surface)
    growing = table[table["entropy"] > 0]
    return {
        "words": len(table),
        "periodic": int((table["type"] == PERIODIC).sum()),
        "reducible": int((table["type"] == REDUCIBLE).sum()),
        "exponential": len(growing),
        "undecided": int((table["status"] != "ok").sum()),
        "exponential_share": len(growing) / len(table),
        "least_entropy": round(growing["entropy"].min(), DIGITS),
        "most_entropy": round(growing["entropy"].max(), DIGITS),
        "dilatations": int(growing["dilatation"].round(DIGITS).nunique()),
    }
