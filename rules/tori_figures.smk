"""The figures of the chain tori: of the families, and of the classes of each surface."""

FAMILY = {family: f"results/tori/families/{family}.parquet" for family in [*TORI_FAMILIES, "drilled", "fillings"]}
VOLUMES = {surface: f"results/tori/{surface}/volumes.parquet" for surface in TORI_SURFACES}
TORI_DRAWN = {
    "entropy": drawn(
        "entropy",
        "Normalised entropy of the families",
        {family: FAMILY[family] for family in ("conveyor", "diverging", "stronger", "controls", "magic")},
    ),
    "volume": drawn(
        "volume",
        "Volume along the diagonal sequence",
        {family: FAMILY[family] for family in ("diagonal", "diagonal_lifted", "conveyor", "magic")},
        level=CONFIG.tori.families.diagonal_level,
    ),
    "twists": drawn(
        "twists",
        "Volume against twists",
        {family: FAMILY[family] for family in ("diagonal", "drilled", "fillings")},
    ),
    "slender": drawn(
        "slender",
        "Fibres of growing genus",
        {family: FAMILY[family] for family in ("slender", "closed")},
    ),
    "entropy_volume": drawn("entropy_volume", "Entropy against volume", VOLUMES),
    "classes": drawn("classes", "Classes of least entropy", VOLUMES),
}
