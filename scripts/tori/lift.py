"""Lift members of the families to surfaces of higher genus and measure them there."""

from threefold.record.job import job
from threefold.record.tables import write_table
from threefold.tori.lifts import lift_members

with job(snakemake):
    params = snakemake.params
    table = lift_members(params.conveyors, params.diverging, params.genera, **params.measuring)
    write_table(snakemake.output[0], table, "tori/lifts")
