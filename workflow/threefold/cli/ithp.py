"""Trained bottlenecks: what they say of rows of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(help="A model.safetensors that a run of ITHP has left.")],
    features: Annotated[Path, typer.Argument(help="An .npz with the prime modality X_<name>, see docs/ithp.md.")],
    out: Annotated[Path, typer.Option(help="Where the table goes, .parquet or .csv.")] = Path("predictions.parquet"),
) -> None:
    """Predict the label of each row from the prime modality alone, by a trained network."""
    from threefold.ithp.inference import predict_rows
    from threefold.record.errors import InputError
    from threefold.record.files import atomic
    from threefold.record.tables import write_table

    if out.suffix not in (".parquet", ".csv"):
        raise InputError(f"{out}: a table is written as .parquet or .csv")
    table = predict_rows(model, features)
    if out.suffix == ".csv":
        with atomic(out) as part:
            table.to_csv(part, index=False)
    else:
        write_table(out, table, "ithp/inference")
    print(f"{out}: {len(table)} rows, each the mean over {table['replicas'].iloc[0]} trained replicas")
