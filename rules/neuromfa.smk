"""The stages of the chain neuromfa: checkpoint -> neuron graph -> spectrum -> emergence."""

from threefold.neuromfa.evaluations import STEPS, available

CHECKPOINTS = CONFIG.neuromfa.training.checkpoints
INITIAL = {m.model: m for m in CONFIG.neuromfa.initial}
TRAINED, FETCHED = CONFIG.neuromfa.trained, CONFIG.neuromfa.fetched
SAMPLED = "results/neuromfa/{model}/step{step}/sampled.safetensors"
# The file of weights of each model's checkpoints; step 0 of the Pythia family is drawn and has none.
WEIGHTS = (
    dict.fromkeys(INITIAL, [])
    | dict.fromkeys(TRAINED, "results/neuromfa/{model}/step{step}/model.safetensors")
    | dict.fromkeys(FETCHED, SAMPLED)
)
SAMPLE_SIZES = {name: m.sample_sizes[0] for name, m in INITIAL.items()} | {
    name: m.sample_size for name, m in (TRAINED | FETCHED).items()
}
SHAPES = {name: m.model_dump(exclude={"sample_size"}) for name, m in TRAINED.items()}
SOURCES = {name: m.model_dump(include={"repository", "revision", "folder"}) for name, m in FETCHED.items()}
# The files of the checkpoints that are in folders of this machine.
FOLDERS = {
    name: {f"step{step}": sorted(map(str, Path(m.folder.format(step=step)).glob("*.*"))) for step in m.steps}
    for name, m in FETCHED.items()
    if m.folder
}
# The models of each table of emergence: those trained here together, those fetched each by itself, all of Pythia.
MODEL_GROUPS = {"trained": list(TRAINED), **{name: [name] for name in FETCHED}}
PYTHIA = [name for name in FETCHED if name.startswith("pythia-")]
GROUPS = MODEL_GROUPS | ({"pythia": PYTHIA} if len(PYTHIA) > 1 else {})
STEPS_OF = dict.fromkeys(TRAINED, CHECKPOINTS) | {name: m.steps for name, m in FETCHED.items()}
METRICS, GRAPHS = (
    {
        group: [f"results/neuromfa/{model}/step{step}/{file}" for model in models for step in STEPS_OF[model]]
        for group, models in GROUPS.items()
    }
    for file in ("metrics.parquet", "graph.npz")
)
# Balls over several hops are measured at the steps of the paper's figure, else at the first, a middle and the last.
HOP_STEPS = {
    name: [1, 5000, 35000] if {1, 5000, 35000} <= {*steps} else sorted({steps[0], steps[len(steps) // 2], steps[-1]})
    for name, steps in STEPS_OF.items()
}
HOP_GRAPHS = {
    group: [f"results/neuromfa/{model}/step{step}/graph.npz" for model in models for step in HOP_STEPS[model]]
    for group, models in MODEL_GROUPS.items()
}
CHOICES = {"window": CONFIG.neuromfa.window} | CONFIG.neuromfa.spectrum.model_dump(mode="json")
SCALED = [model for model in INITIAL if model == "pythia-1.4b"]  # the model of the known surrogates
SCORED = available(["pythia-1.4b-deduped", *FETCHED], CONFIG.data.mirror, CONFIG.data.download)
NEUROMFA_ARTIFACTS = [
    *expand("results/neuromfa/{table}.parquet", table=["initial", "redrawn", "known"]),
    *expand("results/neuromfa/emergence/{group}.parquet", group=GROUPS),
    *expand("results/neuromfa/{table}/{group}.parquet", table=["controls", "hops"], group=MODEL_GROUPS),
    *expand("results/neuromfa/surrogates/{model}.parquet", model=SCALED),
    *expand("results/neuromfa/correlation/{model}.parquet", model=SCORED),
]


rule pretrain:
    output:
        configs=expand("results/neuromfa/{{model}}/step{step}/config.json", step=CHECKPOINTS),
        weights=expand("results/neuromfa/{{model}}/step{step}/model.safetensors", step=CHECKPOINTS),
        training="results/neuromfa/{model}/training.parquet",
    log:
        "logs/pretrain/{model}.log",
    benchmark:
        "logs/pretrain/{model}.tsv"
    wildcard_constraints:
        model="|".join(TRAINED),
    priority: 2  # the longest jobs first, and of these the one that most waits for
    conda:
        "../envs/neuromfa.yaml"
    threads: 1
    params:
        code=code("neuromfa/pretrain"),
        shape=lookup("{model}", within=SHAPES),
        training=CONFIG.neuromfa.training.model_dump(mode="json"),
        seed=CONFIG.seed,
    script:
        "../scripts/neuromfa/pretrain.py"


rule fetch_checkpoint:
    input:
        lookup("{model}/step{step}", within=FOLDERS, default=[]),
    output:
        SAMPLED,
    log:
        "logs/fetch_checkpoint/{model}/step{step}.log",
    benchmark:
        "logs/fetch_checkpoint/{model}/step{step}.tsv"
    wildcard_constraints:
        model="|".join(FETCHED) or "none",
    conda:
        "../envs/neuromfa.yaml"
    threads: 1
    params:
        code=code("neuromfa/fetch_checkpoint"),
        source=lookup("{model}", within=SOURCES),
        sample_size=lookup("{model}", within=SAMPLE_SIZES),
        seeds=CONFIG.neuromfa.seeds,
        sampling=CONFIG.neuromfa.sampling,
    script:
        "../scripts/neuromfa/fetch_checkpoint.py"


rule extract_graph:
    input:
        lookup("{model}", within=WEIGHTS),
    output:
        "results/neuromfa/{model}/step{step}/graph.npz",
    log:
        "logs/extract_graph/{model}/step{step}.log",
    benchmark:
        "logs/extract_graph/{model}/step{step}.tsv"
    conda:
        "../envs/neuromfa.yaml"
    threads: 1
    params:
        code=code("neuromfa/extract_graph"),
        sample_size=lookup("{model}", within=SAMPLE_SIZES),
        seeds=CONFIG.neuromfa.seeds,
        sampling=CONFIG.neuromfa.sampling,
        seed=CONFIG.seed,
    script:
        "../scripts/neuromfa/extract_graph.py"


rule fit_spectrum:
    input:
        "results/neuromfa/{model}/step{step}/graph.npz",
    output:
        spectrum="results/neuromfa/{model}/step{step}/spectrum.parquet",
        metrics="results/neuromfa/{model}/step{step}/metrics.parquet",
    log:
        "logs/fit_spectrum/{model}/step{step}.log",
    benchmark:
        "logs/fit_spectrum/{model}/step{step}.tsv"
    conda:
        "../envs/neuromfa.yaml"
    threads: 1
    params:
        code=code("neuromfa/fit_spectrum"),
        choices=CHOICES,
    script:
        "../scripts/neuromfa/fit_spectrum.py"


rule measure_emergence:
    input:
        lookup("{group}", within=METRICS),
    output:
        "results/neuromfa/emergence/{group}.parquet",
    log:
        "logs/measure_emergence/{group}.log",
    benchmark:
        "logs/measure_emergence/{group}.tsv"
    conda:
        "../envs/neuromfa.yaml"
    threads: 1
    params:
        code=code("neuromfa/measure_emergence"),
        resamples=CONFIG.neuromfa.bootstrap,
        seed=CONFIG.seed,
    script:
        "../scripts/neuromfa/measure_emergence.py"


rule measure_controls:
    input:
        lookup("{group}", within=GRAPHS),
    output:
        "results/neuromfa/controls/{group}.parquet",
    log:
        "logs/measure_controls/{group}.log",
    benchmark:
        "logs/measure_controls/{group}.tsv"
    conda:
        "../envs/neuromfa.yaml"
    threads: 1
    params:
        code=code("neuromfa/measure_controls"),
        choices=CHOICES,
        windows=CONFIG.neuromfa.controls.windows,
        resamples=CONFIG.neuromfa.bootstrap,
        seed=CONFIG.seed,
    script:
        "../scripts/neuromfa/measure_controls.py"


rule measure_surrogates:
    input:
        "results/neuromfa/{model}/step0/graph.npz",
    output:
        "results/neuromfa/surrogates/{model}.parquet",
    log:
        "logs/measure_surrogates/{model}.log",
    benchmark:
        "logs/measure_surrogates/{model}.tsv"
    conda:
        "../envs/neuromfa.yaml"
    threads: 1
    params:
        code=code("neuromfa/measure_surrogates"),
        choices=CHOICES,
        windows=CONFIG.neuromfa.controls.windows,
        seed=CONFIG.seed,
    script:
        "../scripts/neuromfa/measure_surrogates.py"


rule fetch_evaluations:
    output:
        expand("results/neuromfa/{{model}}/scores/step{step}.json", step=STEPS),
    log:
        "logs/fetch_evaluations/{model}.log",
    benchmark:
        "logs/fetch_evaluations/{model}.tsv"
    conda:
        "../envs/neuromfa.yaml"
    threads: 1
    params:
        code=code("neuromfa/fetch_evaluations"),
        transport={"mirror": CONFIG.data.mirror, "download": CONFIG.data.download},
    script:
        "../scripts/neuromfa/fetch_evaluations.py"


rule correlate_benchmarks:
    input:
        emergence=lookup(
            "{model}", within={m: f"results/neuromfa/emergence/{m}.parquet" if m in FETCHED else [] for m in SCORED}
        ),
        scores=expand("results/neuromfa/{{model}}/scores/step{step}.json", step=STEPS),
    output:
        "results/neuromfa/correlation/{model}.parquet",
    log:
        "logs/correlate_benchmarks/{model}.log",
    benchmark:
        "logs/correlate_benchmarks/{model}.tsv"
    conda:
        "../envs/neuromfa.yaml"
    threads: 1
    params:
        code=code("neuromfa/correlate_benchmarks"),
        resamples=CONFIG.neuromfa.bootstrap,
        seed=CONFIG.seed,
    script:
        "../scripts/neuromfa/correlate_benchmarks.py"


rule tabulate_initial:
    output:
        "results/neuromfa/initial.parquet",
    log:
        "logs/tabulate_initial.log",
    benchmark:
        "logs/tabulate_initial.tsv"
    conda:
        "../envs/neuromfa.yaml"
    threads: 1
    params:
        code=code("neuromfa/tabulate_initial"),
        models=[m.model_dump(mode="json") for m in CONFIG.neuromfa.initial],
        seeds=CONFIG.neuromfa.seeds,
        sampling=CONFIG.neuromfa.sampling,
        choices=CHOICES,
        seed=CONFIG.seed,
    script:
        "../scripts/neuromfa/tabulate_initial.py"


rule measure_hops:
    input:
        lookup("{group}", within=HOP_GRAPHS),
    output:
        "results/neuromfa/hops/{group}.parquet",
    log:
        "logs/measure_hops/{group}.log",
    benchmark:
        "logs/measure_hops/{group}.tsv"
    conda:
        "../envs/neuromfa.yaml"
    threads: 1
    params:
        code=code("neuromfa/measure_hops"),
        choices=CHOICES,
    script:
        "../scripts/neuromfa/measure_hops.py"


rule tabulate_known:
    output:
        "results/neuromfa/known.parquet",
    log:
        "logs/tabulate_known.log",
    benchmark:
        "logs/tabulate_known.tsv"
    conda:
        "../envs/neuromfa.yaml"
    threads: 1
    params:
        code=code("neuromfa/tabulate_known"),
        networks=CONFIG.neuromfa.seeds,
    script:
        "../scripts/neuromfa/tabulate_known.py"


rule redraw_initial:
    output:
        "results/neuromfa/redrawn.parquet",
    log:
        "logs/redraw_initial.log",
    benchmark:
        "logs/redraw_initial.tsv"
    conda:
        "../envs/neuromfa.yaml"
    threads: 1
    params:
        code=code("neuromfa/redraw_initial"),
        draws=CONFIG.neuromfa.redraws.draws,
        sample_size=CONFIG.neuromfa.redraws.sample_size,
        seeds=CONFIG.neuromfa.seeds,
        window=CONFIG.neuromfa.window,
        seed=CONFIG.seed,
    script:
        "../scripts/neuromfa/redraw_initial.py"


include: "neuromfa_figures.smk"
