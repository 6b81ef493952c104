"""Training of small GPT-NeoX models on the text of Python's documentation, with checkpoints at log-spaced steps.

A training that was killed goes on from the state it saved last, to the same weights as if it had not been.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from pydoc_data.topics import topics
from typing import Any

import numpy as np
import pandas as pd
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch.nn.functional import cross_entropy
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM

from threefold.neuromfa.architectures import Tensor
from threefold.neuromfa.checkpoint import InitialCheckpoint
from threefold.neuromfa.neox import Shape
from threefold.record.files import atomic
from threefold.record.preemption import Notice
from threefold.record.progress import progress

BYTES = 256  # the vocabulary: a token is a byte
HELD_OUT = 0.1  # share of the text, at its end, that is never trained on
HELD_OUT_SEQUENCES = 64
STATE_EVERY = 50  # steps
# Checkpoint files call the output matrix as Pythia's do; transformers calls its module otherwise.
IN_FILES, IN_MODULES = "embed_out.weight", "lm_head.weight"


def corpus() -> np.ndarray:
    """The text of all pydoc topics as bytes, uint8. It differs between Python versions: see `corpus_digest`."""
    text = "\n".join(topics[name] for name in sorted(topics))
    return np.frombuffer(text.encode(), np.uint8)


def corpus_digest(text: np.ndarray) -> str:
    """SHA-256 of the text, in hexadecimal."""
    return hashlib.sha256(text.tobytes()).hexdigest()


def initial_model(name: str, shape: Shape, context: int, seed: int) -> GPTNeoXForCausalLM:
    """A GPT-NeoX model like Pythia, its matrices drawn by `InitialCheckpoint`, biases 0, norms 1."""
    config = GPTNeoXConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden_size,
        num_hidden_layers=shape.blocks,
        num_attention_heads=shape.heads,
        intermediate_size=4 * shape.hidden_size,
        max_position_embeddings=context,
        use_parallel_residual=True,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.25},
        bos_token_id=0,
        eos_token_id=0,
        use_cache=False,
        architectures=["GPTNeoXForCausalLM"],
    )
    model = GPTNeoXForCausalLM(config)
    initial = InitialCheckpoint(name, shape, seed)
    with torch.no_grad():
        for tensor, (rows, columns, _) in shape.matrices().items():
            values = initial.block(Tensor(tensor, rows, columns), np.arange(rows), np.arange(columns))
            model.get_parameter(tensor.replace(IN_FILES, IN_MODULES)).copy_(torch.from_numpy(values))
    return model


def train(
    model: GPTNeoXForCausalLM,
    text: np.ndarray,
    settings: Mapping[str, Any],
    seed: int,
    save: Callable[[int], None],
    log: Callable[[dict, int], None],
    state: Path | None = None,
) -> pd.DataFrame:
    """Train in place by AdamW as Pythia was: betas 0.9 and 0.95, warm-up, cosine decay to a tenth, clipping at 1.

    text: bytes, uint8. settings: the fields of the configuration's section `training`. `save(step)` is called at each
    of its checkpoints, `log(values, step)` at every step. Returns a row per step: the loss on the step's batch before
    its update and, at checkpoints, on the held-out text; both in nats per byte.

    `state`: a file in which the training is saved every STATE_EVERY steps, and from which one that was killed goes on;
    it is left there. A SIGTERM or SIGUSR1 saves it at once and raises Preempted.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)
    kept, context = settings["checkpoints"], settings["context"]
    steps = kept[-1]
    edge = int(len(text) * (1 - HELD_OUT))
    training, held_out = text[:edge], text[edge:]
    starts = np.random.default_rng(seed).integers(0, edge - context, (steps, settings["batch_size"]))
    fixed = np.linspace(0, len(held_out) - context - 1, HELD_OUT_SEQUENCES).astype(int)
    groups = _decay_groups(model, settings["weight_decay"])
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.95), eps=1e-8, fused=True)
    history = _load_state(state, model, optimiser) if state and state.exists() else []
    with Notice() as notice:
        for step in progress(range(len(history), steps + 1), "training steps"):
            row = {"step": step}
            if step in kept:
                save(step)
                with torch.no_grad():
                    row["held_out_loss"] = _loss(model, held_out, fixed, context).item()
            if step < steps:
                for group in optimiser.param_groups:
                    group["lr"] = learning_rate(step + 1, settings)
                loss = _loss(model, training, starts[step], context)
                optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimiser.step()
                row["loss"] = loss.item()
            log({key: value for key, value in row.items() if key != "step"}, step)
            history.append(row)
            if state and (notice.given or step % STATE_EVERY == 0):
                _save_state(state, model, optimiser, history)
            notice.obey(f"training stopped after step {step}")
    return pd.DataFrame(history, columns=["step", "loss", "held_out_loss"])


def learning_rate(step: int, settings: Mapping[str, Any]) -> float:
    """Rate of the step-th update, counted from 1: linear warm-up, then a cosine from the peak to a tenth of it."""
    steps, peak = settings["checkpoints"][-1], settings["learning_rate"]
    rise = settings["warmup"] * steps
    if step < rise:
        return peak * step / rise
    fall = (step - rise) / (steps - rise)
    return peak * (0.1 + 0.9 * (1 + math.cos(math.pi * fall)) / 2)


def save_checkpoint(folder: str | Path, model: GPTNeoXForCausalLM, step: int, text_digest: str) -> None:
    """Write config.json and model.safetensors (float16), which `GPTNeoXForCausalLM.from_pretrained(folder)` opens."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    model.config.update({"dtype": "float16", "step": step, "corpus": "pydoc_data.topics", "corpus_sha256": text_digest})
    with atomic(folder / "config.json") as part:
        model.config.to_json_file(part)
    weights = {name.replace(IN_MODULES, IN_FILES): tensor.half() for name, tensor in model.state_dict().items()}
    with atomic(folder / "model.safetensors") as part:
        save_file(weights, part, metadata={"format": "pt"})


def _save_state(path: Path, model: GPTNeoXForCausalLM, optimiser: torch.optim.Optimizer, history: list[dict]) -> None:
    """Write weights, moments and history after an update."""
    tensors = {f"weight/{name}": tensor.clone() for name, tensor in model.state_dict().items()}
    for number, moments in optimiser.state_dict()["state"].items():
        tensors |= {f"{number}/{name}": tensor for name, tensor in moments.items()}
    with atomic(path) as part:
        save_file(tensors, part, metadata={"history": json.dumps(history)})


def _load_state(path: Path, model: GPTNeoXForCausalLM, optimiser: torch.optim.Optimizer) -> list[dict]:
    """Put model and optimiser where `_save_state` left them; returns the history."""
    moments: dict[int, dict[str, torch.Tensor]] = {}
    weights = {}
    with safe_open(path, "pt") as file:
        for name in file.keys():  # noqa: SIM118 (it is no mapping)
            owner, _, what = name.partition("/")
            place = weights if owner == "weight" else moments.setdefault(int(owner), {})
            place[what] = file.get_tensor(name)
        history = json.loads(file.metadata()["history"])
    model.load_state_dict(weights)
    optimiser.load_state_dict(optimiser.state_dict() | {"state": moments})
    return history


def _loss(model: GPTNeoXForCausalLM, text: np.ndarray, starts: np.ndarray, context: int) -> torch.Tensor:
    """Mean negative log-likelihood of the next byte, in nats, over the sequences that begin at `starts`."""
    sequences = torch.from_numpy(text[np.add.outer(starts, np.arange(context + 1))].astype(np.int64))
    logits = model(input_ids=sequences[:, :-1]).logits
    return cross_entropy(logits.flatten(0, 1), sequences[:, 1:].flatten())


def _decay_groups(model: GPTNeoXForCausalLM, weight_decay: float) -> list[dict]:
    """NeoX decays matrices, not biases and norms."""
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim == 1]
    return [{"params": matrices, "weight_decay": weight_decay}, {"params": vectors, "weight_decay": 0.0}]
