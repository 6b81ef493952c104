"""Draw the information plane of the trained bottlenecks over the closed form."""

from threefold.ithp.figures import draw_information
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    figure = draw_information(read_table(snakemake.input.information), snakemake.params.correlations)
    save_figure(*figure, snakemake.output[0])
