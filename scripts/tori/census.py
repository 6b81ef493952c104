"""Gather the mapping tori of all surfaces, one row per isometry class."""

from threefold.record.job import job
from threefold.record.tables import read_table, write_table
from threefold.tori.census import build_census

with job(snakemake):
    volumes = {name: read_table(path) for name, path in zip(snakemake.params.surfaces, snakemake.input, strict=True)}
    write_table(snakemake.output[0], build_census(volumes), "tori/census")
