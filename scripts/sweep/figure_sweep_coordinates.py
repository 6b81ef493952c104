"""Draw every trial of a sweep as a line through its parameters to its metric."""

from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.sweep_figures import draw_coordinates
from threefold.record.sweeps import comparable
from threefold.record.tables import read_table

given = snakemake.params
with job(snakemake):
    trials = comparable(read_table(snakemake.input.trials), given.early)
    importance = read_table(snakemake.input.importance)
    save_figure(*draw_coordinates(trials, importance, given.metric, given.goal), snakemake.output[0])
