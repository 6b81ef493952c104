"""Fit the multifractal spectra of one checkpoint's sampled networks."""

from threefold.neuromfa.balls import Choices
from threefold.neuromfa.graph import load_graphs
from threefold.neuromfa.spectrum import fit_networks
from threefold.record.job import job
from threefold.record.tables import write_table

with job(snakemake):
    spectrum, metrics = fit_networks(load_graphs(snakemake.input[0]), Choices(**snakemake.params.choices))
    names = {"model": snakemake.wildcards.model, "step": int(snakemake.wildcards.step)}
    write_table(snakemake.output.spectrum, spectrum.assign(**names), "neuromfa/spectrum")
    write_table(snakemake.output.metrics, metrics.assign(**names), "neuromfa/metrics")
