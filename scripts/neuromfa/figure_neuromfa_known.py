"""Draw the spectra of sets and networks for which they are known."""

from threefold.neuromfa.spectrum_figures import draw_known
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    save_figure(*draw_known(read_table(snakemake.input[0])), snakemake.output[0])
