"""Draw estimators of information against the closed form."""

from threefold.ithp.gaussian_figures import draw_estimators
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    save_figure(*draw_estimators(read_table(snakemake.input.estimators)), snakemake.output[0])
