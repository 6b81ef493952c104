"""GPT-NeoX models: their matrices, their initialisation laws, and the shapes of the Pythia family."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

ATTENTION_IN = "gpt_neox.layers.{}.attention.query_key_value.weight"
ATTENTION_OUT = "gpt_neox.layers.{}.attention.dense.weight"
MLP_IN = "gpt_neox.layers.{}.mlp.dense_h_to_4h.weight"
MLP_OUT = "gpt_neox.layers.{}.mlp.dense_4h_to_h.weight"
EMBEDDINGS = ("gpt_neox.embed_in.weight", "embed_out.weight")


@dataclass(frozen=True)
class Shape:
    """Sizes of a GPT-NeoX model and the law its weights start from.

    `law` is "small" for NeoX's small_init and wang_init, "normal" for its defaults, "constant" for BERT's single
    standard deviation. Source: docs/science/neuromfa.md#known-answer-initial.
    """

    hidden_size: int
    blocks: int
    heads: int
    vocabulary: int
    law: Literal["small", "normal", "constant"] = "small"

    @property
    def parameters(self) -> int:
        """Number of parameters, embeddings included."""
        h = self.hidden_size
        return 2 * self.vocabulary * h + self.blocks * (12 * h * h + 13 * h) + 2 * h

    def config(self) -> dict[str, int | str]:
        """What config.json says of the shape."""
        names = ("hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size")
        sizes = (self.hidden_size, self.blocks, self.heads, self.vocabulary)
        return {"model_type": "gpt_neox", **dict(zip(names, sizes, strict=True))}

    def matrices(self) -> dict[str, tuple[int, int, float]]:
        """Every matrix of the model: tensor name -> (rows, columns, initial standard deviation), rows being outputs."""
        h, blocks = self.hidden_size, self.blocks
        inward, outward = {
            "small": (sqrt(2 / (5 * h)), 2 / (blocks * sqrt(h))),
            "normal": (0.02, 0.02 / sqrt(2 * blocks)),
            "constant": (0.02, 0.02),
        }[self.law]
        found = dict.fromkeys(EMBEDDINGS, (self.vocabulary, h, inward))
        for block in range(blocks):
            found[ATTENTION_IN.format(block)] = (3 * h, h, inward)
            found[ATTENTION_OUT.format(block)] = (h, h, outward)
            found[MLP_IN.format(block)] = (4 * h, h, inward)
            found[MLP_OUT.format(block)] = (h, 4 * h, outward)
        return found


# EleutherAI/pythia, models/*/pythia-*.yml; the vocabulary is 50254 padded to a multiple of 128 x model parallelism.
PYTHIA = {
    "pythia-14m": Shape(128, 6, 4, 50304),
    "pythia-31m": Shape(256, 6, 8, 50304),
    "pythia-70m": Shape(512, 6, 8, 50304),
    "pythia-160m": Shape(768, 12, 12, 50304),
    "pythia-410m": Shape(1024, 24, 16, 50304),
    "pythia-1b": Shape(2048, 16, 8, 50304),
    "pythia-1.4b": Shape(2048, 24, 16, 50304),
    "pythia-2.8b": Shape(2560, 32, 32, 50304),
    "pythia-6.9b": Shape(4096, 32, 32, 50432, "normal"),
    "pythia-12b": Shape(5120, 36, 40, 50688, "normal"),
}

# BERT-large-uncased: its encoder has the same chain of matrices, and starts from a normal law of one scale.
BERT_LARGE = Shape(1024, 24, 16, 30522, "constant")
