"""Draw the normalised entropy of the families over the number of punctures."""

from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table
from threefold.tori.figures import draw_entropy

with job(snakemake):
    tables = {family: read_table(path) for family, path in snakemake.input.items()}
    save_figure(*draw_entropy(tables), snakemake.output[0])
