"""Train the linear controls of one data set on every set of modalities."""

from threefold.ithp.controls import classify
from threefold.ithp.features import load
from threefold.record.job import job
from threefold.record.tables import write_table

with job(snakemake):
    features = load(snakemake.input.features, snakemake.input.folds)
    write_table(snakemake.output[0], classify(features, snakemake.params.classifiers), "ithp/predictions")
