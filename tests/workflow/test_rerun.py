"""What a change makes run again: exactly what depends on it."""

import os
import time

import pytest
import yaml

# Scripts of stages that the small run has not: there is no mirror of the real data, no hub and no Pythia-1.4B in it.
NOT_IN_SMALL = {"fetch_dataset", "preprocess", "read_own", "measure_kept", "figure_ithp_kept"}
NOT_IN_SMALL |= {"compare_estimators", "figure_ithp_estimators", "figure_ithp_nuisance"}  # ithp.gaussian.experiments
NOT_IN_SMALL |= {"fetch_checkpoint", "fetch_evaluations", "correlate_benchmarks", "figure_neuromfa_correlation"}
NOT_IN_SMALL |= {"measure_surrogates", "figure_neuromfa_fetched", "figure_neuromfa_scores"}
NOT_IN_SMALL |= {"figure_neuromfa_radars", "figure_neuromfa_texts"}
ONLY_RECORD = {"tabulate_published"}  # imports nothing of its chain's library
SWEPT = {"ithp": {"gather_trials", "figure_sweep_map", "figure_sweep_coordinates"}}  # chains with a sweep in the run
TARGETS = {"check_claims", "lock", "index", "all"}


def test_a_finished_run_has_nothing_to_do(rerun):
    assert rerun.plan() == {}
    assert "Nothing to be done" in rerun.snakemake().stderr


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (
            {"neuromfa": {"window": 140}},
            {"fit_spectrum", "redraw_initial", "measure_emergence", "tabulate_initial"}
            | {"measure_controls", "figure_neuromfa_spectra", "figure_neuromfa_training", "figure_neuromfa_initial"}
            | {"figure_neuromfa_controls", "measure_hops", "figure_neuromfa_hops", "figure_neuromfa_sizes"},
        ),
        ({"ithp": {"resamples": 200}}, {"score", "figure_ithp_scores", "figure_ithp_orders"}),
        (
            {"tori": {"randomisations": 41}},
            {
                "compute_volumes",
                "build_families",
                "lift",
                "drill",
                "compare_held_out",
                "census",
                "figure_tori_entropy_volume",
                "figure_tori_classes",
            }
            | {"figure_tori_entropy", "figure_tori_volume", "figure_tori_twists", "figure_tori_slender"},
        ),
    ],
    ids=["neuromfa", "ithp", "tori"],
)
def test_a_changed_parameter_reruns_exactly_what_is_downstream(rerun, change, rules):
    (rerun.folder / "changed.yaml").write_text(yaml.safe_dump(change))
    assert set(rerun.plan("changed.yaml")) == rules | TARGETS


def test_another_tracking_mode_reruns_nothing(rerun):
    (rerun.folder / "changed.yaml").write_text("tracking: {mode: disabled}")
    assert rerun.plan("changed.yaml") == {}


@pytest.mark.parametrize("chain", ["neuromfa", "ithp", "tori"])
def test_an_edited_function_reruns_the_stages_that_import_it_and_nothing_of_other_chains(rerun, chain):
    stages = {path.stem for path in (rerun.folder / "scripts" / chain).glob("*.py")} - NOT_IN_SMALL - ONLY_RECORD
    for module in (rerun.folder / "workflow/threefold" / chain).glob("*.py"):
        with module.open("a") as file:
            file.write("\n\ndef added():\n    return 1\n")
    sweeps = SWEPT.get(chain) or set()
    stages = stages | sweeps if sweeps else stages - {"run_trials"}
    assert set(rerun.plan()) == stages | TARGETS


def test_touched_and_rewritten_files_rerun_nothing(rerun):
    time.sleep(0.01)
    for path in rerun.folder.rglob("*"):
        inside = path.relative_to(rerun.folder).parts[0] not in (".snakemake", "results", "logs")
        if path.is_file() and inside:
            path.write_bytes(path.read_bytes())
            os.utime(path)
    assert rerun.plan() == {}


def test_a_deleted_result_is_made_again_with_the_same_bytes(rerun, finished):
    (rerun.folder / "results/claims.csv").unlink()
    assert set(rerun.plan()) == TARGETS
    assert rerun.snakemake().returncode == 0
    assert rerun.digests() == finished.digests()
