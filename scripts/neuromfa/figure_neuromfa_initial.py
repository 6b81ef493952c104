"""Draw step 0 of the Pythia family over model size."""

from threefold.neuromfa.spectrum_figures import draw_initial
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    save_figure(*draw_initial(read_table(snakemake.input[0])), snakemake.output[0])
