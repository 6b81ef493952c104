"""Read one real data set into aligned arrays, its folds and its card."""

from pathlib import Path

from threefold.ithp.features import save
from threefold.ithp.public import PUBLIC
from threefold.record.job import job

with job(snakemake):
    read = PUBLIC[snakemake.wildcards.dataset]
    save(read(Path(snakemake.input[0]).parent), **snakemake.output)
