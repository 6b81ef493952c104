"""The stages of the chain tori."""

TORI_ARTIFACTS = []
TORI_FIGURES = []
