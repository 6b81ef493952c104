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
VOCABULARY = 1000
SEQUENCE = {"hidden": 64, "b0": 32, "b1": 16}
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
    """Utterances whose label is the mean mood of their words; audio and video carry some of each word's mood."""
    lengths = np.minimum(lengths_of_mosi(rng, rows), reference.TOKENS - 2) + 2  # with the encoder's two signs
    mood = np.random.default_rng(0).normal(size=VOCABULARY) * (np.arange(VOCABULARY) % 4 == 0)
    pieces = rng.integers(3, VOCABULARY, lengths.sum())
    start = lengths.cumsum() - lengths
    pieces[start], pieces[start + lengths - 1] = 1, 2
    sentiment = np.add.reduceat(mood[pieces], start) / np.sqrt(lengths)
    found = {"pieces": pieces, "lengths": lengths, "label": np.clip(3 * sentiment, -3, 3).astype(np.float32)}
    for name, width in (("A", 74), ("V", 47)):
        noise = rng.normal(size=(len(pieces), width))
        found[name] = (noise + mood[pieces, None] * (np.arange(width) < 8)).astype(np.float32)
    return found


def small_encoder() -> torch.nn.Module:
    """DeBERTa's architecture at a size for a CPU."""
    from transformers import DebertaV2Config, DebertaV2Model, logging  # here: not every process needs it

    logging.set_verbosity_error()  # that there is no mask is the published recipe
    torch.manual_seed(0)
    shape = {"hidden_size": 128, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 512}
    shape |= {
        "max_position_embeddings": 64,
        "position_buckets": 32,
        "share_att_key": True,
        "norm_rel_ebd": "layer_norm",
    }
    config = DebertaV2Config(vocab_size=VOCABULARY, relative_attention=True, pos_att_type=["p2c", "c2p"], **shape)
    return DebertaV2Model(config)


def train_sequences(data: dict, encoder: torch.nn.Module, epochs: int, batch: int, rate: float):
    """Ours: packed, masked, corrected preset, the residual head as published."""
    rows, width = len(data["label"]), encoder.config.hidden_size
    shape = Architecture(
        [width, 74, 47],
        [SEQUENCE["b0"], SEQUENCE["b1"]],
        SEQUENCE["hidden"],
        task_weight=1.0,
        information_weight=0.0005,  # nats of about a hundred features beside a squared error
        head="residual",
        regression=True,
        learning_rate=rate,
        weight_decay=0.01,
        warmup=0.1,
        backbone_rate=rate,
    )
    model = HierarchicalBottleneck(shape, [Replica([0], [8.0, 32.0], [1.0, 0.3])], encoder)
    states = np.zeros((len(data["pieces"]), width), np.float32)  # the encoder's own take their place
    modalities, weight = [states, data["A"], data["V"]], np.ones((1, rows))
    fit(model, Rows(modalities, data["label"], weight, batch, 0, data["lengths"], pieces=data["pieces"]), epochs)
    return model.network


def bench_sequences(table: Table, quick: bool) -> None:
    """Training steps per second of the sequence model, and what it has learned."""
    rng = np.random.default_rng(1)
    data, held_out = draw_sequences(rng, 80 if quick else 240), draw_sequences(rng, 240)
    encoder, batch, rate, epochs = small_encoder(), 8, 1e-3, 2 if quick else 4
    steps = -(-len(data["label"]) // batch) * epochs
    theirs_time, theirs = timed(reference.train, data, encoder, epochs, batch, rate, SEQUENCE)
    ours_time, ours = timed(train_sequences, data, encoder, epochs, batch, rate)
    zeros = np.zeros((len(held_out["pieces"]), encoder.config.hidden_size), np.float32)
    said = reference.predict(theirs, held_out), predict(ours, zeros, held_out["lengths"], held_out["pieces"])[0]
    error = [np.abs(x - held_out["label"]).mean() for x in said]
    corr = [np.corrcoef(x, held_out["label"])[0, 1] for x in said]
    table.add_row(
        f"training steps of the sequence model, MOSI's lengths, small DeBERTa, {steps} steps of 8",
        f"{steps / theirs_time:.1f} /s, padded to 50, no mask",
        f"{steps / ours_time:.1f} /s",
        f"{theirs_time / ours_time:.1f}",
        "≥ 2, same quality",
        f"held out: MAE {error[0]:.2f} and {error[1]:.2f}, r {corr[0]:.2f} and {corr[1]:.2f}",
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
