"""index: claims, figures, what they cost and how they were made, on one page."""

from pathlib import Path

from threefold.record.claims import load_figures
from threefold.record.files import write_text
from threefold.record.job import job
from threefold.record.lock import read_lock
from threefold.record.pages import index_page
from threefold.record.tables import read_table

with job(snakemake):
    ledger = read_table(snakemake.input.ledger)
    of_papers = load_figures(snakemake.input.claims)
    lock = Path(snakemake.input.lock)
    write_text(snakemake.output[0], index_page(ledger, snakemake.input.figures, of_papers, read_lock(lock), lock))
