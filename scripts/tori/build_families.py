"""Tabulate a family of pseudo-Anosovs with ever more punctures."""

from threefold.record.job import job
from threefold.record.tables import write_table
from threefold.tori.families import FAMILIES
from threefold.tori.family_tables import tabulate

with job(snakemake):
    members = FAMILIES[snakemake.wildcards.family](**snakemake.params.members)
    write_table(snakemake.output[0], tabulate(members, **snakemake.params.measuring), "tori/family")
