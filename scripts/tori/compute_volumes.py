"""Measure the mapping torus of every word that may be pseudo-Anosov."""

import pandas as pd

from threefold.record.job import job
from threefold.record.progress import progress
from threefold.record.tables import read_table, table_schema, write_table
from threefold.tori.mapping_tori import measure_classes
from threefold.tori.processes import Limits
from threefold.tori.surfaces import find_surface

with job(snakemake):
    classes = read_table(snakemake.input[0])
    surface = find_surface(snakemake.wildcards.surface)
    limits = Limits(*snakemake.params.limits)
    rows = measure_classes(classes, surface, workers=snakemake.threads, limits=limits, **snakemake.params.options)
    volumes = pd.DataFrame(progress(rows, f"mapping tori of {surface.name}", len(classes)))
    write_table(snakemake.output[0], volumes[table_schema("tori/volumes").names], "tori/volumes")
