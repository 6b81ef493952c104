"""Fetch the published benchmark scores of one model over its training."""

from threefold.neuromfa.evaluations import fetch_evaluations
from threefold.record.job import job

with job(snakemake):
    fetch_evaluations(snakemake.wildcards.model, snakemake.output, **snakemake.params.transport)
