"""Sweeps: rounds of trials are proposed, run in batches, and gathered.

How many rounds and batches there are follows from the sweep's file, so no checkpoint is needed: only the content of a
round is found on the way. A batch runs those of its trials that are not yet in results/sweeps/trials.
"""

from threefold.config.sweeps import load_sweeps

# target -> name of the input of a trial -> its files
TRIAL_FILES = {
    "ithp/train": {d: expand("results/ithp/{d}/{f}", d=d, f=["features.npz", "folds.json"]) for d in MODALITIES},
    "neuromfa/spectrum": {
        f"{model}/step{step}": expand(WEIGHTS[model], model=model, step=step) if WEIGHTS[model] else []
        for model in WEIGHTS
        for step in STEPS_OF.get(model, [0])
    },
    "tori/classes": {"none": []},
}
with message_alone():
    LISTED, ASKED = load_sweeps(CONFIG)
LOADED = {s.name: s for s in [*LISTED, *([ASKED] if ASKED else [])]}
LACKING = {name: [x for x in s.defaults if x not in TRIAL_FILES[s.file.target]] for name, s in LOADED.items()}
if ASKED and (lacking := LACKING[ASKED.name]):
    sys.exit(f"{CONFIG.sweep}: no {', '.join(lacking)} here; set data.mirror or data.download, or configure it")
if workflow.is_main_process and (left_out := [name for name, lacking in LACKING.items() if lacking]):
    logger.info(f"sweeps: without {' and '.join(left_out)}, whose data are not here")
SWEEPS = {name: s for name, s in LOADED.items() if not LACKING[name]}
ROUND = "results/sweeps/{sweep}/round{round}.json"
BATCH = "results/sweeps/{sweep}/round{round}/batch{batch}.parquet"
BATCHES_OF = {
    name: {k: [BATCH.format(sweep=name, round=k, batch=b) for b in range(count)] for k, count in enumerate(s.batches)}
    for name, s in SWEEPS.items()
}
SWEPT = {
    name: {
        **s.params,
        "files": {source: TRIAL_FILES[s.file.target][source] for source in s.defaults},
        "rounds_before": {str(k): [ROUND.format(sweep=name, round=j) for j in range(k)] for k in BATCHES_OF[name]},
        "tables_before": {str(k): sum((BATCHES_OF[name][j] for j in range(k)), []) for k in BATCHES_OF[name]},
        "tables": sum(BATCHES_OF[name].values(), []),
    }
    for name, s in SWEEPS.items()
}

SWEEP_ARTIFACTS = expand(
    "results/sweeps/{sweep}/{file}", sweep=SWEEPS, file=["trials.parquet", "best.json", "importance.parquet"]
)
SWEEP_FIGURES = expand("results/sweeps/{sweep}/sweep_{name}.png", sweep=SWEEPS, name=["map", "coordinates"])


wildcard_constraints:
    sweep="|".join(SWEEPS) or "none",
    round=r"\d+",
    batch=r"\d+",


rule propose_trials:
    input:
        rounds=lookup("{sweep}/rounds_before/{round}", within=SWEPT),
        tables=lookup("{sweep}/tables_before/{round}", within=SWEPT),
    output:
        ROUND,
    log:
        "logs/propose_trials/{sweep}/round{round}.log",
    benchmark:
        "logs/propose_trials/{sweep}/round{round}.tsv"
    conda:
        "../envs/sweep.yaml"
    threads: 1
    params:
        code=code("sweep/propose_trials"),
        search=lookup("{sweep}/search", within=SWEPT),
        metric=lookup("{sweep}/metric", within=SWEPT),
    script:
        "../scripts/sweep/propose_trials.py"


for swept_chain in CHAINS:  # not `chain`: a name that Snakemake itself has here

    rule:
        name:
            f"run_trials_{swept_chain}"
        input:
            trials=ROUND,
            files=lookup("{sweep}", within={name: sum(s["files"].values(), []) for name, s in SWEPT.items()}),
        output:
            BATCH,
        log:
            "logs/run_trials/{sweep}/round{round}/batch{batch}.log",
        benchmark:
            "logs/run_trials/{sweep}/round{round}/batch{batch}.tsv"
        wildcard_constraints:
            sweep="|".join(name for name, s in SWEPT.items() if s["target"].startswith(f"{swept_chain}/")) or "none",
        conda:
            f"../envs/{swept_chain}.yaml"
        threads: 1
        resources:
            gpu=GPUS if swept_chain == "ithp" else 0,
        params:
            code=code(f"{swept_chain}/run_trials"),
            chain=swept_chain,
            target=lookup("{sweep}/target", within=SWEPT),
            metric=lookup("{sweep}/metric", within=SWEPT),
            source=lookup("{sweep}/source", within=SWEPT),
            files=lookup("{sweep}/files", within=SWEPT),
            defaults=lookup("{sweep}/defaults", within=SWEPT),
            fields=lookup("{sweep}/fields", within=SWEPT),
            size=lookup("{sweep}/batch", within=SWEPT),
            seed=CONFIG.seed,
            trial_code=code_digest(os.path.join(workflow.basedir, f"workflow/threefold/{swept_chain}/swept.py")),
            store="results/sweeps/trials",
            locks="logs/locks",
        script:
            "../scripts/{params.chain}/run_trials.py"


rule gather_trials:
    input:
        lookup("{sweep}/tables", within=SWEPT),
    output:
        trials="results/sweeps/{sweep}/trials.parquet",
        best="results/sweeps/{sweep}/best.json",
        importance="results/sweeps/{sweep}/importance.parquet",
    log:
        "logs/gather_trials/{sweep}.log",
    benchmark:
        "logs/gather_trials/{sweep}.tsv"
    conda:
        "../envs/sweep.yaml"
    threads: 1
    params:
        code=code("sweep/gather_trials"),
        target=lookup("{sweep}/target", within=SWEPT),
        fields=lookup("{sweep}/fields", within=SWEPT),
        metric=lookup("{sweep}/metric", within=SWEPT),
        goal=lookup("{sweep}/goal", within=SWEPT),
        early=lookup("{sweep}/early", within=SWEPT),
        seed=CONFIG.seed,
    script:
        "../scripts/sweep/gather_trials.py"


rule figure_sweep_map:
    input:
        trials="results/sweeps/{sweep}/trials.parquet",
        importance="results/sweeps/{sweep}/importance.parquet",
        published=lookup("{sweep}/printed", within=SWEPT),
    output:
        report(
            "results/sweeps/{sweep}/sweep_map.png",
            caption="../workflow/captions/sweep_map.rst",
            category="Sweeps",
            labels={"sweep": "{sweep}", "figure": "Map"},
        ),
        "results/sweeps/{sweep}/sweep_map.svg",
        "results/sweeps/{sweep}/sweep_map.csv",
    log:
        "logs/figure_sweep_map/{sweep}.log",
    benchmark:
        "logs/figure_sweep_map/{sweep}.tsv"
    group:
        "figures_sweep"
    conda:
        "../envs/sweep.yaml"
    threads: 1
    resources:
        **FIGURE,
    params:
        code=code("sweep/figure_sweep_map"),
        early=lookup("{sweep}/early", within=SWEPT),
        metric=lookup("{sweep}/metric", within=SWEPT),
        goal=lookup("{sweep}/goal", within=SWEPT),
        published=lookup("{sweep}/published", within=SWEPT),
    script:
        "../scripts/sweep/figure_sweep_map.py"


rule figure_sweep_coordinates:
    input:
        trials="results/sweeps/{sweep}/trials.parquet",
        importance="results/sweeps/{sweep}/importance.parquet",
    output:
        report(
            "results/sweeps/{sweep}/sweep_coordinates.png",
            caption="../workflow/captions/sweep_coordinates.rst",
            category="Sweeps",
            labels={"sweep": "{sweep}", "figure": "Every trial"},
        ),
        "results/sweeps/{sweep}/sweep_coordinates.svg",
        "results/sweeps/{sweep}/sweep_coordinates.csv",
    log:
        "logs/figure_sweep_coordinates/{sweep}.log",
    benchmark:
        "logs/figure_sweep_coordinates/{sweep}.tsv"
    group:
        "figures_sweep"
    conda:
        "../envs/sweep.yaml"
    threads: 1
    resources:
        **FIGURE,
    params:
        code=code("sweep/figure_sweep_coordinates"),
        early=lookup("{sweep}/early", within=SWEPT),
        metric=lookup("{sweep}/metric", within=SWEPT),
        goal=lookup("{sweep}/goal", within=SWEPT),
    script:
        "../scripts/sweep/figure_sweep_coordinates.py"
