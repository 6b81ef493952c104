"""index: claims, figures and how they were made, on one page."""

from pathlib import Path

from threefold.record.files import write_text
from threefold.record.job import job
from threefold.record.lock import read_lock
from threefold.record.pages import index_page
from threefold.record.tables import read_table

with job(snakemake):
    ledger = read_table(snakemake.input.claims)
    lock = read_lock(snakemake.input.lock)
    template = Path(snakemake.input.templates[0])
    page = index_page(ledger, snakemake.input.figures, lock, template.parent, template)
    write_text(snakemake.output[0], page)
