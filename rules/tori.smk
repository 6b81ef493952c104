"""The stages of the chain tori: words, growth rates, mapping tori, families, census."""

TORI_SURFACES = list(CONFIG.tori.max_length)
TORI_GROWTH = CONFIG.tori.families.model_dump(include={"largest_n", "points_per_decade", "measured_n"})
TORI_FAMILIES = {
    "conveyor": TORI_GROWTH,
    "diverging": {**TORI_GROWTH, "twists": CONFIG.tori.families.diverging_twists},
    "diagonal": {
        "level": CONFIG.tori.families.diagonal_level,
        "largest_k": CONFIG.tori.families.diagonal_twists,
        "measured_n": CONFIG.tori.families.measured_n,
    },
    "stronger": {**TORI_GROWTH, "twists": CONFIG.tori.families.stronger_twists},
    "diagonal_lifted": {
        "level": CONFIG.tori.families.diagonal_level,
        "largest_k": CONFIG.tori.families.diagonal_twists,
        "measured_n": CONFIG.tori.families.measured_n,
        "genus": CONFIG.tori.families.diagonal_genus,
    },
    "uneven": {"largest_uneven_n": CONFIG.tori.families.uneven_n},
    "controls": {"largest_control_n": CONFIG.tori.families.control_n},
    "magic": {**TORI_GROWTH, "genera": CONFIG.tori.families.magic_genera},
    "slender": {"largest_genus": CONFIG.tori.families.slender_genus},
    "magic_braids": {"largest_strands": CONFIG.tori.families.magic_strands},
    "closed": {"largest_closed_genus": CONFIG.tori.families.closed_genus},
    "direct": {"largest_direct_n": CONFIG.tori.families.direct_n},
}
TORI_MEASURING = {"randomisations": CONFIG.tori.randomisations, "seed": CONFIG.seed}

TORI_ARTIFACTS = [
    *expand("results/tori/{surface}/volumes.parquet", surface=TORI_SURFACES),
    *expand("results/tori/families/{family}.parquet", family=TORI_FAMILIES),
    "results/tori/families/lifts.parquet",
    "results/tori/families/drilled.parquet",
    "results/tori/families/fillings.parquet",
    *expand("results/tori/held_out/{census}.parquet", census=CONFIG.tori.held_out),
    "results/tori/census.parquet",
]


wildcard_constraints:
    surface="|".join(TORI_SURFACES),
    family="|".join(TORI_FAMILIES),
    census="CHW|hard|knots",


rule enumerate_classes:
    output:
        "results/tori/{surface}/words.parquet",
    log:
        "logs/enumerate_classes/{surface}.log",
    benchmark:
        "logs/enumerate_classes/{surface}.tsv"
    conda:
        "../envs/tori.yaml"
    threads: 1
    params:
        code=code("tori/enumerate_classes"),
        max_length=lambda wildcards: CONFIG.tori.max_length[wildcards.surface],
        up_to=CONFIG.tori.words_up_to,
    script:
        "../scripts/tori/enumerate_classes.py"


rule classify:
    input:
        "results/tori/{surface}/words.parquet",
    output:
        "results/tori/{surface}/classes.parquet",
    log:
        "logs/classify/{surface}.log",
    benchmark:
        "logs/classify/{surface}.tsv"
    conda:
        "../envs/tori.yaml"
    threads: 1
    params:
        code=code("tori/classify"),
        exact_length=CONFIG.tori.exact_length,
        limits=[CONFIG.tori.word_seconds, CONFIG.tori.word_gigabytes],
    script:
        "../scripts/tori/classify.py"


# Neither types nor volumes depend on the number of threads; `--set-threads compute_volumes=16` gives a long list more.
rule compute_volumes:
    input:
        "results/tori/{surface}/classes.parquet",
    output:
        "results/tori/{surface}/volumes.parquet",
    log:
        "logs/compute_volumes/{surface}.log",
    benchmark:
        "logs/compute_volumes/{surface}.tsv"
    conda:
        "../envs/tori.yaml"
    threads: 1
    params:
        code=code("tori/compute_volumes"),
        options={**TORI_MEASURING, "batch": CONFIG.tori.batch, "drilled_length": CONFIG.tori.drilled_length},
        limits=[CONFIG.tori.word_seconds, CONFIG.tori.word_gigabytes],
    script:
        "../scripts/tori/compute_volumes.py"


rule build_families:
    output:
        "results/tori/families/{family}.parquet",
    log:
        "logs/build_families/{family}.log",
    benchmark:
        "logs/build_families/{family}.tsv"
    conda:
        "../envs/tori.yaml"
    threads: 1
    params:
        code=code("tori/build_families"),
        members=lambda wildcards: TORI_FAMILIES[wildcards.family],
        measuring=TORI_MEASURING,
    script:
        "../scripts/tori/build_families.py"


rule lift:
    output:
        "results/tori/families/lifts.parquet",
    log:
        "logs/lift.log",
    benchmark:
        "logs/lift.tsv"
    conda:
        "../envs/tori.yaml"
    threads: 1
    params:
        code=code("tori/lift"),
        conveyors=CONFIG.tori.families.lifted_conveyors,
        diverging=CONFIG.tori.families.lifted_diverging,
        genera=CONFIG.tori.families.lift_genera,
        measuring=TORI_MEASURING,
    script:
        "../scripts/tori/lift.py"


rule drill:
    output:
        drilled="results/tori/families/drilled.parquet",
        fillings="results/tori/families/fillings.parquet",
    log:
        "logs/drill.log",
    benchmark:
        "logs/drill.tsv"
    conda:
        "../envs/tori.yaml"
    threads: 1
    params:
        code=code("tori/drill"),
        twists=list(range(1, CONFIG.tori.families.drilled_pairs + 1)),
        filled=list(range(1, CONFIG.tori.families.filled_pairs + 1)),
        strengths=CONFIG.tori.families.filled_strengths,
        measuring=TORI_MEASURING,
    script:
        "../scripts/tori/drill.py"


rule compare_held_out:
    output:
        "results/tori/held_out/{census}.parquet",
    log:
        "logs/compare_held_out/{census}.log",
    benchmark:
        "logs/compare_held_out/{census}.tsv"
    conda:
        "../envs/tori.yaml"
    threads: 1
    params:
        code=code("tori/compare_held_out"),
        measuring=TORI_MEASURING,
    script:
        "../scripts/tori/compare_held_out.py"


rule census:
    input:
        expand("results/tori/{surface}/volumes.parquet", surface=TORI_SURFACES),
    output:
        "results/tori/census.parquet",
    log:
        "logs/census.log",
    benchmark:
        "logs/census.tsv"
    conda:
        "../envs/tori.yaml"
    threads: 1
    params:
        code=code("tori/census"),
        surfaces=TORI_SURFACES,
    script:
        "../scripts/tori/census.py"


include: "tori_figures.smk"
