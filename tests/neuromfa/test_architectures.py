"""Graphs of the architectures, each checked against a small model that transformers itself makes and saves."""

import numpy as np
import pytest
import torch
import transformers

from threefold.neuromfa.architectures import CONVOLUTIONAL, TRANSFORMERS, find_layout
from threefold.neuromfa.checkpoint import InitialCheckpoint, open_folder
from threefold.neuromfa.convert import to_networkx
from threefold.neuromfa.neox import PYTHIA
from threefold.neuromfa.sampling import sample_graphs
from threefold.neuromfa.spectrum import fit_networks
from threefold.record.errors import InputError

BERT = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 80}
SMALL = BERT | {"vocab_size": 64}
GROUPED = SMALL | {"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 6}
CASES = {
    "gpt_neox": ("GPTNeoXForCausalLM", SMALL),
    "gpt2": ("GPT2LMHeadModel", {"n_embd": 24, "n_layer": 2, "n_head": 2, "vocab_size": 64}),
    "llama": ("LlamaForCausalLM", SMALL),
    "mistral": ("MistralForCausalLM", GROUPED),
    "qwen2": ("Qwen2ForCausalLM", GROUPED),
    "qwen3": ("Qwen3ForCausalLM", GROUPED),
    "gemma": ("GemmaForCausalLM", GROUPED),
    "bert": ("BertForMaskedLM", SMALL),
    "roberta": ("RobertaForMaskedLM", SMALL | {"max_position_embeddings": 40}),
    "xlm-roberta": ("XLMRobertaModel", SMALL | {"max_position_embeddings": 40}),
    "camembert": ("CamembertModel", SMALL | {"max_position_embeddings": 40}),
    "deberta": ("DebertaModel", SMALL),
    "deberta-v2": ("DebertaV2ForMaskedLM", SMALL | {"relative_attention": True, "pos_att_type": ["c2p"]}),
}


def saved(folder, kind, model_class, settings):
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(kind, **settings)
    model = getattr(transformers, model_class)(config)
    model.save_pretrained(folder)
    return model


@pytest.mark.parametrize("kind", CASES)
def test_a_transformer_is_found_from_its_config_and_its_edges_are_its_weights(kind, tmp_path):
    model = saved(tmp_path, kind, *CASES[kind])
    graphs = sample_graphs(open_folder(tmp_path), sample_size=4, seeds=range(2))
    weights = {name: value.detach().numpy() for name, value in model.state_dict().items()}
    # The value projection of the second block, whatever the class calls its parts, at the sampled neurons.
    F, X = graphs.neurons["F"][1, 1], graphs.neurons["X"][1, 1]
    mark = {"gpt_neox": "1.attention.query_key_value.weight", "gpt2": "1.attn.c_attn.weight"}
    mark |= {"deberta": "1.attention.self.in_proj.weight", "deberta-v2": "1.attention.self.value_proj.weight"}
    mark |= dict.fromkeys(("llama", "mistral", "qwen2", "qwen3", "gemma"), "1.self_attn.v_proj.weight")
    (value,) = [w for name, w in weights.items() if name.endswith(mark.get(kind, "1.attention.self.value.weight"))]
    value = value.T if kind == "gpt2" else value
    first = 0 if len(value) == 3 * 24 else 24 + len(value)  # of its rows in F: fused, or after queries and keys
    assert np.array_equal(graphs.weights["X_F"][1, 1, 8:], value[np.ix_(F[8:] - first, X)])
    assert graphs.weights["X_F"].shape == (2, 2, 12, 4)
    graph = to_networkx(graphs, 0)
    assert graph.number_of_nodes() == sum(n[0].size for n in graphs.neurons.values())


@pytest.mark.parametrize("kind", ["llama", "mistral"])
def test_a_gated_mlp_has_edges_through_gate_and_up_projection(kind, tmp_path):
    model = saved(tmp_path, kind, *CASES[kind])
    graphs = sample_graphs(open_folder(tmp_path), sample_size=4, seeds=range(1))
    mlp = model.model.layers[0].mlp
    M, D = graphs.neurons["M"][0, 0], graphs.neurons["D"][0, 0]
    gate, up = (p.weight.detach().numpy()[np.ix_(M, D)] for p in (mlp.gate_proj, mlp.up_proj))
    assert np.array_equal(graphs.weights["D_G"][0, 0], np.vstack([gate, up]))
    graph = to_networkx(graphs, 0)
    assert set(graph.successors(("G", 0, int(M[3])))) == set(graph.successors(("G", 0, int(M[3]) + 80)))
    assert set(graph.successors(("G", 0, int(M[3])))) == {("M", 0, int(M[3]))}


@pytest.mark.parametrize(("layer_type", "convolutions"), [("basic", 6), ("bottleneck", 9)])
def test_channels_of_a_convolutional_network_are_joined_by_the_norms_of_their_kernels(
    tmp_path, layer_type, convolutions
):
    sizes = {"embedding_size": 16, "hidden_sizes": [32, 64], "depths": [1, 2], "layer_type": layer_type}
    model = saved(tmp_path, "resnet", "ResNetForImageClassification", sizes)
    graphs = sample_graphs(open_folder(tmp_path), sample_size=8, seeds=range(2))
    X = graphs.neurons["X"]
    assert X.shape == (2, convolutions + 1, 8) and graphs.weights["X_X"].shape == (2, convolutions, 8, 8)
    kernel = model.resnet.encoder.stages[0].layers[0].layer[1].convolution.weight.detach().numpy()
    expected = np.linalg.norm(kernel.reshape(*kernel.shape[:2], -1), axis=-1)[np.ix_(X[1, 2], X[1, 1])]
    assert np.allclose(graphs.weights["X_X"][1, 1], expected, rtol=1e-6)
    assert to_networkx(graphs, 0).number_of_nodes() == X[0].size
    assert len(fit_networks(graphs)[1]) == 2


def test_every_architecture_of_the_tables_is_tested():
    assert {*CASES, "resnet"} == {*TRANSFORMERS, *CONVOLUTIONAL}


def test_a_model_saved_without_its_head_has_the_same_graph(tmp_path):
    model = saved(tmp_path / "whole", "bert", *CASES["bert"])
    model.bert.save_pretrained(tmp_path / "bare")
    a, b = (sample_graphs(open_folder(tmp_path / name), 4, range(1)) for name in ("whole", "bare"))
    assert all(np.array_equal(a.weights[edge], b.weights[edge]) for edge in a.weights)


def test_pythia_has_the_published_chain():
    layout = InitialCheckpoint("pythia-70m", PYTHIA["pythia-70m"], 0).layout
    assert list(layout.edges) == ["X_F", "A_D", "D_M", "M_X"] and layout.blocks == 6
    assert layout.sizes == {"X": [512] * 7, "A": [512] * 6, "D": [512] * 6, "M": [2048] * 6}


def test_an_unknown_architecture_names_those_that_are_known():
    with pytest.raises(InputError, match=r"unknown architecture .model_type 'mamba'.*bert.*resnet.*add a row"):
        find_layout({"model_type": "mamba"})


def test_a_config_without_a_size_is_named():
    with pytest.raises(InputError, match="no key 'hidden_size', which the architecture gpt_neox needs"):
        find_layout({"model_type": "gpt_neox"})


def test_files_of_another_model_are_named():
    config = {"model_type": "bert", **BERT}
    with pytest.raises(InputError, match=r"no tensor bert\.encoder\.layer\.0"):
        find_layout(config, ["h.0.attn.c_attn.weight"])
