"""The figures of the chain ithp: of what is known exactly, of what is measured, and of what the paper printed."""

SCORES_OF = {dataset: f"results/ithp/{dataset}/scores.parquet" for dataset in TRIALS}
# Figure -> its title in the report, the tables that it shows, and what else it must know.
ITHP_DRAWN = {
    "information": (
        "Trained bottlenecks against the closed form",
        {"information": "results/ithp/gaussian_pair/information.parquet"},
        {"correlations": GAUSSIAN.pair},
    ),
    "scores": ("Scores of ITHP and its controls", {"scores": [*SCORES_OF.values()]}, {}),
    "tables": (
        "Printed scores, and the same comparison on data at hand",
        {"published": "results/ithp/published.parquet", "scores": [SCORES_OF[d] for d in TABLED]},
        {},
    ),
    "benchmarks": (
        "CMU-MOSI and CMU-MOSEI, as printed and measured",
        {"published": "results/ithp/published.parquet", "scores": [SCORES_OF[d] for d in TABLED]},
        {},
    ),
    "orders": (
        "Six orders of the modalities",
        {"orders": "results/ithp/orders.parquet", "scores": [SCORES_OF[d] for d in ("gaussian", *TABLED)]},
        {},
    ),
    "exact": (
        "The weight of the second bottleneck, and ceilings of fusion",
        {"optima": "results/ithp/closed_forms.parquet", "ceilings": "results/ithp/ceilings.parquet"}
        | ({"scores": SCORES_OF["gaussian_fusion"]} if "gaussian_fusion" in TRIALS else {}),
        {"common": GAUSSIAN.common},
    ),
}
if KEPT:
    ITHP_DRAWN["kept"] = (
        "What bottlenecks keep of real features",
        {"kept": expand("results/ithp/{dataset}/kept.parquet", dataset=KEPT)},
        {},
    )
if "estimators" in GAUSSIAN.experiments:
    ITHP_DRAWN["estimators"] = (
        "Estimators of information against the closed form",
        {"estimators": "results/ithp/estimators.parquet"},
        {},
    )
if "nuisance" in GAUSSIAN.experiments:
    ITHP_DRAWN["nuisance"] = (
        "A nuisance a hundred times as large",
        {
            "plain": "results/ithp/gaussian_pair/information.parquet",
            "loud": "results/ithp/gaussian_nuisance/information.parquet",
        },
        {},
    )
ITHP_FIGURES = expand("results/figures/ithp_{figure}.png", figure=ITHP_DRAWN)

for figure, (title, tables, further) in ITHP_DRAWN.items():

    rule:
        name:
            f"figure_ithp_{figure}"
        input:
            **tables,
        output:
            report(
                f"results/figures/ithp_{figure}.png",
                caption=f"../workflow/captions/ithp_{figure}.rst",
                category="ITHP",
                labels={"figure": title},
            ),
            f"results/figures/ithp_{figure}.svg",
            f"results/figures/ithp_{figure}.csv",
        log:
            f"logs/figure_ithp_{figure}.log",
        benchmark:
            f"logs/figure_ithp_{figure}.tsv"
        conda:
            "../envs/ithp.yaml"
        threads: 1
        params:
            **further,
            code=code(f"ithp/figure_ithp_{figure}"),
            figure=figure,  # a script's path is read when the job runs: then the loop is over
        script:
            "../scripts/ithp/figure_ithp_{params.figure}.py"
