"""The figures of the chain neuromfa: of the models trained here, of those fetched, and of what the paper published."""

from threefold.neuromfa.published import SPECTRA, SPECTRUM_STEPS

PUBLISHED = "pythia-1.4b-deduped"  # the model whose E is in the paper's figures at every step
# Of many steps, those of the paper's spectra are drawn, if there are any.
COMMON = {m: [step for step in steps if step in SPECTRUM_STEPS] for m, steps in STEPS_OF.items()}
SPECTRA_OF = {
    m: expand(
        "results/neuromfa/{model}/step{step}/spectrum.parquet",
        model=m,
        step=COMMON[m] if COMMON[m] and len(steps) > 12 else steps,
    )
    for m, steps in STEPS_OF.items()
}
EMERGENCE_OF = {m: f"results/neuromfa/emergence/{m}.parquet" for m in FETCHED}
SCORES_OF = {m: expand("results/neuromfa/{model}/scores/step{step}.json", model=m, step=STEPS) for m in SCORED}
RATED = [model for model in FETCHED if model in SCORED]
OTHER_TEXT = {"standard": "deduped", "deduped": "standard"}
TWO_TEXTS = [m for m in FETCHED for size, _, text in [m.rpartition("-")] if f"{size}-{OTHER_TEXT.get(text)}" in FETCHED]
LEARNING = {
    "emergence": ["results/neuromfa/emergence/trained.parquet"],
    "training": expand("results/neuromfa/{model}/training.parquet", model=TRAINED),
}
SCORES = {"emergence": [EMERGENCE_OF[m] for m in RATED], "scores": [SCORES_OF[m] for m in RATED]}
CORRELATION = {
    "correlation": [f"results/neuromfa/correlation/{m}.parquet" for m in SCORED if m == PUBLISHED],
    "scores": SCORES_OF.get(PUBLISHED),
} | ({"emergence": EMERGENCE_OF[PUBLISHED]} if PUBLISHED in FETCHED else {})
NEUROMFA_DRAWN = {
    "spectra": drawn("spectra", "Spectra over training", {"spectra": [SPECTRA_OF[m] for m in TRAINED]}),
    "training": drawn("training", "Emergence over training", LEARNING),
    "sizes": drawn("sizes", "Emergence over model size", LEARNING),
    "controls": drawn(
        "controls",
        "Emergence and its controls",
        {"controls": ["results/neuromfa/controls/trained.parquet"]},
    ),
    "hops": drawn("hops", "One, two and three hops", {"hops": ["results/neuromfa/hops/trained.parquet"]}),
    "initial": drawn("initial", "Step 0 over model size", {"initial": ["results/neuromfa/initial.parquet"]}),
    "balls": drawn("balls", "Two kinds of balls", {}),
    "known": drawn("known", "Known spectra", {"known": ["results/neuromfa/known.parquet"]}),
    "correlation": drawn("correlation", "Emergence and benchmark scores", CORRELATION),
    "radars": drawn("radars", "Emergence on a radar with benchmarks", {"scores": SCORES_OF.get(PUBLISHED)}),
    "fetched": drawn("fetched", "Models fetched: emergence", {"emergence": [*EMERGENCE_OF.values()]}),
    "fetched_spectra": drawn("spectra", "Models fetched: spectra", {"spectra": [SPECTRA_OF[m] for m in FETCHED]}),
    "fetched_large": drawn(
        "spectra",
        "Models fetched: 6.9B and 12B",
        {"spectra": [SPECTRA_OF[m] for m in FETCHED if m in SPECTRA]},
    ),
    "fetched_sizes": drawn(
        "sizes",
        "Models fetched: emergence over size",
        SCORES if len(RATED) > 1 else {"scores": None},
    ),
    "fetched_scores": drawn("scores", "Models fetched: emergence and scores", SCORES),
    "fetched_radars": drawn("radars", "Models fetched: emergence on radars", SCORES),
    "fetched_texts": drawn(
        "texts",
        "Models fetched: two texts",
        {"emergence": [EMERGENCE_OF[m] for m in TWO_TEXTS]},
    ),
    "fetched_hops": drawn(
        "hops",
        "Models fetched: hops",
        {"hops": expand("results/neuromfa/hops/{m}.parquet", m=FETCHED)},
    ),
    "fetched_controls": drawn(
        "controls",
        "Models fetched: controls",
        {"controls": expand("results/neuromfa/controls/{m}.parquet", m=FETCHED)},
    ),
}
# A figure is left out where this run has not its tables.
NEUROMFA_DRAWN = {figure: one for figure, one in NEUROMFA_DRAWN.items() if all(one["tables"].values())}
