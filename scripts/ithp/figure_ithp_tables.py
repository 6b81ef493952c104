"""Draw the printed tables beside the same comparison on data at hand."""

from pathlib import Path

from threefold.ithp.figures import draw_tables
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    measured = {Path(path).parent.name: read_table(path) for path in snakemake.input.scores}
    save_figure(*draw_tables(read_table(snakemake.input.published), measured), snakemake.output[0])
