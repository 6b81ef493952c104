"""Compare dilatations and mapping tori with one of flipper's censuses."""

from threefold.record.job import job
from threefold.record.tables import table_schema, write_table
from threefold.tori.held_out import compare_census

with job(snakemake):
    table = compare_census(snakemake.wildcards.census, **snakemake.params.measuring)
    write_table(snakemake.output[0], table[table_schema("tori/held_out").names], "tori/held_out")
