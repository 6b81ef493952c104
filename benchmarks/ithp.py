"""The chain ithp beside plain ways of doing the same: `python benchmarks/ithp.py [--quick]`.

Both sides run here, one after the other, on the same drawn data: sequences with the lengths of CMU-MOSI's utterances,
features of MUStARD's shape, a pickle of mosi.pkl's size.
"""

from __future__ import annotations

import argparse
import pickle
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import ithp_reference as reference
import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from threefold.ithp.features import load, save
from threefold.ithp.network import Architecture, Replica, predict
from threefold.ithp.readers import read
from threefold.ithp.training import HierarchicalBottleneck, Rows, fit

# Words of CMU-MOSI's utterances: the quantiles 0, 5 %, ..., 100 % of the 2199 transcripts.
WORDS = [1, 4, 5, 5, 6, 7, 7, 8, 9, 9, 10, 11, 12, 13, 14, 16, 18, 20, 23, 28, 114]
VOCABULARY = 100
MOOD = np.random.default_rng(0).normal(size=VOCABULARY) * (np.arange(VOCABULARY) % 4 == 0)  # of every fourth word
SEQUENCE = {"hidden": 64, "b0": 32, "b1": 16}
# Text encoders: of the published DeBERTa-v3-xsmall all but the vocabulary, and one small enough to learn from nothing.
XSMALL = {"hidden_size": 384, "num_hidden_layers": 12, "num_attention_heads": 6, "intermediate_size": 1536}
SMALL = {"hidden_size": 128, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 512}
BETAS = [2.0, 4.0, 8.0, 16.0, 32.0, 64.0]


def timed(function: Callable, *arguments) -> tuple[float, object]:
    """Seconds and result of one call."""
    start = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - start, result


def lengths_of_mosi(rng: np.random.Generator, rows: int) -> np.ndarray:
    """Words of so many utterances."""
    return np.interp(rng.random(rows), np.linspace(0, 1, len(WORDS)), WORDS).astype(int)


def draw_sequences(rng: np.random.Generator, rows: int) -> dict:
    """Utterances of which one word has a mood, the label; audio and video of each word carry some of its mood."""
    lengths = np.minimum(lengths_of_mosi(rng, rows), reference.TOKENS - 2) + 2  # with the encoder's two signs
    pieces = rng.choice(np.flatnonzero(MOOD == 0)[3:], lengths.sum())
    start = lengths.cumsum() - lengths
    pieces[start], pieces[start + lengths - 1] = 1, 2
    moody = rng.choice(np.flatnonzero(MOOD), rows)
    pieces[start + rng.integers(1, lengths - 1)] = moody
    label = np.clip(MOOD[moody] + 0.3 * rng.normal(size=rows), -3, 3).astype(np.float32)
    found = {"pieces": pieces, "lengths": lengths, "label": label}
    for name, width in (("A", 74), ("V", 47)):
        noise = rng.normal(size=(len(pieces), width))
        found[name] = (noise + MOOD[pieces, None] * (np.arange(width) < 8)).astype(np.float32)
    return found


def draw_encoder(size: dict) -> torch.nn.Module:
    """A DeBERTa-v3 of this size with its first weights."""
    from transformers import DebertaV2Config, DebertaV2Model, logging  # here: not every process needs it

    logging.set_verbosity_error()  # that there is no mask is the published recipe
    torch.manual_seed(0)
    places = {"relative_attention": True, "position_buckets": 256, "pos_att_type": ["p2c", "c2p"]}
    places |= {"position_biased_input": False, "type_vocab_size": 0}
    shared = {"share_att_key": True, "norm_rel_ebd": "layer_norm"}
    return DebertaV2Model(DebertaV2Config(vocab_size=VOCABULARY, **size, **places, **shared))


def train_sequences(data: dict, encoder: torch.nn.Module, epochs: int, batch: int, rate: float, seed: int):
    """Ours: the same model and loss on rows end to end; each utterance sees its own tokens, scales are those of all."""
    rows, width = len(data["label"]), encoder.config.hidden_size
    shape = Architecture(
        [width, 74, 47],
        [SEQUENCE["b0"], SEQUENCE["b1"]],
        SEQUENCE["hidden"],
        task_weight=1.0,
        information_weight=2 / (8 + 32),
        preset="published",
        head="residual",
        regression=True,
        learning_rate=rate,
        weight_decay=0.01,
        warmup=0.1,
        backbone_rate=rate,
    )
    model = HierarchicalBottleneck(shape, [Replica([seed], [8.0, 32.0], [1.0, 0.3])], encoder)
    states = np.zeros((len(data["pieces"]), width), np.float32)  # the encoder's own take their place
    modalities, weight = [states, data["A"], data["V"]], np.ones((1, rows))
    fit(model, Rows(modalities, data["label"], weight, batch, seed, data["lengths"], pieces=data["pieces"]), epochs)
    return model.network


def bench_sequences(table: Table, quick: bool) -> None:
    """Training steps per second of the sequence model with two encoders, and how well the smaller learns."""
    rng, batch = np.random.default_rng(1), 8
    held_out = draw_sequences(rng, 685)
    for name, size, rows, epochs, rate, seeds in (
        ("DeBERTa-v3-xsmall's shape", XSMALL, 64 if quick else 256, 1, 1e-4, [0]),
        ("small DeBERTa-v3", SMALL, 128 if quick else 1281, 2, 1e-3, [0] if quick else [0, 1, 2]),
    ):
        data, few, encoder = draw_sequences(rng, rows), draw_sequences(rng, 2 * batch), draw_encoder(size)
        seconds, errors, correlations = np.zeros(2), [], []
        for seed in seeds:
            torch.use_deterministic_algorithms(False)  # ours turns them on; the reference need not wait for them
            reference.train(few, encoder, 1, batch, rate, seed, SEQUENCE)
            theirs_time, theirs = timed(reference.train, data, encoder, epochs, batch, rate, seed, SEQUENCE)
            train_sequences(few, encoder, 1, batch, rate, seed)
            ours_time, ours = timed(train_sequences, data, encoder, epochs, batch, rate, seed)
            seconds += theirs_time, ours_time
            zeros = np.zeros((len(held_out["pieces"]), encoder.config.hidden_size), np.float32)
            said = reference.predict(theirs, held_out), predict(ours, zeros, held_out["lengths"], held_out["pieces"])[0]
            errors.append([np.abs(x - held_out["label"]).mean() for x in said])
            correlations.append([np.corrcoef(x, held_out["label"])[0, 1] for x in said])
        steps = -(-rows // batch) * epochs * len(seeds)
        (mean, sd), r = (np.mean(errors, 0), np.std(errors, 0)), np.mean(correlations, 0)
        learned = f"MAE {mean[0]:.2f} ± {sd[0]:.2f} and {mean[1]:.2f} ± {sd[1]:.2f}, r {r[0]:.2f} and {r[1]:.2f}"
        table.add_row(
            f"training steps of the sequence model, MOSI's lengths, {name}, {steps} steps of 8",
            f"{steps / seconds[0]:.1f} /s, padded to 50, no mask",
            f"{steps / seconds[1]:.1f} /s",
            f"{seconds[0] / seconds[1]:.1f}",
            "≥ 2, same quality",
            f"held out, {len(seeds)} starts: {learned}" if len(seeds) > 1 else "too few steps to learn",
        )


def draw_cells() -> tuple[list[np.ndarray], np.ndarray, list[np.ndarray]]:
    """690 rows of (2048, 768, 283) that share twenty coordinates, a label in one of them, five folds."""
    rng = np.random.default_rng(2)
    shared = rng.normal(size=(690, 20))
    modalities = [
        (shared @ rng.normal(size=(20, d)) + rng.normal(size=(690, d))).astype(np.float32) for d in (2048, 768, 283)
    ]
    label = (shared[:, 0] + rng.normal(size=690) > 0).astype(np.int8)
    return modalities, label, np.array_split(rng.permutation(690), 5)


def train_replicas(cells: list[tuple[float, float]], folds: list[int], epochs: int) -> np.ndarray:
    """Cells times folds in lockstep: how many held-out rows each gets right, (cells, folds)."""
    modalities, label, tests = draw_cells()
    weight = np.tile(np.stack([~np.isin(np.arange(690), tests[k]) for k in folds]), (len(cells), 1))
    shape = Architecture([2048, 768, 283], latent=[32, 16], hidden=64, task_weight=10.0, information_weight=0.05)
    members = [Replica([0, k], list(cell), [1.0, 1.0]) for cell in cells for k in folds]
    model = HierarchicalBottleneck(shape, members)
    fit(model, Rows(modalities, label, weight, 128, 0), epochs)
    right = ((predict(model.network, modalities[0]) > 0.5) == label) & ~weight
    return right.sum(1).reshape(len(cells), len(folds))


def one_cell(beta: float, gamma: float, epochs: int) -> float:
    """The accuracy of one cell, one fold after the other: what a process of the reference does."""
    return sum(train_replicas([(beta, gamma)], [k], epochs).item() for k in range(5)) / 690


def bench_sweep(table: Table, quick: bool) -> None:
    """The sweep of beta and gamma: processes one after the other, of which a few are timed, and one job."""
    epochs, cells = (5 if quick else 20), [(beta, gamma) for beta in BETAS for gamma in BETAS]
    timed_cells = cells[:: len(cells) // (2 if quick else 3)]
    start, found = time.perf_counter(), []
    for beta, gamma in timed_cells:
        words = [sys.executable, __file__, "--cell", str(beta), str(gamma), str(epochs)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        found.append(float(done.stdout))
    theirs_time = (time.perf_counter() - start) / len(timed_cells) * len(cells)
    ours_time, right = timed(train_replicas, cells, list(range(5)), epochs)
    ours = [right.sum(1)[cells.index(cell)] / 690 for cell in timed_cells]
    table.add_row(
        f"sweep of 36 cells × 5 folds on 690 × (2048, 768, 283), {epochs} epochs",
        f"{theirs_time:.0f} s, a process per cell, fold after fold ({len(timed_cells)} cells timed)",
        f"{ours_time:.0f} s, one job",
        f"{theirs_time / ours_time:.1f}",
        "≥ 5",
        f"accuracy of the timed cells differs by {np.abs(np.subtract(ours, found)).max():.3f} at most",
    )


def bench_reading(table: Table) -> None:
    """A pickle of mosi.pkl's size: parsed, and read from the artifact that the first run has left."""
    rng = np.random.default_rng(3)
    with tempfile.TemporaryDirectory() as folder:
        path, count = Path(folder, "mosi.pkl"), {"train": 1281, "dev": 229, "test": 685}
        splits = {}
        for split, rows in count.items():
            splits[split] = [
                ((["word"] * n, rng.normal(size=(n, 47)), rng.normal(size=(n, 74))), np.float32(k % 7 - 3), f"{k}[0]")
                for k, n in enumerate(lengths_of_mosi(rng, rows))
            ]
        path.write_bytes(pickle.dumps(splits, 2))
        size = path.stat().st_size / 1e6
        del splits
        parsed_time, features = timed(lambda: read("mag", path, per_token=True))
        arrays, folds = Path(folder, "features.npz"), Path(folder, "folds.json")
        save(features, arrays, folds, Path(folder, "card.json"))
        cached_time = min(timed(load, arrays, folds)[0] for _ in range(3))
    table.add_row(
        f"reading a pickle of mosi.pkl's shape, {size:.0f} MB, a second time",
        f"{1000 * parsed_time:.0f} ms, parsed again",
        f"{1000 * cached_time:.0f} ms, artifact",
        f"{parsed_time / cached_time:.0f}",
        "≥ 20",
        f"{len(features.label)} rows, {features.lengths.sum()} tokens",
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer steps, epochs and cells")
    parser.add_argument("--cell", nargs=3, type=float, metavar=("BETA", "GAMMA", "EPOCHS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # Lightning's, about clusters
    if arguments.cell:
        beta, gamma, epochs = arguments.cell
        print(one_cell(beta, gamma, int(epochs)))
        return
    quick = arguments.quick
    table = Table("work", "reference", "threefold", "ratio", "must reach", "agreement")
    bench_reading(table)
    bench_sequences(table, quick)
    bench_sweep(table, quick)
    Console(width=180).print(table)


if __name__ == "__main__":
    main()
