"""Draw a Gaussian data set whose mutual information is known exactly."""

from threefold.ithp.features import save
from threefold.ithp.gaussian import generate
from threefold.record.job import job

with job(snakemake):
    features, coordinates = generate(**snakemake.params.law, seed=snakemake.params.seed)
    save(features, **snakemake.output, coordinates=coordinates)
