"""The stages of the chain ithp: data set -> features -> training -> scores and nats."""

from snakemake.logging import logger
from threefold.ithp.plan import CHAINED, LINEAR, batches
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
FUSION = {"common": GAUSSIAN.common, "common_weights": GAUSSIAN.common_weights}
LAWS["gaussian_fusion"] = LAWS["gaussian"] | FUSION
LAWS["gaussian_nuisance"] = LAWS["gaussian_pair"] | {"nuisance_scale": 10.0}
SWEEP = [{"beta": beta, "gamma": None, "lam": None} for beta in CONFIG.ithp.information.betas]
BOTTLENECKS = {
    "gaussian_pair": {"one_level": SWEEP, "shuffled": SWEEP[-1:]},
    "gaussian": {"two_level": [m.model_dump() for m in CONFIG.ithp.information.chains]},
}
if "nuisance" in GAUSSIAN.experiments:
    BOTTLENECKS["gaussian_nuisance"] = {"one_level": SWEEP[len(SWEEP) // 2 :][:1]}
OWN = CONFIG.ithp.datasets
MODALITIES = {"gaussian": ["X0", "X1", "X2"]}
MODALITIES |= {"gaussian_fusion": ["X0", "X1", "X2"]} if "fusion" in GAUSSIAN.experiments else {}
MODALITIES |= {dataset: SOURCES[dataset].modalities for dataset in REAL}
MODALITIES |= {dataset: own.order for dataset, own in OWN.items()}
TRAINING = {dataset: CONFIG.ithp.gaussian_task if dataset in LAWS else CONFIG.ithp.real for dataset in MODALITIES}
TRAINING |= {dataset: own.training for dataset, own in OWN.items() if own.training}
ENCODERS = {dataset: {"text_encoder": own.text_encoder, "fine_tune": own.fine_tune} for dataset, own in OWN.items()}
BATCHES = {dataset: batches(dataset, names) for dataset, names in MODALITIES.items()}
TRIALS = {dataset: [trial for batch in parts.values() for trial in batch] for dataset, parts in BATCHES.items()}
GPUS = int(CONFIG.ithp.device == "gpu")  # that a training asks for; "auto" takes one where the machine has it
TABLED = [dataset for dataset, names in MODALITIES.items() if len(names) == 3 and dataset not in LAWS]
KEPT = {  # of these, what the bottlenecks keep is measured; not where the text encoder is trained with them
    dataset: [trial for trial in TRIALS[dataset] if trial.count("-") == 2 and trial.split("/")[0] in CHAINED]
    for dataset in TABLED
    if not ENCODERS.get(dataset, {}).get("fine_tune")
}

ITHP_ARTIFACTS = [
    *expand("results/ithp/{dataset}/scores.parquet", dataset=TRIALS),
    *expand("results/ithp/{dataset}/information.parquet", dataset=BOTTLENECKS),
    *expand("results/ithp/{dataset}/kept.parquet", dataset=KEPT),
    *expand("results/ithp/{dataset}/card.json", dataset=[*REAL, *OWN]),
    *expand("results/ithp/{table}.parquet", table=["published", "rescaling", "parameters"]),
    *expand("results/ithp/{table}.parquet", table=["closed_forms", "orders", "ceilings"]),
    *(["results/ithp/estimators.parquet"] if "estimators" in GAUSSIAN.experiments else []),
]

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
            priority: 1  # after pretraining the longest jobs
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
        priority: 1  # after pretraining the longest jobs
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


rule tabulate_closed_forms:
    output:
        optima="results/ithp/closed_forms.parquet",
        orders="results/ithp/orders.parquet",
        ceilings="results/ithp/ceilings.parquet",
    log:
        "logs/tabulate_closed_forms/ithp.log",
    benchmark:
        "logs/tabulate_closed_forms/ithp.tsv"
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/tabulate_closed_forms"),
        pair=GAUSSIAN.pair,
        law=LAWS["gaussian"],
        fusion=FUSION,
        betas=CONFIG.ithp.information.betas,
        chains=BOTTLENECKS["gaussian"]["two_level"],
        seed=CONFIG.seed,
    script:
        "../scripts/ithp/tabulate_closed_forms.py"


rule compare_estimators:
    output:
        "results/ithp/estimators.parquet",
    log:
        "logs/compare_estimators/ithp.log",
    benchmark:
        "logs/compare_estimators/ithp.tsv"
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/compare_estimators"),
        settings=CONFIG.ithp.estimators.model_dump(),
        seed=CONFIG.seed,
    script:
        "../scripts/ithp/compare_estimators.py"


rule measure_kept:
    input:
        features="results/ithp/{dataset}/features.npz",
        folds="results/ithp/{dataset}/folds.json",
        models=lookup(
            "{dataset}",
            within={d: expand("results/ithp/{d}/{t}/model.safetensors", d=d, t=t) for d, t in KEPT.items()},
        ),
    output:
        "results/ithp/{dataset}/kept.parquet",
    log:
        "logs/measure_kept/{dataset}.log",
    benchmark:
        "logs/measure_kept/{dataset}.tsv"
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/measure_kept"),
        seed=CONFIG.seed,
    script:
        "../scripts/ithp/measure_kept.py"


rule count_parameters:
    input:
        [f"results/ithp/{d}/{t}/model.safetensors" for d, trials in TRIALS.items() for t in trials],
    output:
        "results/ithp/parameters.parquet",
    log:
        "logs/count_parameters/ithp.log",
    benchmark:
        "logs/count_parameters/ithp.tsv"
    conda:
        "../envs/ithp.yaml"
    threads: 1
    params:
        code=code("ithp/count_parameters"),
    script:
        "../scripts/ithp/count_parameters.py"


include: "ithp_figures.smk"
