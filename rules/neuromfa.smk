"""The stages of the chain neuromfa."""

NEUROMFA_ARTIFACTS = []
NEUROMFA_FIGURES = []
