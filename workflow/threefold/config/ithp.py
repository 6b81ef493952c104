"""The section `ithp` of the configuration."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from threefold.config.section import Section

Correlation = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]


class Multipliers(Section):
    beta: float = Field(4.0, gt=0)
    """Weight of what B0 tells of X1 against what it keeps of X0."""
    gamma: float = Field(4.0, gt=0)
    """Weight of what B1 tells of X2 against what it keeps of B0."""
    lam: float = Field(1.0, ge=0)
    """Weight of the second bottleneck against the first."""


class Gaussian(Section):
    samples: int = Field(40_000, ge=1000)
    """Rows of each Gaussian data set; half are held out."""
    pair: list[Correlation] = Field([0.9, 0.8, 0.7, 0.5, 0.3, 0.0, 0.0], min_length=1)
    """Canonical correlations of X1 with X0 for the beta sweep; a zero is a nuisance of X0."""
    chain_x1: list[Correlation] = Field([0.9, 0.7, 0.5, 0.0, 0.0], min_length=1)
    """Canonical correlations of X1 with X0 where there are three modalities."""
    chain_x2: list[Correlation] = Field([0.8, 0.0, 0.6, 0.7, 0.0], min_length=1)
    """Canonical correlations of X2 with X0."""
    label_weights: list[float] = [1.0, 0.5, 0.5, 1.0, 0.0]
    """Weights of X0's coordinates in the label."""
    label_noise: float = Field(0.5, ge=0)
    """Standard deviation of the label's own noise."""
    common: list[Correlation] = Field([0.0, 0.0, 0.9, 0.0, 0.9], min_length=1)
    """In the data set gaussian_fusion, how X1 and X2 correlate in what X0 lacks."""
    common_weights: list[float] = [0.0, 0.0, 1.0, 0.0, 1.0]
    """There, weights of that in the label."""
    experiments: list[Literal["estimators", "fusion", "nuisance"]] = []
    """Estimators side by side; X1 and X2 sharing what X0 lacks; a nuisance of X0 of a hundred times the variance."""


class Estimators(Section):
    nats: list[Annotated[float, Field(ge=0)]] = Field([0.0, 0.5, 1.0, 2.0, 4.0, 8.0], min_length=1)
    """Informations to estimate."""
    dimensions: list[Annotated[int, Field(ge=1)]] = Field([1, 4, 20], min_length=1)
    """Dimensions of each of the two variables."""
    rows: int = Field(1000, ge=200)
    """Rows of a sample; critics and probes learn on half of them."""
    draws: int = Field(3, ge=1)
    """Samples of each."""


class Information(Section):
    betas: list[Positive] = Field([1.2, 1.5, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0], min_length=1)
    """The beta sweep of one bottleneck."""
    chains: list[Multipliers] = Field(
        [
            Multipliers(beta=4.0, gamma=4.0, lam=1.0),
            Multipliers(beta=3.0, gamma=2.0, lam=1.0),
            Multipliers(beta=32.0, gamma=8.0, lam=1.0),
            Multipliers(beta=8.0, gamma=32.0, lam=0.3),
        ],
        min_length=1,
    )
    """The settings of two bottlenecks."""
    seeds: int = Field(2, ge=1)
    """Starts per setting."""
    epochs: int = Field(80, ge=1)
    """Passes over the training half."""
    batch_size: int = Field(2000, ge=1)
    """Rows per step."""
    learning_rate: float = Field(0.2, gt=0)
    """Of AdamW at the start, divided by the number of bottlenecks; it falls linearly to zero."""


class Training(Section):
    latent: list[int] = Field([32, 16], min_length=1)
    """Dimensions of B0, B1, ..."""
    hidden: int = Field(64, ge=0)
    """Units of the one hidden layer of every encoder, detector and head; 0 makes them linear."""
    detector: list[Positive] = Field([8.0, 32.0], min_length=1)
    """Lagrange multipliers of the detectors: beta, gamma, ..."""
    level: list[Positive] = Field([1.0, 0.3], min_length=1)
    """Weights of the bottlenecks: 1, lambda, ..."""
    preset: Literal["corrected", "published"] = "corrected"
    """How the loss is computed: as a bound in nats, or as the official code does (docs/ithp.md)."""
    head: Literal["b1", "residual"] = "b1"
    """The label from the last bottleneck alone, as the paper says, or from X0 shifted by it, as the official code."""
    information_weight: float | None = Field(0.05, ge=0)
    """Factor of the bottlenecks' loss; null: 2 / (beta + gamma) as in the paper."""
    task_weight: float = Field(10.0, gt=0)
    """Weight alpha of the label's loss. The loss sums nats over features, so 1 lets the detectors drown the label."""
    seeds: int = Field(5, ge=1)
    """Starts per fold."""
    epochs: int = Field(40, ge=1)
    """Passes over a training fold; a held-out row never chooses their number."""
    patience: int = Field(0, ge=0)
    """Stop so many epochs after the best on inner validation rows, and take the best; 0: all epochs, the last."""
    batch_size: int = Field(128, ge=1)
    """Rows per step."""
    learning_rate: float = Field(0.001, gt=0)
    """Of AdamW at the start; it falls linearly to zero."""
    weight_decay: float = Field(0.01, ge=0)
    """Of AdamW."""
    clip: float = Field(0.0, ge=0)
    """Largest norm of a replica's gradient; 0: any."""
    warmup: float = Field(0.0, ge=0, lt=1)
    """Share of the steps over which the learning rate rises linearly."""
    backbone_rate: float = Field(1e-5, gt=0)
    """Learning rate of a text encoder that is fine-tuned."""
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"
    """Lightning's precision."""


class Own(Section):
    format: Literal["neutral", "mag", "mmsa", "csd", "mustard"] = "neutral"
    """What the file or folder holds (docs/ithp.md)."""
    path: str
    """The file, or for csd and mustard the folder."""
    order: list[str] = Field(min_length=1)
    """Modalities to use, the prime one first."""
    missing: Literal["zero", "refuse"] = "zero"
    """Values that are not finite: replaced by 0 and counted in the card, or an error."""
    text_encoder: str | None = None
    """What turns words into vectors: a model of transformers, on the hub or in a folder, or a file of word vectors."""
    per_token: bool = False
    """Keep the tokens of sequences (mag, aligned mmsa, neutral with lengths), instead of their mean."""
    fine_tune: bool = False
    """Train the text encoder with the bottlenecks where the text is the prime modality; needs per_token."""
    training: Training | None = None
    """How its networks are trained; null: like `real`."""

    @model_validator(mode="after")
    def _fine_tuning_needs_tokens(self) -> Self:
        if self.fine_tune and not (self.per_token and self.text_encoder):
            raise ValueError("fine_tune needs per_token: true and a text_encoder")
        if self.fine_tune and Path(self.text_encoder).suffix in (".txt", ".p", ".pkl"):
            raise ValueError(f"fine_tune needs a model of transformers; {self.text_encoder} is a file of word vectors")
        return self


class Ithp(Section):
    device: Literal["cpu", "gpu", "auto"] = "cpu"
    """Lightning's accelerator for training."""
    gaussian: Gaussian = Gaussian()
    """Gaussian modalities whose mutual information is known exactly."""
    estimators: Estimators = Estimators()
    """The experiment `estimators`."""
    information: Information = Information()
    """Linear bottlenecks on Gaussian modalities, compared with the closed form."""
    gaussian_task: Training = Training(seeds=3, epochs=8, batch_size=500, learning_rate=0.005)
    """ITHP with a label on Gaussian modalities, in every order of them."""
    real: Training = Training()
    """ITHP and its controls on MUStARD and CMU-MOSI, where data.mirror or data.download gives them."""
    datasets: dict[str, Own] = {}
    """Data sets of your own by name, trained on like `real` and in the same tables."""
    resamples: int = Field(1000, ge=100)
    """Bootstrap resamples of the videos or speakers behind each interval."""
