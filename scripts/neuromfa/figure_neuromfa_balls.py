"""Draw the two kinds of balls."""

from threefold.neuromfa.known import two_balls
from threefold.neuromfa.spectrum_figures import draw_balls
from threefold.record.job import job
from threefold.record.style import save_figure

with job(snakemake):
    save_figure(*draw_balls(two_balls()), snakemake.output[0])
