"""Run a batch of the trials of a sweep: each samples the networks of a checkpoint and fits their spectra."""

from threefold.record.batch import run_batch
from threefold.record.job import job


def prepare():
    from threefold.neuromfa.swept import spectrum  # here: not needed where every trial is in the store

    return spectrum


with job(snakemake):
    run_batch(snakemake, prepare)
