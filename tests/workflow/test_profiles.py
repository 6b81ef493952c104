"""The profile for Slurm names rules that there are."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PROFILE = yaml.safe_load((ROOT / "profiles" / "slurm" / "config.yaml").read_text())
SCRIPTS = {path.stem: path.parent.name for path in (ROOT / "scripts").glob("*/*.py")}


def test_figures_are_grouped_with_those_of_their_chain(new_project):
    stages = {job["stage"]: job["group"] for job in new_project().planned()}
    groups = {stage.split("/")[1]: group for stage, group in stages.items() if "/figure_" in stage}
    assert len(groups) > 20
    assert groups == {name: f"figures_{SCRIPTS[name]}" for name in groups}
    assert not any(group for stage, group in stages.items() if "/figure_" not in stage)
    assert set(PROFILE["group-components"]) == set(groups.values())


def test_resources_are_given_to_rules_that_there_are():
    rules = {*SCRIPTS, *(f"run_trials_{chain}" for chain in ("neuromfa", "ithp", "tori"))} - {"run_trials"}
    assert set(PROFILE["set-resources"]) | set(PROFILE["set-threads"]) <= rules


def test_memory_and_time_grow_with_the_attempt():
    given = [PROFILE["default-resources"], *PROFILE["set-resources"].values()]
    values = [resources[name] for resources in given for name in ("mem_mb", "runtime") if name in resources]
    assert all(value.endswith("* attempt") for value in values)
    assert PROFILE["retries"] > 0
