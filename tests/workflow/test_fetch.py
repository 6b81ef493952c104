"""Models fetched from the hub and from a folder, through the DAG."""

import json

import numpy as np
import pytest
import yaml
from safetensors.numpy import save_file

from tests.support.hub_server import serve
from threefold.neuromfa.architectures import Tensor
from threefold.neuromfa.checkpoint import InitialCheckpoint
from threefold.neuromfa.neox import Shape
from threefold.record.tables import read_table

SHAPE = Shape(hidden_size=64, blocks=2, heads=2, vocabulary=64)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Three checkpoints of one model, whose matrices grow."""
    root = tmp_path_factory.mktemp("models")
    initial = InitialCheckpoint("m", SHAPE, 0)
    for step in (0, 1, 8):
        (root / f"step{step}").mkdir()
        (root / f"step{step}" / "config.json").write_text(json.dumps(SHAPE.config()))
        tensors = {
            name: initial.block(Tensor(name, r, c), np.arange(r), np.arange(c)) * np.float16(1 + step / 8)
            for name, (r, c, _) in SHAPE.matrices().items()
        }
        save_file(tensors, root / f"step{step}" / "model.safetensors")
    return root


def test_models_of_the_hub_and_of_a_folder_give_the_same_emergence(new_project, models, tmp_path):
    project = new_project()
    fetched = {
        "hub-model": {"repository": "lab/model", "steps": [0, 1, 8], "sample_size": 16},
        "own-model": {"folder": f"{models}/step{{step}}", "steps": [0, 1, 8], "sample_size": 16},
        "lost-model": {"repository": "lab/model", "steps": [7], "sample_size": 16},
    }
    (project.folder / "mine.yaml").write_text(yaml.safe_dump({"neuromfa": {"seeds": 2, "fetched": fetched}}))
    wanted = [f"results/neuromfa/emergence/{name}.parquet" for name in fetched]
    with serve(models) as hub:
        environment = project.environment | {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(tmp_path / "home")}
        command = ["snakemake", "--cores", "2", *wanted, "--configfile", "mine.yaml"]
        done = project.command(*command, env=environment)
    assert done.returncode == 1
    assert "lab/model@step7: lab/model has no revision step7" in done.stderr + done.stdout
    assert "Traceback" not in (project.folder / "logs/fetch_checkpoint/lost-model/step7.log").read_text()
    tables = [read_table(project.folder / path).drop(columns="model") for path in wanted[:2]]
    assert tables[0]["step"].tolist() == [0, 1, 8] and tables[0]["emergence"].iloc[0] == 0
    assert tables[0].equals(tables[1]) and tables[0]["emergence"].iloc[2] != 0
    assert not [path for path in (tmp_path / "home" / "assets").rglob("*") if path.is_file()]


def test_fetched_models_are_drawn(new_project, models):
    project = new_project()
    fetched = {"own-model": {"folder": f"{models}/step{{step}}", "steps": [0, 1, 8], "sample_size": 16}}
    (project.folder / "mine.yaml").write_text(yaml.safe_dump({"neuromfa": {"seeds": 2, "fetched": fetched}}))
    figure = "results/figures/neuromfa_fetched.png"
    done = project.command("snakemake", "--cores", "2", figure, "--configfile", "mine.yaml")
    assert done.returncode == 0, done.stderr
    assert (project.folder / figure).stat().st_size > 10_000
