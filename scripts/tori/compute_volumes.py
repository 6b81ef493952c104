"""Measure the mapping torus of every word that may be pseudo-Anosov."""

from functools import partial

import pandas as pd

from threefold.record.files import unfinished
from threefold.record.job import job
from threefold.record.progress import progress
from threefold.record.tables import table_schema
from threefold.tori.mapping_tori import measure_classes
from threefold.tori.parts import count_rows, slices, write_in_parts
from threefold.tori.processes import Limits
from threefold.tori.surfaces import find_surface

classes, given = snakemake.input[0], snakemake.params
surface = find_surface(snakemake.wildcards.surface)
settings = {"workers": snakemake.threads, "limits": Limits(*given.limits), "proofs": {}}


def measure(part):
    rows = measure_classes(part, surface, **given.options, **settings)
    return pd.DataFrame(rows)[table_schema("tori/volumes").names]


with job(snakemake):
    kept = unfinished(snakemake.log[0], [given.code, given.options, given.limits], [classes])
    parts = (partial(measure, part) for part in progress(slices(classes), f"mapping tori of {surface.name}"))
    write_in_parts(snakemake.output[0], "tori/volumes", kept, parts, expected=count_rows(classes))
