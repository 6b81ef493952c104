"""Draw the degree of emergence, published and measured here, beside benchmark scores, and their correlations."""

import pandas as pd

from threefold.neuromfa.evaluations import read_scores
from threefold.neuromfa.published import published_emergence
from threefold.neuromfa.score_figures import draw_correlation
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

given = snakemake.input

with job(snakemake):
    correlation, scores = read_table(given.correlation[0]), read_scores(given.scores)
    curves = [published_emergence(correlation["model"].iloc[0]).assign(source="figure")]
    if given.get("emergence"):
        curves.append(read_table(given.emergence).assign(source="here"))
    save_figure(*draw_correlation(pd.concat(curves), scores, correlation), snakemake.output[0])
