"""Compute the spectra of sets and networks for which they are known."""

from threefold.neuromfa.known import known_spectra
from threefold.record.job import job
from threefold.record.tables import write_table

with job(snakemake):
    write_table(snakemake.output[0], known_spectra(snakemake.params.networks), "neuromfa/known")
