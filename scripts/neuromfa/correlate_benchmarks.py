"""Correlate the degree of emergence of one model with its benchmark scores over training."""

import pandas as pd

from threefold.neuromfa.correlation import correlate
from threefold.neuromfa.evaluations import read_scores
from threefold.neuromfa.published import EMERGENCE, published_emergence
from threefold.record.job import job
from threefold.record.tables import read_table, write_table

given, model = snakemake.params, snakemake.wildcards.model

with job(snakemake):
    scores = read_scores(snakemake.input.scores)
    sources = {"figure": published_emergence(model)} if model in EMERGENCE else {}
    if snakemake.input.emergence:
        sources["here"] = read_table(snakemake.input.emergence)
    found = [correlate(e, scores, given.resamples, given.seed).assign(source=name) for name, e in sources.items()]
    write_table(snakemake.output[0], pd.concat(found).assign(model=model), "neuromfa/correlation")
