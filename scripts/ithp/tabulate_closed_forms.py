"""Tabulate what is known exactly on Gaussian modalities: optima, orders of the modalities, ceilings of fusion."""

from threefold.ithp.closed_forms import ceilings, optima, orders
from threefold.record.job import job
from threefold.record.tables import write_table

params, output = snakemake.params, snakemake.output
with job(snakemake):
    exact = optima(params.pair, params.law, params.betas, params.chains, params.seed)
    write_table(output.optima, exact, "ithp/closed_forms")
    write_table(output.orders, orders(params.law, params.chains), "ithp/orders")
    write_table(output.ceilings, ceilings(params.law | params.fusion), "ithp/ceilings")
