"""Draw the spectra over training, with the positions in the paper's figures where the models are theirs."""

import pandas as pd

from threefold.neuromfa.published import published_spectra
from threefold.neuromfa.spectrum_figures import draw_spectra
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    spectra = pd.concat(map(read_table, snakemake.input), ignore_index=True)
    save_figure(*draw_spectra(spectra, published_spectra()), snakemake.output[0])
