"""The claims ledger, the lock file, the index page.

The HTML report is Snakemake's own: `make reproduce`, or `snakemake --report results/report.html`.
"""

ARTIFACTS = [*NEUROMFA_ARTIFACTS, *ITHP_ARTIFACTS, *TORI_ARTIFACTS, *SWEEP_ARTIFACTS]
FIGURES = [*NEUROMFA_FIGURES, *ITHP_FIGURES, *TORI_FIGURES, *SWEEP_FIGURES]
CLAIMS = expand("config/claims/{chain}.yaml", chain=CHAINS)
PAGES = expand("workflow/captions/{page}.html.j2", page=["page", "summary", "ledger", "paper_figures"])

check_the_claims(CLAIMS)


rule check_claims:
    input:
        claims=CLAIMS,
        artifacts=ARTIFACTS,
        templates=[*PAGES, "workflow/captions/claims.html.j2", "workflow/captions/badge.svg.j2"],
    output:
        table="results/claims.parquet",
        csv="results/claims.csv",
        json="results/claims.json",
        badge="results/badge.svg",
        page=report(
            "results/claims.html",
            caption="../workflow/captions/claims.rst",
            category="Claims",
            labels={"table": "Every claim and its verdict"},
        ),
    log:
        "logs/check_claims.log",
    benchmark:
        "logs/check_claims.tsv"
    conda:
        "../envs/report.yaml"
    params:
        code=code("report/check_claims"),
    script:
        "../scripts/report/check_claims.py"


rule lock:
    input:
        rules.check_claims.output,
        ARTIFACTS,
        FIGURES,
    output:
        "results/threefold.lock.json",
    log:
        "logs/lock.log",
    benchmark:
        "logs/lock.tsv"
    conda:
        "../envs/report.yaml"
    params:
        code=code("report/lock"),
    script:
        "../scripts/report/lock.py"


rule index:
    input:
        claims=CLAIMS,
        ledger=rules.check_claims.output.table,
        lock=rules.lock.output[0],
        figures=FIGURES,
        captions=collect("workflow/captions/{name}.rst", name={Path(figure).stem: None for figure in FIGURES}),
        templates=[*PAGES, "workflow/captions/index.html.j2", "workflow/captions/card.html.j2"],
    output:
        "results/index.html",
    log:
        "logs/index.log",
    benchmark:
        "logs/index.tsv"
    conda:
        "../envs/report.yaml"
    params:
        code=code("report/index"),
    script:
        "../scripts/report/index.py"
