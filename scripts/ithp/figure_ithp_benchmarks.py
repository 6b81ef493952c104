"""Draw Tables 2 and 3 beside the data at hand."""

from pathlib import Path

from threefold.ithp.kept_figures import draw_benchmarks
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    scores = {Path(path).parent.name: read_table(path) for path in snakemake.input.scores}
    save_figure(*draw_benchmarks(read_table(snakemake.input.published), scores), snakemake.output[0])
