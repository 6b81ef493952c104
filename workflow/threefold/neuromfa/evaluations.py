"""Pythia's published benchmark scores: zero-shot accuracies at 27 training steps.

Source: docs/science/neuromfa.md#benchmark-scores.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import pandas as pd

from threefold.record.downloads import fetch, github_urls
from threefold.record.errors import InputError

REPOSITORY, COMMIT, HOME = "EleutherAI/pythia", "a19eecb", "evals/pythia-v1"
FOLDER = "pythia_evals"  # in a mirror
STEPS = [0, *(2**k for k in range(10)), 1000, *range(3000, 144_000, 10_000)]
TASKS = ["lambada_openai", "piqa", "sciq", "arc_easy", "arc_challenge", "winogrande", "wsc", "logiqa"]
SUMS = Path(__file__).with_name("pythia_evals.sha256")  # of the deduped models, in the format of sha256sum


def evaluation_file(model: str, step: int) -> str:
    """Path of the scores of `model` at `step`, in the repository's folder and in a mirror's."""
    return f"{model}/zero-shot/{model.removeprefix('pythia-')}_step{step}.json"


def available(models: Iterable[str], mirror: str | None, download: bool) -> list[str]:
    """Those of `models` whose scores a mirror has, or that may be downloaded."""
    known = {line.split()[1].split("/")[0] for line in SUMS.read_text().splitlines()} if download else set()
    held = {model: [Path(mirror or "", FOLDER, evaluation_file(model, step)) for step in STEPS] for model in models}
    return [m for m, paths in held.items() if m in known or (mirror and all(path.is_file() for path in paths))]


def fetch_evaluations(model: str, paths: Iterable[str | Path], mirror: str | None, download: bool) -> None:
    """Put the scores of a model at STEPS to `paths`, in that order."""
    sums = dict(reversed(line.split()) for line in SUMS.read_text().splitlines())
    for step, path in zip(STEPS, paths, strict=True):
        name = evaluation_file(model, step)
        if name not in sums:
            raise InputError(
                f"{model}: no published scores are known of it; known are Pythia's deduped models from 70M"
            )
        urls = github_urls(REPOSITORY, COMMIT, f"{HOME}/{name}") if download else []
        fetch(path, sums[name], Path(mirror, FOLDER, name) if mirror else None, urls)


def read_scores(paths: Iterable[str | Path]) -> pd.DataFrame:
    """A row per step and task: `step`, `task`, `accuracy`; paths in the order of STEPS."""
    rows = []
    for step, path in zip(STEPS, paths, strict=True):
        try:
            results = json.loads(Path(path).read_text())["results"]
            rows += [{"step": step, "task": task, "accuracy": results[task]["acc"]} for task in TASKS]
        except (ValueError, KeyError) as error:
            raise InputError(f"{path}: not a file of scores ({error}); delete it and run again") from None
    return pd.DataFrame(rows)


def read_scores_of_models(paths: Iterable[str | Path]) -> pd.DataFrame:
    """As `read_scores` with a column `model`, of the files <model>/scores/step<step>.json of several models."""
    groups = groupby(map(Path, paths), key=lambda path: path.parts[-3])
    return pd.concat([read_scores(files).assign(model=model) for model, files in groups], ignore_index=True)
