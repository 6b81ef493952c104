"""The architectures whose neuron graphs are known: what their configurations and tensors are called.

To add one: add a row to TRANSFORMERS (or a function to CONVOLUTIONAL) under the `model_type` of its config.json.

The graph of a transformer is the chain X -> F -> A -> D -> M -> X of each block
(docs/science/neuromfa.md#transformer-graph). Where queries, keys and
values are separate matrices, F is their outputs one after the other. Where the MLP is gated, D -> M becomes
D -> G -> M: G is the outputs of the gate and of the up projection one after the other, and neuron i of M has an edge of
length 1 from each of its two. In a convolutional network a node is a channel and a weight the L2 norm of a kernel
slice; residual additions are left out. All but GPT-NeoX is our reading: the paper's code has no other architecture.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from threefold.record.errors import InputError


class Tensor(NamedTuple):
    """One weight of a model, [rows = outputs, columns = inputs], whichever way round its file has it."""

    name: str
    rows: int
    columns: int
    transposed: bool = False


class Layout(NamedTuple):
    """The graph of one model. Edges "X_F" lead from layer X to layer F of the same block, "M_X" to X of the next.

    sizes: layer -> neurons in each block, of the layers that samples are drawn from; X has one more, after the last.
    edges: edge -> for each block the weights between the two layers, stacked by rows.
    """

    sizes: dict[str, list[int]]
    edges: dict[str, list[list[Tensor]]]

    @property
    def blocks(self) -> int:
        return len(next(iter(self.edges.values())))


@dataclass(frozen=True)
class Transformer:
    """Names of one architecture. {} in a tensor's name is the block; what several prefixes offer, a file has one of."""

    prefixes: tuple[str, ...]
    attention_in: tuple[str, ...]
    attention_out: str
    mlp_in: tuple[str, ...]
    mlp_out: str
    hidden_size: str = "hidden_size"
    blocks: str = "num_hidden_layers"
    heads: str = "num_attention_heads"
    inner_size: str = "intermediate_size"
    transposed: bool = False


_BERT = {
    "attention_in": tuple(f"encoder.layer.{{}}.attention.self.{name}" for name in ("query", "key", "value")),
    "attention_out": "encoder.layer.{}.attention.output.dense",
    "mlp_in": ("encoder.layer.{}.intermediate.dense",),
    "mlp_out": "encoder.layer.{}.output.dense",
}
_LLAMA = Transformer(
    ("model.", "", "model.language_model."),
    tuple(f"layers.{{}}.self_attn.{name}_proj" for name in "qkv"),
    "layers.{}.self_attn.o_proj",
    ("layers.{}.mlp.gate_proj", "layers.{}.mlp.up_proj"),
    "layers.{}.mlp.down_proj",
)
TRANSFORMERS: dict[str, Transformer] = {
    "gpt_neox": Transformer(
        ("gpt_neox.", ""),
        ("layers.{}.attention.query_key_value",),
        "layers.{}.attention.dense",
        ("layers.{}.mlp.dense_h_to_4h",),
        "layers.{}.mlp.dense_4h_to_h",
    ),
    "gpt2": Transformer(
        ("transformer.", ""),
        ("h.{}.attn.c_attn",),
        "h.{}.attn.c_proj",
        ("h.{}.mlp.c_fc",),
        "h.{}.mlp.c_proj",
        *("n_embd", "n_layer", "n_head", "n_inner"),
        transposed=True,
    ),
    **dict.fromkeys(("llama", "mistral", "qwen2", "qwen3", "gemma"), _LLAMA),
    "bert": Transformer(("bert.", ""), **_BERT),
    **dict.fromkeys(("roberta", "xlm-roberta", "camembert"), Transformer(("roberta.", ""), **_BERT)),
    "deberta": Transformer(("deberta.", ""), **_BERT | {"attention_in": ("encoder.layer.{}.attention.self.in_proj",)}),
    "deberta-v2": Transformer(
        ("deberta.", ""),
        **_BERT | {"attention_in": tuple(f"{name}_proj" for name in _BERT["attention_in"])},
    ),
}


def find_layout(config: Mapping[str, Any], names: Collection[str] | None = None, where: str = "config.json") -> Layout:
    """The graph of the model with this config.json.

    names: the tensors that its files hold, by which the prefix of their names is found; without, the first is taken.
    Raises InputError for an unknown architecture, a missing key, or files that hold none of the expected names.
    """
    kind = config.get("model_type")
    try:
        if kind in TRANSFORMERS:
            return _transformer(TRANSFORMERS[kind], config, names, where)
        if kind in CONVOLUTIONAL:
            return CONVOLUTIONAL[kind](config, names, where)
    except KeyError as error:
        raise InputError(f"{where}: no key {error}, which the architecture {kind} needs") from None
    known = ", ".join(sorted([*TRANSFORMERS, *CONVOLUTIONAL]))
    raise InputError(
        f"{where}: unknown architecture (model_type {kind!r}); known are {known}. "
        "To add one, add a row to the table in threefold/neuromfa/architectures.py"
    )


def _transformer(a: Transformer, config: Mapping[str, Any], names: Collection[str] | None, where: str) -> Layout:
    h, blocks = config[a.hidden_size], config[a.blocks]
    inner = config.get(a.inner_size) or 4 * h  # GPT-2 has null where it is four times h
    per_head = config.get("head_dim") or h // config[a.heads]
    channels = config[a.heads] * per_head
    key_values = (config.get("num_key_value_heads") or config[a.heads]) * per_head
    prefix = _prefix(a.prefixes, a.attention_out.format(0) + ".weight", names, where)

    def stacks(tensors: tuple[str, ...], rows: list[int], columns: int) -> list[list[Tensor]]:
        def named(block: int) -> list[Tensor]:
            full = [f"{prefix}{name.format(block)}.weight" for name in tensors]
            return [Tensor(name, n, columns, a.transposed) for name, n in zip(full, rows, strict=True)]

        return [named(block) for block in range(blocks)]

    qkv = [channels, key_values, key_values]
    mlp = "D_G" if len(a.mlp_in) > 1 else "D_M"
    sizes = {"X": [h] * (blocks + 1), "A": [channels] * blocks, "D": [h] * blocks, "M": [inner] * blocks}
    if key_values != channels:
        sizes["K"] = [key_values] * blocks
    return Layout(
        sizes,
        {
            "X_F": stacks(a.attention_in, qkv if len(a.attention_in) > 1 else [sum(qkv)], h),
            "A_D": stacks((a.attention_out,), [h], channels),
            mlp: stacks(a.mlp_in, [inner] * len(a.mlp_in), h),
            "M_X": stacks((a.mlp_out,), [h], inner),
        },
    )


def _resnet(config: Mapping[str, Any], names: Collection[str] | None, where: str) -> Layout:
    """The convolutions of the residual blocks, one after the other, as Hugging Face names them."""
    bottleneck = config["layer_type"] == "bottleneck"
    prefix = _prefix(("resnet.", ""), "encoder.stages.0.layers.0.layer.0.convolution.weight", names, where)
    channels, tensors = [config["embedding_size"]], []
    for stage, (width, depth) in enumerate(zip(config["hidden_sizes"], config["depths"], strict=True)):
        for layer in range(depth):
            for k, out in enumerate([width // 4, width // 4, width] if bottleneck else [width, width]):
                name = f"{prefix}encoder.stages.{stage}.layers.{layer}.layer.{k}.convolution.weight"
                tensors.append([Tensor(name, out, channels[-1])])
                channels.append(out)
    return Layout({"X": channels}, {"X_X": tensors})


CONVOLUTIONAL: dict[str, Callable[..., Layout]] = {"resnet": _resnet}


def _prefix(prefixes: tuple[str, ...], name: str, names: Collection[str] | None, where: str) -> str:
    if names is None:
        return prefixes[0]
    for prefix in prefixes:
        if prefix + name in names:
            return prefix
    raise InputError(f"{where}: no tensor {prefixes[0]}{name}; the files are not those of this configuration")
