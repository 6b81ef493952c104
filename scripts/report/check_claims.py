"""check_claims: a verdict for every claim, as a table and as a page."""

from pathlib import Path

from threefold.record.claims import check_claims, load_claims
from threefold.record.files import atomic
from threefold.record.job import job
from threefold.record.pages import claims_page
from threefold.record.tables import write_table

with job(snakemake):
    artifacts = {path.removeprefix("results/"): path for path in snakemake.input.artifacts}
    ledger = check_claims(load_claims(snakemake.input.claims), artifacts)
    write_table(snakemake.output.table, ledger, "report/claims")
    with atomic(snakemake.output.csv) as part:
        ledger.to_csv(part, index=False)
    with atomic(snakemake.output.page) as part:
        part.write_text(claims_page(ledger, Path(snakemake.input.template)))
