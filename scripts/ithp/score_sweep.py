"""Score every cell of a sweep of beta and gamma."""

import pandas as pd

from threefold.ithp.features import load
from threefold.ithp.scores import score
from threefold.record.job import job
from threefold.record.tables import read_table, write_table

params = snakemake.params
with job(snakemake):
    group = load(snakemake.input.features, snakemake.input.folds).group
    tables = []
    for path, (beta, gamma) in zip(snakemake.input.predictions, params.cells.values(), strict=True):
        scores = score(read_table(path), group, params.resamples, [params.seed, 2])
        tables.append(scores.assign(beta=float(beta), gamma=float(gamma)))
    columns = ["beta", "gamma", "protocol", "metric", "value", "sd", "low", "high", "fold_mean"]
    write_table(snakemake.output[0], pd.concat(tables, ignore_index=True)[columns], "ithp/sweep")
