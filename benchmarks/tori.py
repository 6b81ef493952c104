"""The chain tori beside the plain way through flipper and SnapPy: `python benchmarks/tori.py [--quick]`.

Both sides run here, one after the other, on the same words; the ratios are of their times. The plain way is what a user
of the two programs would write: every word through flipper's type and dilatation, then a mapping torus by flipper,
retriangulated until SnapPy finds a positively oriented structure.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import statistics
import time
from collections.abc import Callable

import flipper
import pandas as pd
import snappy
from rich.console import Console
from rich.table import Table

from threefold.tori.census import build_census
from threefold.tori.classify import classify_words
from threefold.tori.flips import flip_map, key_curves
from threefold.tori.mapping_tori import measure_classes
from threefold.tori.surfaces import Surface, find_surface
from threefold.tori.volumes import POSITIVE
from threefold.tori.words import enumerate_words, to_flipper


def timed(function: Callable, *arguments) -> tuple[float, object]:
    """Seconds and result of one call."""
    start = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - start, result


def random_words(surface: Surface, length: int, count: int) -> list[str]:
    """Cyclically reduced words, the same on every run."""
    draw, words = random.Random(length), []
    while len(words) < count:
        word = "".join(draw.choices(surface.letters + surface.letters.upper(), k=length))
        if all(a != b.swapcase() for a, b in zip(word, word[1:] + word[:1], strict=True)):
            words.append(word)
    return words


def plain_type(word: str, surface: Surface) -> float:
    """flipper's dilatation: 1 for a class that is not pseudo-Anosov."""
    mapping_class = flipper_surface(surface.name).mapping_class(to_flipper(word, surface))
    return float(mapping_class.dilatation()) if mapping_class.nielsen_thurston_type() == "Pseudo-Anosov" else 1.0


def flipper_surface(name: str, cache: dict = {}) -> flipper.kernel.EquippedTriangulation:  # noqa: B006
    """flipper loads a surface anew on every call."""
    if name not in cache:
        cache[name] = flipper.load(name)
    return cache[name]


def plain_census(names: dict[str, int]) -> pd.DataFrame:
    """Every word through flipper and SnapPy, one process."""
    rows = []
    for name, length in names.items():
        surface = find_surface(name)
        for word in enumerate_words(surface, length)["word"]:
            dilatation = plain_type(word, surface)
            if dilatation > 1:
                bundle = flipper_surface(name).mapping_class(to_flipper(word, surface)).bundle(veering=False)
                manifold = snappy.Manifold(bundle)
                for _ in range(40):
                    if manifold.solution_type() == POSITIVE:
                        rows.append((name, word, dilatation, float(manifold.volume()), manifold.isometry_signature()))
                        break
                    manifold.randomize()
    return pd.DataFrame(rows, columns=["surface", "word", "dilatation", "volume", "isometry_signature"])


def our_census(names: dict[str, int], workers: int) -> pd.DataFrame:
    """The stages of the pipeline, with certificates."""
    volumes = {}
    for name, length in names.items():
        surface = find_surface(name)
        words = enumerate_words(surface, length)
        classes = words.merge(classify_words(words["word"], surface), on="word")
        volumes[name] = pd.DataFrame(measure_classes(classes, surface, 40, 0, workers=workers))
    return build_census(volumes)


def in_time(function: Callable, seconds: float, *arguments) -> tuple[float, object | None]:
    """Like `timed`, but in a process of its own that is ended after `seconds`; the result is then None."""
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    process = context.Process(target=lambda: queue.put(timed(function, *arguments)))
    process.start()
    process.join(seconds)
    if process.is_alive():
        process.kill()
        return seconds, None
    return queue.get()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer words and shorter ones")
    quick = parser.parse_args().quick
    table = Table("work", "reference", "threefold", "ratio", "must reach", "agreement")

    surface = find_surface("S_2_1")
    words = random_words(surface, 10, 12 if quick else 200)
    flip_map("a", surface), key_curves(surface), flipper_surface("S_2_1")  # loading is on neither side
    classify_words(["abcdef"], surface)
    theirs_times, deviations, cut = [], [], 0
    ours_time, ours = timed(classify_words, words, surface)
    for word, dilatation in zip(words, ours["dilatation"], strict=True):
        theirs_time, theirs = in_time(plain_type, 25, word, surface)
        theirs_times.append(theirs_time)
        if theirs is None:
            cut += 1
        elif theirs > 1:
            deviations.append(abs(dilatation / theirs - 1))
    theirs_time, ours_time = statistics.median(theirs_times), ours_time / len(words)
    table.add_row(
        f"type and dilatation, {len(words)} words of length 10 on S_2_1, each",
        f"{theirs_time:.3f} s (median), flipper",
        f"{1000 * ours_time:.2f} ms (mean)",
        f"{theirs_time / ours_time:.0f}",
        "≥ 500",
        f"{len(deviations)} pseudo-Anosov, deviation ≤ {max(deviations):.0e}; flipper cut off at 25 s: {cut}",
    )

    names = {"S_1_1": 6, "S_1_2": 3} if quick else {"S_1_1": 9, "S_1_2": 5}
    theirs_time, theirs = timed(plain_census, names)
    ours_time, ours = timed(our_census, names, 2)
    words_found = int(ours["words"].sum())
    table.add_row(
        "census " + ", ".join(f"{name} to {length}" for name, length in names.items()),
        f"{theirs_time:.1f} s, plain loop",
        f"{ours_time:.1f} s, 2 workers",
        f"{theirs_time / ours_time:.1f}",
        "≥ 20",
        f"{len(theirs)} and {words_found} words, {theirs['isometry_signature'].nunique()} and {len(ours)} classes",
    )

    surface = find_surface("S_1_2")
    words = enumerate_words(surface, 4 if quick else 5)
    classes = words.merge(classify_words(words["word"], surface), on="word")
    list(measure_classes(classes.head(40), surface, 40, 0))
    one, alone = timed(lambda: pd.DataFrame(measure_classes(classes, surface, 40, 0, workers=1, batch=8)))
    two, both = timed(lambda: pd.DataFrame(measure_classes(classes, surface, 40, 0, workers=2, batch=8)))
    table.add_row(
        f"certified volumes of {alone['volume'].count()} words on S_1_2",
        f"{one:.2f} s, 1 worker",
        f"{two:.2f} s, 2 workers",
        f"{one / two:.2f}",
        "≥ 1.9",
        "same rows" if alone.equals(both) else "rows differ",
    )
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
