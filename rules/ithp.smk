"""The stages of the chain ithp."""

ITHP_ARTIFACTS = []
ITHP_FIGURES = []
