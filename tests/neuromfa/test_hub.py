"""The hub's checkpoints through the real client, against a hub on loopback and its faults."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub import constants
from safetensors.numpy import load_file, save_file

from tests.support.hub_server import COMMIT, serve
from threefold.neuromfa import hub as hub_module
from threefold.neuromfa.architectures import Tensor
from threefold.neuromfa.checkpoint import InitialCheckpoint, open_folder, save_sample
from threefold.neuromfa.hub import HubBytes, coalesce, open_hub
from threefold.neuromfa.neox import MLP_IN, Shape
from threefold.neuromfa.sampling import sample_graphs, wanted_entries
from threefold.record.errors import InputError

SHAPE = Shape(hidden_size=128, blocks=2, heads=2, vocabulary=1024)


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    """A model at main in safetensors, at step8 in two shards, at step9 in a PyTorch file."""
    root = tmp_path_factory.mktemp("hub")
    initial = InitialCheckpoint("m", SHAPE, 0)
    tensors = {
        name: initial.block(Tensor(name, r, c), np.arange(r), np.arange(c))
        for name, (r, c, _) in SHAPE.matrices().items()
    }
    for revision in ("main", "step8", "step9"):
        (root / revision).mkdir()
        (root / revision / "config.json").write_text(json.dumps(SHAPE.config()))
    save_file(tensors, root / "main" / "model.safetensors")
    names = sorted(tensors)
    shards = {f"model-{k}-of-2.safetensors": names[k - 1 :: 2] for k in (1, 2)}
    for file, held in shards.items():
        save_file({name: tensors[name] for name in held}, root / "step8" / file)
    index = {"weight_map": {name: file for file, held in shards.items() for name in held}}
    (root / "step8" / "model.safetensors.index.json").write_text(json.dumps(index))
    torch.save({n: torch.from_numpy(t.copy()) for n, t in tensors.items()}, root / "step9" / "pytorch_model.bin")
    return root


@pytest.fixture
def hub(repository, tmp_path, monkeypatch):
    """That repository, served, with a cache of its own and short waits."""
    shutil.copytree(repository, tmp_path / "hub")
    with serve(tmp_path / "hub") as server:
        monkeypatch.setattr(constants, "ENDPOINT", server.endpoint)
        template = server.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache" / "hub"))
        monkeypatch.setattr(constants, "HF_ASSETS_CACHE", str(tmp_path / "cache" / "assets"))
        monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 1)
        monkeypatch.setattr(hub_module, "FIRST_WAIT", 0.01)
        monkeypatch.setattr(hub_module, "GAP", 1024)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield server


def networks(checkpoint):
    return sample_graphs(checkpoint, sample_size=4, seeds=range(2)).weights


def assert_equal_to_the_folder(checkpoint, hub):
    expected = networks(open_folder(hub.root / "main"))
    assert all(np.array_equal(weights, expected[edge]) for edge, weights in networks(checkpoint).items())


def test_only_the_sampled_rows_are_fetched(hub):
    checkpoint = open_hub("lab/model", "main")
    assert_equal_to_the_folder(checkpoint, hub)
    assert hub.sent < 0.35 * (hub.root / "main" / "model.safetensors").stat().st_size
    assert not list(Path(constants.HF_HUB_CACHE).rglob("*.safetensors"))
    assert (checkpoint.commit, checkpoint.where) == (COMMIT, "lab/model@01234567")


def test_shards_are_found_by_their_index(hub):
    assert_equal_to_the_folder(open_hub("lab/model", "step8"), hub)


def test_a_pytorch_file_is_downloaded_whole_and_the_log_says_so(hub, caplog):
    assert_equal_to_the_folder(open_hub("lab/model", "step9"), hub)
    assert "downloading the whole file, because it is not safetensors" in caplog.text


def test_a_server_that_refuses_ranges_is_read_whole_and_the_log_says_so(hub, caplog):
    hub.ranges = False
    assert_equal_to_the_folder(open_hub("lab/model", "main"), hub)
    assert "downloading the whole file, because the server refuses ranges" in caplog.text


@pytest.mark.parametrize("fault", ["500", "truncate", "stall", "expire"])
def test_faults_that_pass_are_overcome(hub, fault):
    checkpoint = open_hub("lab/model", "main")
    hub.faults = [fault, "", fault]
    assert_equal_to_the_folder(checkpoint, hub)
    assert not hub.faults


def test_a_hub_that_keeps_failing_is_named(hub):
    checkpoint = open_hub("lab/model", "main")
    hub.faults = ["500"] * 1000
    with pytest.raises(InputError, match=r"^lab/model@0123.*failed: .*500.*try again later$"):
        networks(checkpoint)


def test_a_broken_fetch_goes_on_where_it_ended(hub, tmp_path):
    wanted = list(wanted_entries(open_folder(hub.root / "main").layout, 4, range(2)))
    checkpoint = open_hub("lab/model", "main")
    for asked in wanted[:5]:
        checkpoint.block(*asked)
    before = hub.sent
    hub.faults = ["500"] * 1000
    with pytest.raises(InputError):
        save_sample(tmp_path / "s.safetensors", checkpoint, wanted)
    assert not (tmp_path / "s.safetensors").exists()
    hub.faults = []
    again = open_hub("lab/model", "main")
    opened = hub.sent
    save_sample(tmp_path / "s.safetensors", again, wanted)
    resumed = hub.sent - opened
    again.forget()
    fresh, start = open_hub("lab/model", "main"), hub.sent
    save_sample(tmp_path / "t.safetensors", fresh, wanted)
    assert resumed < 0.5 * (hub.sent - start) and before > 0
    assert (tmp_path / "s.safetensors").read_bytes() == (tmp_path / "t.safetensors").read_bytes()


def test_a_file_that_changes_while_it_is_read_is_refused(hub):
    checkpoint = open_hub("lab/model", "main")
    hub.faults = ["", "swap"]
    with pytest.raises(InputError, match="changed while being read"):
        networks(checkpoint)


def test_a_whole_file_with_a_wrong_checksum_is_refused_and_removed(hub):
    hub.corrupt = True
    with pytest.raises(InputError, match=r"SHA-256 .*, the hub says .*; fetch it again"):
        open_hub("lab/model", "step9")
    hub.corrupt = False
    assert_equal_to_the_folder(open_hub("lab/model", "step9"), hub)


def test_a_truncated_file_on_the_hub_is_named(hub):
    file = hub.root / "main" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"model\.safetensors: not a whole file"):
        open_hub("lab/model", "main")


@pytest.mark.parametrize(
    ("name", "revision", "message"),
    [
        ("lab/model", "step7", "no revision step7"),
        ("lab/other", "main", "no such repository, or HF_TOKEN gives no access"),
    ],
)
def test_what_is_not_there_is_named(hub, name, revision, message):
    with pytest.raises(InputError, match=message):
        open_hub(name, revision)


def test_a_token_opens_the_hub_and_never_reaches_the_storage(hub, monkeypatch):
    hub.token = "hf_secret"
    with pytest.raises(InputError, match="HF_TOKEN gives no access"):
        open_hub("lab/model", "main")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert_equal_to_the_folder(open_hub("lab/model", "main"), hub)
    stored = [headers for _, path, headers in hub.seen if path.startswith("/storage")]
    assert stored and all("authorization" not in map(str.lower, headers) for headers in stored)


def test_offline_the_cache_is_used_or_the_lack_is_named(hub, monkeypatch):
    open_hub("lab/model", "step9"), open_hub("lab/model", "step8")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    before = len(hub.seen)
    assert_equal_to_the_folder(open_hub("lab/model", "step9"), hub)
    for revision in ("main", "step8"):  # never seen, and seen but read by ranges
        with pytest.raises(InputError, match="HF_HUB_OFFLINE forbids"):
            open_hub("lab/model", revision)
    assert len(hub.seen) == before


def test_a_hub_that_is_not_there_is_named(hub, monkeypatch):
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(InputError, match=r"http://127\.0\.0\.1:9 failed"):
        open_hub("lab/model", "main")


def test_the_environment_names_the_hub(hub, tmp_path):
    code = "from threefold.neuromfa.hub import open_hub; print(open_hub('lab/model', 'main').commit)"
    environment = os.environ | {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == COMMIT, done.stderr


def test_a_nan_on_the_hub_is_named(hub):
    file = hub.root / "main" / "model.safetensors"
    name = MLP_IN.format(1)
    tensors = load_file(file)
    tensors[name] = np.full_like(tensors[name], np.nan)
    save_file(tensors, file)
    with pytest.raises(InputError, match=rf"{name} holds NaN or infinity"):
        networks(open_hub("lab/model", "main"))


def test_spans_are_joined_over_small_gaps_and_cut_into_pieces():
    requests = coalesce([(100, 110), (0, 10), (12, 20), (200, 260)], gap=5, piece=25)
    assert [span for span, _ in requests] == [(0, 20), (100, 110), (200, 225), (225, 250), (250, 260)]
    assert requests[0][1] == [(1, (0, 10)), (2, (12, 20))]
    assert [members for _, members in requests[2:]] == [[(3, (200, 225))], [(3, (225, 250))], [(3, (250, 260))]]


def test_bytes_come_back_in_the_order_asked_for(hub, monkeypatch):
    monkeypatch.setattr(hub_module, "PIECE", 64)
    remote = HubBytes("lab/model", "model.safetensors", COMMIT)
    whole = (hub.root / "main" / "model.safetensors").read_bytes()
    spans = [(5000, 5300), (0, 8), (4096, 5000), (90_000, 90_001)]
    assert remote.read(spans) == [whole[start:stop] for start, stop in spans]
