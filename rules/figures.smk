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
        drawn_by = f"{drawing}/figure_{drawing}_{one['script']}"

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
                **FIGURE,
            params:
                **one["params"],
                code=code(drawn_by),
                drawn_by=drawn_by,  # a script's path is read when the job runs: then the loop is over
            script:
                "../scripts/{params.drawn_by}.py"
