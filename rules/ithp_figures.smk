"""The figures of the chain ithp: of what is known exactly, of what is measured, and of what the paper printed."""

ITHP_SCORES = {dataset: f"results/ithp/{dataset}/scores.parquet" for dataset in TRIALS}
ITHP_DRAWN = {
    "information": drawn(
        "information",
        "Trained bottlenecks against the closed form",
        {"information": "results/ithp/gaussian_pair/information.parquet"},
        correlations=GAUSSIAN.pair,
    ),
    "scores": drawn("scores", "Scores of ITHP and its controls", {"scores": [*ITHP_SCORES.values()]}),
    "tables": drawn(
        "tables",
        "Printed scores, and the same comparison on data at hand",
        {"published": "results/ithp/published.parquet", "scores": [ITHP_SCORES[d] for d in TABLED]},
    ),
    "benchmarks": drawn(
        "benchmarks",
        "CMU-MOSI and CMU-MOSEI, as printed and measured",
        {"published": "results/ithp/published.parquet", "scores": [ITHP_SCORES[d] for d in TABLED]},
    ),
    "orders": drawn(
        "orders",
        "Six orders of the modalities",
        {"orders": "results/ithp/orders.parquet", "scores": [ITHP_SCORES[d] for d in ("gaussian", *TABLED)]},
    ),
    "exact": drawn(
        "exact",
        "The weight of the second bottleneck, and ceilings of fusion",
        {"optima": "results/ithp/closed_forms.parquet", "ceilings": "results/ithp/ceilings.parquet"}
        | ({"scores": ITHP_SCORES["gaussian_fusion"]} if "gaussian_fusion" in TRIALS else {}),
        common=GAUSSIAN.common,
    ),
}
if KEPT:
    ITHP_DRAWN["kept"] = drawn(
        "kept",
        "What bottlenecks keep of real features",
        {"kept": expand("results/ithp/{dataset}/kept.parquet", dataset=KEPT)},
    )
if "estimators" in GAUSSIAN.experiments:
    ITHP_DRAWN["estimators"] = drawn(
        "estimators",
        "Estimators of information against the closed form",
        {"estimators": "results/ithp/estimators.parquet"},
    )
if "nuisance" in GAUSSIAN.experiments:
    ITHP_DRAWN["nuisance"] = drawn(
        "nuisance",
        "A nuisance a hundred times as large",
        {
            "plain": "results/ithp/gaussian_pair/information.parquet",
            "loud": "results/ithp/gaussian_nuisance/information.parquet",
        },
    )
