"""Draw the degree of emergence on a radar with benchmark scores; without tables of it, as the paper's figure has it."""

import pandas as pd

from threefold.neuromfa.evaluations import read_scores_of_models
from threefold.neuromfa.published import all_published_emergence
from threefold.neuromfa.score_figures import draw_radars
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

given = snakemake.input

with job(snakemake):
    here = [read_table(path) for path in given.get("emergence", [])]
    emergence = pd.concat(here) if here else all_published_emergence()
    save_figure(*draw_radars(emergence, read_scores_of_models(given.scores)), snakemake.output[0])
