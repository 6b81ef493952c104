"""threefold: three papers reproduced end to end, and of each published number whether it holds.

`make reproduce` runs everything; `snakemake neuromfa`, `snakemake figures`, `snakemake results/…` run a part of it.
"""

from snakemake.utils import min_version

min_version("9.27")


configfile: "config/config.yaml"


report: "workflow/captions/workflow.rst"


include: "rules/common.smk"
include: "rules/neuromfa.smk"
include: "rules/ithp.smk"
include: "rules/tori.smk"
include: "rules/figures.smk"
include: "rules/sweep.smk"
include: "rules/report.smk"
include: "rules/collect.smk"


rule all:
    default_target: True
    input:
        rules.lock.input,
        rules.lock.output,
        rules.index.output,
