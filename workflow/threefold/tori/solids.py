"""Volumes of the regular ideal solids, in which bounds of volumes are counted."""

V_TETRAHEDRON = 1.0149416064096537
V_OCTAHEDRON = 3.6638623767088761
