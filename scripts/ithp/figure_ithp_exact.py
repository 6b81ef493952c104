"""Draw the optima over lambda and the ceilings of fusion."""

from threefold.ithp.gaussian_figures import draw_exact
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    needs = snakemake.input
    scores = read_table(needs.scores) if "scores" in needs.keys() else None  # noqa: SIM118 (no mapping)
    figure = draw_exact(read_table(needs.optima), read_table(needs.ceilings), scores, max(snakemake.params.common))
    save_figure(*figure, snakemake.output[0])
