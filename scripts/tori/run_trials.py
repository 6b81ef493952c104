"""Run a batch of the trials of a sweep: each classifies all words of a length in some of a surface's generators."""

from threefold.record.batch import run_batch
from threefold.record.job import job


def prepare():
    from threefold.tori.swept import classes  # here: not needed where every trial is in the store

    return classes


with job(snakemake):
    run_batch(snakemake, prepare)
