"""Draw the degree of emergence with its controls."""

from threefold.neuromfa.figures import draw_controls
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    save_figure(*draw_controls(read_table(snakemake.input[0])), snakemake.output[0])
