"""Draw the class of least entropy on each surface."""

from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table
from threefold.tori.class_figures import draw_least_classes

with job(snakemake):
    volumes = {surface: read_table(path) for surface, path in snakemake.input.items()}
    save_figure(*draw_least_classes(volumes), snakemake.output[0])
