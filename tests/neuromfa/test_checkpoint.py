"""Weights from files and from the initialisation law."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from safetensors.torch import save_file as save_torch
from scipy.stats import kstest

from threefold.neuromfa.architectures import Tensor
from threefold.neuromfa.checkpoint import InitialCheckpoint, SampledCheckpoint, open_folder, save_sample
from threefold.neuromfa.neox import ATTENTION_IN, ATTENTION_OUT, MLP_IN, PYTHIA, Shape
from threefold.record.errors import InputError

TINY = Shape(hidden_size=16, blocks=2, heads=2, vocabulary=32)


def write_checkpoint(folder, matrices, shape=TINY):
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(shape.config()))
    save_file(matrices, folder / "model.safetensors")
    return folder


def tensor(name, shape=TINY):
    return Tensor(name, *shape.matrices()[name][:2])


def all_matrices(shape=TINY, seed=0):
    initial = InitialCheckpoint("tiny", shape, seed)
    sizes = shape.matrices().items()
    return {
        name: initial.block(tensor(name, shape), np.arange(rows), np.arange(columns))
        for name, (rows, columns, _) in sizes
    }


def test_an_entry_depends_on_its_place_alone():
    checkpoint = InitialCheckpoint("pythia-12b", PYTHIA["pythia-12b"], seed=0)
    name = tensor(MLP_IN.format(7), PYTHIA["pythia-12b"])
    rows, columns = np.array([5, 20479, 0]), np.array([5119, 3])
    corner = checkpoint.block(name, np.arange(64), np.arange(5120))
    block = checkpoint.block(name, rows, columns)
    assert block.dtype == np.float16
    assert block[0].tolist() == corner[5, columns].tolist()
    assert block[2].tolist() == corner[0, columns].tolist()


def test_seed_model_and_matrix_give_other_weights():
    def draw(model, seed, name):
        return InitialCheckpoint(model, TINY, seed).block(tensor(name), np.arange(16), np.arange(16)).tobytes()

    name = ATTENTION_OUT.format(0)
    others = [draw("a", 1, name), draw("b", 0, name), draw("a", 0, ATTENTION_OUT.format(1))]
    assert draw("a", 0, name) == draw("a", 0, name)
    assert len({draw("a", 0, name), *others}) == 4


def test_the_law_is_normal_with_the_right_scale():
    shape = PYTHIA["pythia-410m"]
    name = ATTENTION_IN.format(0)
    std = shape.matrices()[name][2]
    sample = InitialCheckpoint("pythia-410m", shape, 0).block(tensor(name, shape), np.arange(1024), np.arange(1024))
    z = sample.astype(float).ravel() / std
    n = z.size
    # Standard errors of the first four moments of n normal draws; five of them is one chance in two million.
    assert abs(z.mean()) < 5 / n**0.5
    assert abs(z.var() - 1) < 5 * (2 / n) ** 0.5
    assert abs((z**3).mean()) < 5 * (15 / n) ** 0.5
    assert abs((z**4).mean() - 3) < 5 * (96 / n) ** 0.5
    assert kstest(z[:100_000], "norm").pvalue > 1e-4


def test_entries_are_uncorrelated_between_neighbours_matrices_and_seeds():
    shape = PYTHIA["pythia-410m"]

    def draw(seed, block):
        checkpoint = InitialCheckpoint("pythia-410m", shape, seed)
        return checkpoint.block(tensor(ATTENTION_IN.format(block), shape), np.arange(512), np.arange(1024)).astype(
            float
        )

    z = draw(0, 0)
    neighbours = [(z[1:], z[:-1]), (z[:, 1:], z[:, :-1]), (z[:, 1:] ** 2, z[:, :-1] ** 2)]
    for a, b in [*neighbours, (z, draw(0, 1)), (z, draw(1, 0))]:
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 5 / a.size**0.5


def test_a_file_gives_the_rows_and_columns_asked_for(tmp_path):
    matrices = all_matrices()
    checkpoint = open_folder(write_checkpoint(tmp_path / "c", matrices))
    name = ATTENTION_IN.format(1)
    rows, columns = np.array([40, 2, 17]), np.array([15, 0])
    assert checkpoint.layout == InitialCheckpoint("tiny", TINY, 0).layout
    assert np.array_equal(checkpoint.block(tensor(name), rows, columns), matrices[name][np.ix_(rows, columns)])


def test_a_missing_file_is_named(tmp_path):
    write_checkpoint(tmp_path / "c", all_matrices())
    (tmp_path / "c" / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"no weights; expected one of model\.safetensors"):
        open_folder(tmp_path / "c")
    with pytest.raises(InputError, match=r"config\.json"):
        open_folder(tmp_path / "nowhere")


def test_a_truncated_file_is_named(tmp_path):
    file = write_checkpoint(tmp_path / "c", all_matrices()) / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"not a safetensors file|not a whole file"):
        open_folder(tmp_path / "c")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.pop(MLP_IN.format(0)), "no tensor gpt_neox.layers.0.mlp"),
        (lambda m: m.update({MLP_IN.format(0): m[MLP_IN.format(0)][:8].copy()}), "has shape"),
        (lambda m: m[MLP_IN.format(0)].__setitem__((3, 3), np.nan), "NaN or infinity"),
        (lambda m: m[MLP_IN.format(0)].__setitem__((3, 3), -np.inf), "NaN or infinity"),
    ],
)
def test_a_bad_tensor_is_named(tmp_path, change, message):
    matrices = all_matrices()
    change(matrices)
    checkpoint = open_folder(write_checkpoint(tmp_path / "c", matrices))
    with pytest.raises(InputError, match=message):
        checkpoint.block(tensor(MLP_IN.format(0)), np.arange(8), np.arange(16))


def test_a_foreign_configuration_is_refused(tmp_path):
    folder = write_checkpoint(tmp_path / "c", all_matrices())
    (folder / "config.json").write_text('{"n_embd": 768}')
    with pytest.raises(InputError, match=r"unknown architecture .model_type None.; known are .*gpt_neox.*add a row"):
        open_folder(folder)


def test_networks_are_read_together_or_one_by_one(tmp_path):
    matrices = all_matrices()
    checkpoint = open_folder(write_checkpoint(tmp_path / "c", matrices))
    rng = np.random.default_rng(0)
    rows, columns = rng.integers(0, 48, (3, 5)), rng.integers(0, 16, (3, 4))
    name = ATTENTION_IN.format(0)
    for source in (checkpoint, InitialCheckpoint("tiny", TINY, 0)):
        together = source.block(tensor(name), rows, columns)
        for network, r, c in zip(together, rows, columns, strict=True):
            assert np.array_equal(network, matrices[name][np.ix_(r, c)])


def test_a_sample_gives_back_what_it_holds_and_is_the_same_bytes_each_time(tmp_path):
    checkpoint = open_folder(write_checkpoint(tmp_path / "c", all_matrices()))
    name = tensor(ATTENTION_IN.format(1))
    rows, columns = np.array([2, 17, 40]), np.array([0, 9, 15])
    for file in ("a.safetensors", "b.safetensors"):
        save_sample(tmp_path / file, checkpoint, [(name, rows, columns)])
    sampled = SampledCheckpoint(tmp_path / "a.safetensors")
    assert sampled.layout == checkpoint.layout
    asked = np.array([[40, 2], [17, 2]]), np.array([[9], [15]])
    assert np.array_equal(sampled.block(name, *asked), checkpoint.block(name, *asked))
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    assert set(load_file(tmp_path / "a.safetensors")) == {name.name, f"{name.name}:rows", f"{name.name}:columns"}


def test_a_sample_that_lacks_what_is_asked_for_is_named(tmp_path):
    checkpoint = open_folder(write_checkpoint(tmp_path / "c", all_matrices()))
    name, places = tensor(ATTENTION_IN.format(1)), np.array([0, 9, 15])
    save_sample(tmp_path / "s.safetensors", checkpoint, [(name, places, places)])
    for rows, columns in ((np.array([47]), places), (places, np.array([1]))):
        with pytest.raises(InputError, match=r"s\.safetensors: lacks (rows|columns) of .*delete it and run again"):
            SampledCheckpoint(tmp_path / "s.safetensors").block(name, rows, columns)


@pytest.mark.parametrize("form", ["safetensors", "bin", "pt"])
@pytest.mark.parametrize("sharded", [True, False])
def test_a_folder_may_hold_any_form_of_files(tmp_path, form, sharded):
    matrices = all_matrices()
    folder = write_checkpoint(tmp_path / "c", matrices)
    (folder / "model.safetensors").unlink()
    stem = "model" if form == "safetensors" else "pytorch_model"
    names = sorted(matrices)
    parts = {f"{stem}-{k}-of-2.{form}": names[k - 1 :: 2] for k in (1, 2)} if sharded else {f"{stem}.{form}": names}
    for file, held in parts.items():
        tensors = {name: torch.from_numpy(matrices[name].copy()) for name in held}
        (save_torch if form == "safetensors" else torch.save)(tensors, folder / file)
    if sharded and form != "pt":  # a folder of .pt shards has no index, and is read whole
        index = {"weight_map": {name: file for file, held in parts.items() for name in held}}
        (folder / f"{stem}.{form}.index.json").write_text(json.dumps(index))
    name = MLP_IN.format(1)
    rows, columns = np.array([63, 5]), np.array([1, 0, 15])
    assert np.array_equal(open_folder(folder).block(tensor(name), rows, columns), matrices[name][np.ix_(rows, columns)])


def test_a_pytorch_file_of_the_old_format_is_read(tmp_path):
    matrices = all_matrices()
    folder = write_checkpoint(tmp_path / "c", matrices)
    (folder / "model.safetensors").unlink()
    tensors = {name: torch.from_numpy(values.copy()) for name, values in matrices.items()}
    torch.save(tensors, folder / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    name, places = MLP_IN.format(0), np.arange(16)
    assert np.array_equal(open_folder(folder).block(tensor(name), places, places), matrices[name][:16, :16])


@pytest.mark.parametrize("zipped", [True, False])
def test_a_truncated_pytorch_file_is_named(tmp_path, zipped):
    folder = write_checkpoint(tmp_path / "c", all_matrices())
    (folder / "model.safetensors").unlink()
    file = folder / "pytorch_model.bin"
    torch.save({"a": torch.zeros(1000)}, file, _use_new_zipfile_serialization=zipped)
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(InputError, match=r"pytorch_model\.bin: not a whole PyTorch file of tensors alone"):
        open_folder(folder)


def test_bfloat16_is_read_as_float32(tmp_path):
    matrices = {name: torch.from_numpy(values.copy()).bfloat16() for name, values in all_matrices().items()}
    folder = write_checkpoint(tmp_path / "c", all_matrices())
    save_torch(matrices, folder / "model.safetensors")
    name = MLP_IN.format(0)
    found = open_folder(folder).block(tensor(name), np.arange(64), np.arange(16))
    assert found.dtype == np.float32 and np.array_equal(found, matrices[name].float().numpy())


def test_a_shard_that_the_index_names_must_be_there(tmp_path):
    folder = write_checkpoint(tmp_path / "c", all_matrices())
    (folder / "model.safetensors.index.json").write_text('{"weight_map": {"a": "model-2.safetensors"}}')
    with pytest.raises(InputError, match=r"model-2\.safetensors: missing"):
        open_folder(folder)


def test_a_pytorch_file_that_would_run_code_is_refused(tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    folder = write_checkpoint(tmp_path / "c", all_matrices())
    (folder / "model.safetensors").unlink()
    torch.save({"a": Trap()}, folder / "pytorch_model.bin")
    with pytest.raises(InputError, match="not a whole PyTorch file of tensors alone"):
        open_folder(folder)
    assert not (tmp_path / "sprung").exists()
