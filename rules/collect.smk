"""The targets: names for what people ask for."""


rule figures:
    input:
        FIGURES,


rule claims:
    input:
        rules.check_claims.output,


rule neuromfa:
    input:
        NEUROMFA_ARTIFACTS,
        NEUROMFA_FIGURES,


rule ithp:
    input:
        ITHP_ARTIFACTS,
        ITHP_FIGURES,


rule tori:
    input:
        TORI_ARTIFACTS,
        TORI_FIGURES,


rule sweep:
    input:
        [path for path in SWEEP_ARTIFACTS + SWEEP_FIGURES if not ASKED or f"/{ASKED.name}/" in path],
