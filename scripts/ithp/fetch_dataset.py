"""Fetch the files of one real data set, from the mirror or from their public homes."""

from pathlib import Path

from threefold.ithp.sources import fetch
from threefold.record.job import job

with job(snakemake):
    folder = Path(snakemake.output[0]).parent
    fetch(snakemake.params.dataset, folder, **snakemake.params.transport)
