"""What a training leaves in its folder."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from safetensors.torch import save_file

from threefold.ithp.network import Bottlenecks
from threefold.record.files import atomic, write_text
from threefold.record.tables import write_table


def save_training(folder: Path, network: Bottlenecks, history: pd.DataFrame, metrics: dict | list) -> None:
    """Write the weights, the history (ithp/history) and the metrics of one training, the last ones last."""
    with atomic(folder / "model.safetensors") as part:
        save_file({key: value.contiguous() for key, value in network.state_dict().items()}, part)
    write_table(folder / "history.parquet", history, "ithp/history")
    write_text(folder / "metrics.json", json.dumps(metrics, indent=1))
