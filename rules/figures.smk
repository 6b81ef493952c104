"""The figures of the chains: a rule for each, all alike. What they show is in <chain>_figures.smk."""

DRAWN = {
    "neuromfa": ("NeuroMFA", NEUROMFA_DRAWN),
    "ithp": ("ITHP", ITHP_DRAWN),
    "tori": ("Mapping tori", TORI_DRAWN),
}
NEUROMFA_FIGURES, ITHP_FIGURES, TORI_FIGURES = (
    expand("results/figures/{drawing}_{figure}.png", drawing=drawing, figure=figures)
    for drawing, (_, figures) in DRAWN.items()
)

for drawing, (category, figures) in DRAWN.items():
    for figure, one in figures.items():

        rule:
            name:
                f"figure_{drawing}_{figure}"
            input:
                **one["tables"],
            output:
                report(
                    f"results/figures/{drawing}_{figure}.png",
                    caption=f"../workflow/captions/{drawing}_{figure}.rst",
                    category=category,
                    labels={"figure": one["title"]},
                ),
                f"results/figures/{drawing}_{figure}.svg",
                f"results/figures/{drawing}_{figure}.csv",
            log:
                f"logs/figure_{drawing}_{figure}.log",
            benchmark:
                f"logs/figure_{drawing}_{figure}.tsv"
            group:
                f"figures_{drawing}"
            conda:
                f"../envs/{drawing}.yaml"
            threads: 1
            resources:
                mem_mb=lambda wildcards, attempt: 1000 * attempt,
                runtime=lambda wildcards, attempt: 20 * attempt,
            params:
                **one["params"],
                code=code(one["script"]),
                drawn_by=one["script"],  # a script's path is read when the job runs: then the loop is over
            script:
                "../scripts/{params.drawn_by}.py"
