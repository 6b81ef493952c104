"""The chain tori beside the plain way through flipper and SnapPy: `python benchmarks/tori.py`, some minutes.

Both sides run here, one after the other, on the same words; the ratios are of their times. The plain way is what a user
of the two programs would write: every word through flipper's type and dilatation, then a mapping torus by flipper,
retriangulated until SnapPy finds a positively oriented structure. It is slow, so it gets a sample, which the row names.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import flipper
import pandas as pd
import snappy
import yaml
from rich.console import Console
from rich.table import Table

from threefold.tori.census import build_census
from threefold.tori.classify import PSEUDO_ANOSOV, classify_words
from threefold.tori.mapping_tori import measure_classes
from threefold.tori.parts import ROWS
from threefold.tori.processes import Limits, map_in_processes
from threefold.tori.surfaces import Surface, find_surface
from threefold.tori.volumes import POSITIVE
from threefold.tori.words import enumerate_words, to_flipper

PAPER = Path(__file__).parents[1] / "config" / "paper.yaml"
CENSUS = {"S_1_1": 9, "S_1_2": 5}


def timed(function: Callable, *arguments, **options) -> tuple[float, object]:
    """Seconds and result of one call."""
    start = time.perf_counter()
    result = function(*arguments, **options)
    return time.perf_counter() - start, result


def random_words(surface: Surface, length: int, count: int) -> list[str]:
    """Cyclically reduced words, the same on every run."""
    draw, words = random.Random(length), []
    while len(words) < count:
        word = "".join(draw.choices(surface.letters + surface.letters.upper(), k=length))
        if all(a != b.swapcase() for a, b in zip(word, word[1:] + word[:1], strict=True)):
            words.append(word)
    return words


@cache
def flipper_surface(name: str) -> flipper.kernel.EquippedTriangulation:
    """flipper loads a surface anew on every call."""
    return flipper.load(name)


def plain_type(word: str, surface: Surface) -> float:
    """flipper's dilatation: 1 for a class that is not pseudo-Anosov."""
    mapping_class = flipper_surface(surface.name).mapping_class(to_flipper(word, surface))
    return float(mapping_class.dilatation()) if mapping_class.nielsen_thurston_type() == "Pseudo-Anosov" else 1.0


def plain_row(word: str, surface: Surface) -> tuple | None:
    """One word of the plain loop: dilatation, volume and isometry signature."""
    dilatation = plain_type(word, surface)
    if dilatation == 1:
        return None
    manifold = snappy.Manifold(
        flipper_surface(surface.name).mapping_class(to_flipper(word, surface)).bundle(veering=False)
    )
    for _ in range(40):
        if manifold.solution_type() == POSITIVE:
            break
        manifold.randomize()
    return dilatation, float(manifold.volume()), manifold.isometry_signature()


def classes_of(name: str, length: int) -> pd.DataFrame:
    """The first two stages of the pipeline."""
    surface = find_surface(name)
    words = enumerate_words(surface, length)
    return words.merge(classify_words(words["word"], surface), on="word")


def volumes_of(classes: dict[str, pd.DataFrame], workers: int) -> dict[str, pd.DataFrame]:
    """The third stage, in slices as in the pipeline."""
    tables = {}
    for name, frame in classes.items():
        proofs, surface = {}, find_surface(name)
        slices = [frame[start : start + ROWS] for start in range(0, len(frame), ROWS)]
        rows = [row for part in slices for row in measure_classes(part, surface, 40, 0, workers=workers, proofs=proofs)]
        tables[name] = pd.DataFrame(rows)
    return tables


def our_census() -> pd.DataFrame:
    """All stages, with certificates and names, on two workers."""
    return build_census(volumes_of({name: classes_of(name, length) for name, length in CENSUS.items()}, workers=2))


def type_row(sample: int = 60) -> tuple:
    """Type and dilatation of 200 words of length 10 on S_2_1."""
    surface = find_surface("S_2_1")
    words = random_words(surface, 10, 200)
    flipper_surface("S_2_1"), classify_words(words[:20], surface)  # loading is on neither side
    ours_time, ours = timed(classify_words, words, surface)
    limits = Limits(seconds=10)
    theirs = list(
        map_in_processes(timed_type, [(word, surface) for word in words[:sample]], lambda _: (10, None), 1, 1, limits)
    )
    both = [
        (dilatation, found)
        for (_, found), dilatation in zip(theirs, ours["dilatation"], strict=False)
        if found is not None
    ]
    anosov = [(a, b) for a, b in both if b > 1]
    types = [kind == PSEUDO_ANOSOV for kind in ours["type"][:sample]]
    agree = sum((found is None) or (found > 1) == kind for (_, found), kind in zip(theirs, types, strict=True))
    median = statistics.median(seconds for seconds, _ in theirs)
    return (
        "type and dilatation of 200 words of length 10 on S_2_1, per word",
        f"{median:.3f} s: flipper, median of the first {sample}",
        f"{1e6 * ours_time / len(words):.0f} µs: mean of all",
        f"{median * len(words) / ours_time:.0f}",
        "≥ 500",
        f"{agree} of {sample} types; {len(anosov)} dilatations within {max(abs(a / b - 1) for a, b in anosov):.0e}",
    )


def timed_type(item: tuple[str, Surface]) -> tuple[float, float]:
    """`timed(plain_type)` of one item, which can be sent to another process."""
    return timed(plain_type, *item)


def census_row(sample: int = 40) -> tuple:
    """Words to census; the plain loop takes `sample` words of each length, and is scaled to all."""
    seconds, used, total, agree, found = 0.0, 0, 0, 0, 0
    ours_time, census = timed(our_census)
    known = set(census["isometry_signature"])
    for name, length in CENSUS.items():
        surface = find_surface(name)
        flipper_surface(name)
        for _, group in enumerate_words(surface, length).groupby("length"):
            words = group["word"].sample(min(sample, len(group)), random_state=0).tolist()
            spent, rows = timed(lambda words=words, surface=surface: [plain_row(word, surface) for word in words])
            seconds, used, total = seconds + spent * len(group) / len(words), used + len(words), total + len(group)
            signatures = [row[2] for row in rows if row]
            found += len(signatures)
            agree += sum(signature in known for signature in signatures)
    return (
        "census " + ", ".join(f"{name} to {length}" for name, length in CENSUS.items()) + ", words to table",
        f"{seconds:.0f} s: plain loop, one process, from {used} of {total} words",
        f"{ours_time:.1f} s: 2 workers",
        f"{seconds / ours_time:.0f}",
        "≥ 20",
        f"{agree} of {found} mapping tori are in our {len(census)} classes",
    )


def scaling_row() -> tuple:
    """The volumes of the same words on one worker and on two."""
    classes = {"S_1_2": classes_of("S_1_2", 6)}
    (one, alone), (two, both) = (timed(volumes_of, classes, workers) for workers in (1, 2))
    alone, both = alone["S_1_2"], both["S_1_2"]
    return (
        f"certified volumes of {alone['volume'].count()} words",
        f"{one:.2f} s: 1 worker",
        f"{two:.2f} s: 2 workers",
        f"{one / two:.2f}",
        "≥ 1.9",
        "same rows" if alone.equals(both) else "rows differ",
    )


def cost_of_paper_scale(sample: int = 400, measured: int = 40) -> Table:
    """What config/paper.yaml costs: all its words are listed, and rates are those of a sample of the longest."""
    table = Table("surface", "length", "words", "listed, µs", "classified, µs", "to measure", "each, ms", "core hours")
    total = 0.0
    for name, length in yaml.safe_load(PAPER.read_text())["tori"]["max_length"].items():
        surface = find_surface(name)
        listing, listed = timed(enumerate_words, surface, length)
        words = listed.loc[listed["length"] == length, "word"].sample(sample, random_state=0).tolist()
        classify_words(words[:5], surface)
        seconds, classes = timed(classify_words, words, surface)
        open_ones = classes[classes["type"].isna() | (classes["type"] == PSEUDO_ANOSOV)]
        spent, _ = timed(measure_classes, open_ones.head(measured), surface, 40, 0)
        share, each = len(open_ones) / sample, spent / max(1, len(open_ones.head(measured)))
        hours = (listing + len(listed) * (seconds / sample + share * each)) / 3600
        total += hours
        rates = (
            f"{1e6 * listing / len(listed):.1f}",
            f"{1e6 * seconds / sample:.0f}",
            f"{share:.0%}",
            f"{1e3 * each:.1f}",
        )
        table.add_row(name, str(length), f"{len(listed):,}", *rates, f"{hours:.2f}")
    table.add_row("all", "", "", "", "", "", "", f"{total:.1f}")
    return table


def main() -> None:
    """Print the tables."""
    table = Table("work", "reference", "threefold", "ratio", "must reach", "agreement")
    for row in (type_row, census_row, scaling_row):
        table.add_row(*row())
    console = Console(width=160)
    console.print(table)
    console.print("The cost of config/paper.yaml at the rates of this machine; listing is timed on all words:")
    console.print(cost_of_paper_scale())


if __name__ == "__main__":
    main()
