"""Weights from files and from the initialisation law."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file
from scipy.stats import kstest

from threefold.neuromfa.checkpoint import InitialCheckpoint, SafetensorsCheckpoint
from threefold.neuromfa.neox import ATTENTION_IN, ATTENTION_OUT, MLP_IN, PYTHIA, Shape
from threefold.record.errors import InputError

TINY = Shape(hidden_size=16, blocks=2, heads=2, vocabulary=32)


def write_checkpoint(folder, matrices, shape=TINY):
    config = {
        "hidden_size": shape.hidden_size,
        "num_hidden_layers": shape.blocks,
        "num_attention_heads": shape.heads,
        "vocab_size": shape.vocabulary,
    }
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    save_file(matrices, folder / "model.safetensors")
    return folder


def all_matrices(shape=TINY, seed=0):
    initial = InitialCheckpoint("tiny", shape, seed)
    sizes = shape.matrices().items()
    return {name: initial.block(name, np.arange(rows), np.arange(columns)) for name, (rows, columns, _) in sizes}


def test_an_entry_depends_on_its_place_alone():
    checkpoint = InitialCheckpoint("pythia-12b", PYTHIA["pythia-12b"], seed=0)
    name = MLP_IN.format(7)
    rows, columns = np.array([5, 20479, 0]), np.array([5119, 3])
    corner = checkpoint.block(name, np.arange(64), np.arange(5120))
    block = checkpoint.block(name, rows, columns)
    assert block.dtype == np.float16
    assert block[0].tolist() == corner[5, columns].tolist()
    assert block[2].tolist() == corner[0, columns].tolist()


def test_seed_model_and_matrix_give_other_weights():
    def draw(model, seed, name):
        return InitialCheckpoint(model, TINY, seed).block(name, np.arange(16), np.arange(16)).tobytes()

    name = ATTENTION_OUT.format(0)
    others = [draw("a", 1, name), draw("b", 0, name), draw("a", 0, ATTENTION_OUT.format(1))]
    assert draw("a", 0, name) == draw("a", 0, name)
    assert len({draw("a", 0, name), *others}) == 4


def test_the_law_is_normal_with_the_right_scale():
    shape = PYTHIA["pythia-410m"]
    name = ATTENTION_IN.format(0)
    std = shape.matrices()[name][2]
    sample = InitialCheckpoint("pythia-410m", shape, 0).block(name, np.arange(1024), np.arange(1024))
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
        return checkpoint.block(ATTENTION_IN.format(block), np.arange(512), np.arange(1024)).astype(float)

    z = draw(0, 0)
    neighbours = [(z[1:], z[:-1]), (z[:, 1:], z[:, :-1]), (z[:, 1:] ** 2, z[:, :-1] ** 2)]
    for a, b in [*neighbours, (z, draw(0, 1)), (z, draw(1, 0))]:
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 5 / a.size**0.5


def test_a_file_gives_the_rows_and_columns_asked_for(tmp_path):
    matrices = all_matrices()
    checkpoint = SafetensorsCheckpoint(write_checkpoint(tmp_path / "c", matrices))
    name = ATTENTION_IN.format(1)
    rows, columns = np.array([40, 2, 17]), np.array([15, 0])
    assert checkpoint.shape == TINY
    assert np.array_equal(checkpoint.block(name, rows, columns), matrices[name][np.ix_(rows, columns)])


def test_a_missing_file_is_named(tmp_path):
    write_checkpoint(tmp_path / "c", all_matrices())
    (tmp_path / "c" / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"model\.safetensors"):
        SafetensorsCheckpoint(tmp_path / "c")
    with pytest.raises(InputError, match=r"config\.json"):
        SafetensorsCheckpoint(tmp_path / "nowhere")


def test_a_truncated_file_is_named(tmp_path):
    file = write_checkpoint(tmp_path / "c", all_matrices()) / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InputError, match="not a whole checkpoint"):
        SafetensorsCheckpoint(tmp_path / "c")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.pop(MLP_IN.format(0)), "no tensor gpt_neox.layers.0.mlp"),
        (lambda m: m.update({MLP_IN.format(0): m[MLP_IN.format(0)][:8].copy()}), "has shape"),
        (lambda m: m[MLP_IN.format(0)].__setitem__((3, 3), np.nan), "NaN or infinity"),
    ],
)
def test_a_bad_tensor_is_named(tmp_path, change, message):
    matrices = all_matrices()
    change(matrices)
    checkpoint = SafetensorsCheckpoint(write_checkpoint(tmp_path / "c", matrices))
    with pytest.raises(InputError, match=message):
        checkpoint.block(MLP_IN.format(0), np.arange(8), np.arange(16))


def test_a_foreign_configuration_is_refused(tmp_path):
    folder = write_checkpoint(tmp_path / "c", all_matrices())
    (folder / "config.json").write_text('{"n_embd": 768}')
    with pytest.raises(InputError, match="expected a GPT-NeoX configuration"):
        SafetensorsCheckpoint(folder)
