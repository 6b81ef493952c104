"""The stages of the chain ithp: data set -> features -> training -> scores and nats."""

from snakemake.logging import logger
from threefold.ithp.plan import LINEAR, batches
from threefold.ithp.sources import SOURCES, available, own_files

REAL = available(CONFIG.data.mirror, CONFIG.data.download)
GAUSSIAN = CONFIG.ithp.gaussian
LAWS = {
    "gaussian": {
        "correlations": [GAUSSIAN.chain_x1, GAUSSIAN.chain_x2],
        "label_weights": GAUSSIAN.label_weights,
        "label_noise": GAUSSIAN.label_noise,
        "samples": GAUSSIAN.samples,
    },
    "gaussian_pair": {
        "correlations": [GAUSSIAN.pair],
        "label_weights": [1.0] * len(GAUSSIAN.pair),
        "label_noise": 1.0,
        "samples": GAUSSIAN.samples,
    },
}
SWEEP = [{"beta": beta, "gamma": None, "lam": None} for beta in CONFIG.ithp.information.betas]
BOTTLENECKS = {
    "gaussian_pair": {"one_level": SWEEP, "shuffled": SWEEP[-1:]},
    "gaussian": {"two_level": [m.model_dump() for m in CONFIG.ithp.information.chains]},
}
OWN = CONFIG.ithp.datasets
MODALITIES = {"gaussian": ["X0", "X1", "X2"]}
MODALITIES |= {dataset: SOURCES[dataset].modalities for dataset in REAL}
MODALITIES |= {dataset: own.order for dataset, own in OWN.items()}
TRAINING = {dataset: CONFIG.ithp.gaussian_task if dataset in LAWS else CONFIG.ithp.real for dataset in MODALITIES}
TRAINING |= {dataset: own.training for dataset, own in OWN.items() if own.training}
ENCODERS = {dataset: {"text_encoder": own.text_encoder, "fine_tune": own.fine_tune} for dataset, own in OWN.items()}
BATCHES = {dataset: batches(dataset, names) for dataset, names in MODALITIES.items()}
TRIALS = {dataset: [trial for batch in parts.values() for trial in batch] for dataset, parts in BATCHES.items()}
GPUS = int(CONFIG.ithp.device == "gpu")  # that a training asks for; "auto" takes one where the machine has it
TABLED = [dataset for dataset, names in MODALITIES.items() if len(names) == 3 and dataset not in LAWS]

ITHP_ARTIFACTS = [
    *expand("results/ithp/{dataset}/scores.parquet", dataset=TRIALS),
    *expand("results/ithp/{dataset}/information.parquet", dataset=BOTTLENECKS),
    *expand("results/ithp/{dataset}/card.json", dataset=[*REAL, *OWN]),
    "results/ithp/published.parquet",
    "results/ithp/rescaling.parquet",
]
ITHP_FIGURES = expand("results/figures/ithp_{name}.png", name=["information", "scores", "tables"])

if workflow.is_main_process and (left_out := [name for name in SOURCES if name not in REAL]):
    logger.info(f"ithp: without {' and '.join(left_out)}; set data.mirror to a folder that has them, or data.download")

for dataset, source in SOURCES.items():

    rule:
        name:
            f"fetch_{dataset}"
        output:
            expand("results/ithp/{dataset}/raw/{file}", dataset=dataset, file=source.files),
        log:
            f"logs/fetch_dataset/{dataset}.log",
        benchmark:
            f"logs/fetch_dataset/{dataset}.tsv"
        conda:
            "../envs/ithp.yaml"
        threads: 1
        params:
            code=code("ithp/fetch_dataset"),
            dataset=dataset,
            transport={"mirror": CONFIG.data.mirror, "download": CONFIG.data.download},
        script:
            "../scripts/ithp/fetch_dataset.py"


rule preprocess:
    input:
        lookup("{dataset}", within={d: expand("results/ithp/{d}/raw/{f}", d=d, f=s.files) for d, s in SOURCES.items()}),
    output:
        arrays="results/ithp/{dataset}/features.npz",
        folds="results/ithp/{dataset}/folds.json",
        card="results/ithp/{dataset}/card.json",
    log:
        "logs/preprocess/{dataset}.log",
    benchmark:
        "logs/preprocess/{dataset}.tsv"
    wildcard_constraints:
        dataset="|".join(SOURCES),
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/preprocess"),
    script:
        "../scripts/ithp/preprocess.py"


for dataset, own in OWN.items():

    rule:
        name:
            f"read_{dataset}"
        input:
            own_files(own.path),
        output:
            arrays=f"results/ithp/{dataset}/features.npz",
            folds=f"results/ithp/{dataset}/folds.json",
            card=f"results/ithp/{dataset}/card.json",
        log:
            f"logs/read_own/{dataset}.log",
        benchmark:
            f"logs/read_own/{dataset}.tsv"
        conda:
            "../envs/ithp.yaml"
        threads: 1
        params:
            code=code("ithp/read_own"),
            own=own.model_dump(mode="json", exclude={"path"}),
            transport=own.path,
        script:
            "../scripts/ithp/read_own.py"


rule generate:
    output:
        arrays="results/ithp/{dataset}/features.npz",
        folds="results/ithp/{dataset}/folds.json",
        card="results/ithp/{dataset}/card.json",
    log:
        "logs/generate/{dataset}.log",
    benchmark:
        "logs/generate/{dataset}.tsv"
    wildcard_constraints:
        dataset="|".join(LAWS),
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/generate"),
        law=lookup("{dataset}", within=LAWS),
        seed=CONFIG.seed,
    script:
        "../scripts/ithp/generate.py"


for dataset, parts in BATCHES.items():
    for batch, batch_trials in parts.items():

        rule:
            name:
                f"train_{dataset}_{batch}"
            input:
                features=f"results/ithp/{dataset}/features.npz",
                folds=f"results/ithp/{dataset}/folds.json",
            output:
                metrics=expand("results/ithp/{d}/{t}/metrics.json", d=dataset, t=batch_trials),
                history=expand("results/ithp/{d}/{t}/history.parquet", d=dataset, t=batch_trials),
                predictions=expand("results/ithp/{d}/{t}/predictions.parquet", d=dataset, t=batch_trials),
                model=expand("results/ithp/{d}/{t}/model.safetensors", d=dataset, t=batch_trials),
            log:
                f"logs/train/{dataset}/{batch}.log",
            benchmark:
                f"logs/train/{dataset}/{batch}.tsv"
            conda:
                "../envs/ithp.yaml"
            threads: 1
            resources:
                gpu=GPUS,
            params:
                code=code("ithp/train"),
                trials=batch_trials,
                settings=TRAINING[dataset].model_dump(mode="json")
                | {"device": CONFIG.ithp.device}
                | ENCODERS.get(dataset, {"text_encoder": None, "fine_tune": False}),
                seed=CONFIG.seed,
            script:
                "../scripts/ithp/train.py"


rule train_linear:
    input:
        features="results/ithp/{dataset}/features.npz",
        folds="results/ithp/{dataset}/folds.json",
    output:
        "results/ithp/{dataset}/linear/predictions.parquet",
    log:
        "logs/train_linear/{dataset}.log",
    benchmark:
        "logs/train_linear/{dataset}.tsv"
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/train_linear"),
        classifiers=LINEAR,
    script:
        "../scripts/ithp/train_linear.py"


for dataset, multipliers in BOTTLENECKS.items():

    rule:
        name:
            f"train_bottleneck_{dataset}"
        input:
            features=f"results/ithp/{dataset}/features.npz",
            folds=f"results/ithp/{dataset}/folds.json",
        output:
            metrics=expand("results/ithp/{d}/information/{t}/metrics.json", d=dataset, t=multipliers),
            history=expand("results/ithp/{d}/information/{t}/history.parquet", d=dataset, t=multipliers),
            model=expand("results/ithp/{d}/information/{t}/model.safetensors", d=dataset, t=multipliers),
        log:
            f"logs/train_bottleneck/{dataset}.log",
        benchmark:
            f"logs/train_bottleneck/{dataset}.tsv"
        conda:
            "../envs/ithp.yaml"
        threads: 1
        resources:
            gpu=GPUS,
        params:
            code=code("ithp/train_bottleneck"),
            multipliers=multipliers,
            settings={
                **CONFIG.ithp.information.model_dump(exclude={"betas", "chains"}),
                "device": CONFIG.ithp.device,
            },
            seed=CONFIG.seed,
        script:
            "../scripts/ithp/train_bottleneck.py"


rule score:
    input:
        features="results/ithp/{dataset}/features.npz",
        folds="results/ithp/{dataset}/folds.json",
        predictions=lookup(
            "{dataset}",
            within={
                d: expand("results/ithp/{d}/{t}/predictions.parquet", d=d, t=["linear", *t]) for d, t in TRIALS.items()
            },
        ),
        metrics=lookup(
            "{dataset}",
            within={d: expand("results/ithp/{d}/{t}/metrics.json", d=d, t=t) for d, t in TRIALS.items()},
        ),
    output:
        "results/ithp/{dataset}/scores.parquet",
    log:
        "logs/score/{dataset}.log",
    benchmark:
        "logs/score/{dataset}.tsv"
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/score"),
        law=lookup("{dataset}", within=LAWS, default=None),
        resamples=CONFIG.ithp.resamples,
        seed=CONFIG.seed,
    script:
        "../scripts/ithp/score.py"


rule measure_rescaling:
    output:
        "results/ithp/rescaling.parquet",
    log:
        "logs/measure_rescaling/ithp.log",
    benchmark:
        "logs/measure_rescaling/ithp.tsv"
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/measure_rescaling"),
        seed=CONFIG.seed,
    script:
        "../scripts/ithp/measure_rescaling.py"


rule measure_information:
    input:
        features="results/ithp/{dataset}/features.npz",
        folds="results/ithp/{dataset}/folds.json",
        models=lookup(
            "{dataset}",
            within={
                d: expand("results/ithp/{d}/information/{t}/model.safetensors", d=d, t=t)
                for d, t in BOTTLENECKS.items()
            },
        ),
        metrics=lookup(
            "{dataset}",
            within={
                d: expand("results/ithp/{d}/information/{t}/metrics.json", d=d, t=t) for d, t in BOTTLENECKS.items()
            },
        ),
    output:
        "results/ithp/{dataset}/information.parquet",
    log:
        "logs/measure_information/{dataset}.log",
    benchmark:
        "logs/measure_information/{dataset}.tsv"
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/measure_information"),
        correlations=lookup("{dataset}/correlations", within=LAWS),
        seed=CONFIG.seed,
    script:
        "../scripts/ithp/measure_information.py"


rule tabulate_published:
    input:
        "workflow/threefold/ithp/published.csv",
    output:
        "results/ithp/published.parquet",
    log:
        "logs/tabulate_published/ithp.log",
    benchmark:
        "logs/tabulate_published/ithp.tsv"
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/tabulate_published"),
    script:
        "../scripts/ithp/tabulate_published.py"


rule figure_ithp_information:
    input:
        "results/ithp/gaussian_pair/information.parquet",
    output:
        report(
            "results/figures/ithp_information.png",
            caption="../workflow/captions/ithp_information.rst",
            category="ITHP",
            labels={"figure": "Trained bottlenecks against the closed form"},
        ),
        "results/figures/ithp_information.svg",
        "results/figures/ithp_information.csv",
    log:
        "logs/figure_ithp_information.log",
    benchmark:
        "logs/figure_ithp_information.tsv"
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/figure_ithp_information"),
        correlations=GAUSSIAN.pair,
    script:
        "../scripts/ithp/figure_ithp_information.py"


rule figure_ithp_scores:
    input:
        expand("results/ithp/{dataset}/scores.parquet", dataset=TRIALS),
    output:
        report(
            "results/figures/ithp_scores.png",
            caption="../workflow/captions/ithp_scores.rst",
            category="ITHP",
            labels={"figure": "Scores of ITHP and its controls"},
        ),
        "results/figures/ithp_scores.svg",
        "results/figures/ithp_scores.csv",
    log:
        "logs/figure_ithp_scores.log",
    benchmark:
        "logs/figure_ithp_scores.tsv"
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/figure_ithp_scores"),
    script:
        "../scripts/ithp/figure_ithp_scores.py"


rule figure_ithp_tables:
    input:
        published="results/ithp/published.parquet",
        scores=expand("results/ithp/{dataset}/scores.parquet", dataset=TABLED),
    output:
        report(
            "results/figures/ithp_tables.png",
            caption="../workflow/captions/ithp_tables.rst",
            category="ITHP",
            labels={"figure": "Printed scores, and the same comparison on data at hand"},
        ),
        "results/figures/ithp_tables.svg",
        "results/figures/ithp_tables.csv",
    log:
        "logs/figure_ithp_tables.log",
    benchmark:
        "logs/figure_ithp_tables.tsv"
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/figure_ithp_tables"),
    script:
        "../scripts/ithp/figure_ithp_tables.py"
