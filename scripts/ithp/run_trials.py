"""Run a batch of the trials of a sweep: each trains on every split with every seed."""

from threefold.record.batch import run_batch
from threefold.record.job import job


def prepare():
    from functools import cache  # here, because they need torch: not where every trial is in the store

    from threefold.ithp.features import load
    from threefold.ithp.swept import train

    features = cache(load)
    return lambda settings, files, seed: train(features(*files), settings, seed)


with job(snakemake):
    run_batch(snakemake, prepare)
