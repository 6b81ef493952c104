"""check_claims: a verdict for every claim, as a table, a page and a badge."""

from threefold.record.claims import check_claims, load_claims, load_figures
from threefold.record.files import write_text
from threefold.record.job import job
from threefold.record.pages import claims_badge, claims_page
from threefold.record.tables import write_table

with job(snakemake):
    artifacts = {path.removeprefix("results/"): path for path in snakemake.input.artifacts}
    ledger = check_claims(load_claims(snakemake.input.claims), artifacts)
    write_table(snakemake.output.table, ledger, "report/claims")
    texts = {
        "csv": ledger.to_csv(index=False),
        "json": ledger.to_json(orient="records", indent=1),
        "page": claims_page(ledger, load_figures(snakemake.input.claims)),
        "badge": claims_badge(ledger),
    }
    for name, text in texts.items():
        write_text(snakemake.output[name], text)
