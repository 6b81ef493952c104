"""The three types of mapping classes by Nielsen and Thurston."""

PERIODIC, REDUCIBLE, PSEUDO_ANOSOV = "periodic", "reducible", "pseudo-Anosov"
