"""The section `neuromfa` of the configuration."""

from itertools import pairwise
from re import fullmatch
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from threefold.config.section import Section

PythiaModel = Literal[
    "pythia-14m",
    "pythia-31m",
    "pythia-70m",
    "pythia-160m",
    "pythia-410m",
    "pythia-1b",
    "pythia-1.4b",
    "pythia-2.8b",
    "pythia-6.9b",
    "pythia-12b",
]


class InitialModel(Section):
    model: PythiaModel
    """A member of the Pythia family; its step 0 is drawn from its initialisation law, so nothing is downloaded."""
    sample_sizes: list[Annotated[int, Field(ge=1)]] = Field([64, 32], min_length=1)
    """Sizes s of the sampled networks: neurons per layer. alpha_0 depends strongly on it."""


class TrainedModel(Section):
    hidden_size: int = Field(ge=8)
    """Width h of the model."""
    blocks: int = Field(ge=1)
    """Number L of transformer blocks."""
    heads: int = Field(ge=1)
    """Attention heads; divides hidden_size."""
    sample_size: int = Field(32, ge=1)
    """The s of the sampled networks, at most hidden_size."""

    @model_validator(mode="after")
    def _fits(self):
        if self.hidden_size % self.heads:
            raise ValueError(f"hidden_size a multiple of heads ({self.heads})")
        if self.sample_size > self.hidden_size:
            raise ValueError(f"sample_size at most hidden_size ({self.hidden_size})")
        return self


class FetchedModel(Section):
    repository: str | None = None
    """Repository on the Hugging Face hub, e.g. EleutherAI/pythia-14m-deduped. Only the sampled rows are fetched."""
    revision: str = "step{step}"
    """Its revision at each step; {step} stands for the step."""
    folder: str | None = None
    """Instead of a repository, a folder with config.json and safetensors or PyTorch files; {step} as above."""
    steps: list[int] = Field([0], min_length=1)
    """The training steps, ascending; the degree of emergence is relative to the first."""
    sample_size: int = Field(64, ge=1)
    """The s of the sampled networks."""

    @model_validator(mode="after")
    def _one_source(self):
        if (self.repository is None) == (self.folder is None):
            raise ValueError("given either a repository or a folder")
        if any(a >= b for a, b in pairwise(self.steps)) or self.steps[0] < 0:
            raise ValueError("given ascending steps from 0 on")
        if len(self.steps) > 1 and "{step}" not in (self.folder or self.revision):
            raise ValueError("given a folder or revision with {step} in it, for it has several steps")
        return self


class Spectrum(Section):
    beyond: float = Field(1.0, ge=0)
    """An edge counts if it is longer than this."""
    rounding: Literal["nearest", "up", "down"] = "nearest"
    """How lengths become whole; nearest rounds half to even."""
    least_degree: int = Field(11, ge=1)
    """A neuron is a centre if it keeps so many edges."""
    centre_counted: bool = True
    """Whether a ball holds its centre."""
    difference: Literal["forward", "centred"] = "forward"
    """The difference of tau that gives alpha."""
    hops: int = Field(1, ge=1, le=5)
    """Edges that a ball may reach over; more than one is our variant."""
    directed: bool = True
    """Whether edges into a centre are left out; false is our variant."""

    @model_validator(mode="after")
    def _one_variant(self):
        if self.hops > 1 and not self.directed:
            raise ValueError("directed where hops is more than 1")
        return self


class Training(Section):
    checkpoints: list[int] = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    """The steps whose weights are kept, from 0 to the last step of the training."""
    batch_size: int = Field(8, ge=1)
    """Sequences per step."""
    context: int = Field(64, ge=2)
    """Bytes per sequence."""
    learning_rate: float = Field(6e-3, gt=0)
    """Peak of the learning rate; it decays along a cosine to a tenth of it. Pythia-14M: 0.001 for 143000 steps."""
    warmup: float = Field(0.01, ge=0, lt=1)
    """Share of the steps over which the learning rate rises linearly (Pythia: 0.01)."""
    weight_decay: float = Field(0.1, ge=0)
    """Decay of the matrices; biases and norms have none (Pythia: 0.1)."""

    @field_validator("checkpoints")
    @classmethod
    def _ascending(cls, steps: list[int]) -> list[int]:
        if steps[:1] != [0] or len(steps) < 2 or any(a >= b for a, b in pairwise(steps)):
            raise ValueError("ascending steps that begin with 0, at least two")
        return steps


class Controls(Section):
    windows: list[int] = [100, 200, 300]
    """Other windows T in which E is measured."""

    @field_validator("windows")
    @classmethod
    def _wide_enough(cls, windows: list[int]) -> list[int]:
        if any(window < 2 for window in windows) or len(set(windows)) < len(windows):
            raise ValueError("different windows of at least 2")
        return windows


class Redraws(Section):
    draws: int = Field(10, ge=2)
    """Independent draws of all weights (paper: ten networks)."""
    sample_size: int = Field(48, ge=1, le=1024)
    """The s of the sampled networks (48 fits the paper's figure)."""


class Neuromfa(Section):
    window: int = Field(150, ge=2, le=10_000)
    """The largest edge length T that a ball reaches; a length is 1/|weight| (paper's code: 150)."""
    spectrum: Spectrum = Spectrum()
    """The other choices behind a spectrum. The defaults are the published code's."""
    seeds: int = Field(10, ge=2)
    """Sampled networks per checkpoint, with seeds 0, 1, ... (paper's code: 10)."""
    sampling: Literal["published", "generator"] = "published"
    """How neurons are drawn: as the paper's code does (NumPy's legacy generator), or by NumPy's Generator."""
    bootstrap: int = Field(1000, ge=100)
    """Resamples of the seeds for the 95 % intervals."""
    initial: list[InitialModel] = [
        InitialModel(model="pythia-14m"),
        InitialModel(model="pythia-31m"),
        InitialModel(model="pythia-70m"),
        InitialModel(model="pythia-160m"),
        InitialModel(model="pythia-410m"),
        InitialModel(model="pythia-1b"),
        InitialModel(model="pythia-1.4b"),
        InitialModel(model="pythia-2.8b"),
        InitialModel(model="pythia-6.9b", sample_sizes=[48]),
        InitialModel(model="pythia-12b", sample_sizes=[48]),
    ]
    """The models whose step 0 is drawn from Pythia's initialisation law."""
    controls: Controls = Controls()
    """The controls beside each curve of E: surrogate weights, fixed centres, other windows."""
    redraws: Redraws = Redraws()
    """The control that random weights alone give E = 0: BERT-large's initial weights, drawn anew."""
    fetched: dict[str, FetchedModel] = {}
    """Models from the Hugging Face hub or a folder. GPT-NeoX, GPT-2, LLaMA-like, BERT-like and ResNet are known."""
    trained: dict[str, TrainedModel] = {
        "pydoc-0.3m": TrainedModel(hidden_size=64, blocks=6, heads=4),
        "pydoc-1.3m": TrainedModel(hidden_size=128, blocks=6, heads=4),
    }
    """The GPT-NeoX models trained here, on the text of Python's own documentation (pydoc_data.topics)."""
    training: Training = Training()
    """How those are trained: Pythia's recipe at small scale."""

    @field_validator("initial")
    @classmethod
    def _listed_once(cls, models: list[InitialModel]) -> list[InitialModel]:
        names = [model.model for model in models]
        if len(set(names)) < len(names):
            raise ValueError("a list that names each model once")
        return models

    @field_validator("trained", "fetched")
    @classmethod
    def _well_named(cls, models: dict[str, Section]) -> dict[str, Section]:
        if any(not fullmatch("[a-z0-9._-]+", name) or name in ("trained", "pythia") for name in models):
            raise ValueError("named in a-z, 0-9, '.', '_', '-', and not 'trained' or 'pythia'")
        return models

    @model_validator(mode="after")
    def _named_apart(self):
        initial = {model.model for model in self.initial}
        if both := self.trained.keys() & self.fetched.keys() | initial & (self.trained.keys() | self.fetched.keys()):
            raise ValueError(f"given each model once; {', '.join(sorted(both))} is there twice")
        return self
