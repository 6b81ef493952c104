"""Score every model trained on one data set."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from threefold.ithp.features import load
from threefold.ithp.gaussian import prime_ceilings
from threefold.ithp.scores import score
from threefold.record.job import job
from threefold.record.progress import progress
from threefold.record.tables import read_table, write_table

with job(snakemake):
    group = load(snakemake.input.features, snakemake.input.folds).group
    seed = [snakemake.params.seed, 2]
    predictions = [read_table(path) for path in snakemake.input.predictions]
    tables = [score(part, group, snakemake.params.resamples, seed) for part in progress(predictions, "score")]
    networks = [json.loads(Path(path).read_text()) for path in snakemake.input.metrics]
    effects = {(n["model"], n["modalities"]): n for n in networks}
    ceilings = prime_ceilings(snakemake.params.law) if snakemake.params.law else {}
    scores = pd.concat(tables, ignore_index=True)
    for effect in ("detector_effect", "sampling_effect"):
        found = [effects.get(key, {}).get(effect) for key in zip(scores["model"], scores["modalities"], strict=True)]
        scores[effect] = np.array(found, float)
    ceiling = scores["modalities"].str.split("-").str[0].map(ceilings).where(scores["model"] == "ithp")
    scores["ceiling"] = ceiling.where(scores["metric"] == "accuracy").astype(float)
    write_table(snakemake.output[0], scores, "ithp/scores")
