"""Gather the mapping tori of all surfaces, one row per isometry class."""

import pandas as pd

from threefold.record.job import job
from threefold.record.tables import write_table
from threefold.tori.census import build_census

with job(snakemake):
    paths = zip(snakemake.params.surfaces, snakemake.input, strict=True)
    volumes = {name: pd.read_parquet(path, filters=[("volume", ">", 0)]) for name, path in paths}
    write_table(snakemake.output[0], build_census(volumes), "tori/census")
