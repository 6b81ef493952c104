"""`python -m threefold.config`: write config/config.yaml and its JSON schema anew from the model."""

from pathlib import Path

from threefold.config import default_yaml, json_schema

ROOT = Path(__file__).parents[3]
GENERATED = {
    ROOT / "config" / "config.yaml": default_yaml,
    ROOT / "workflow" / "schemas" / "config.schema.json": json_schema,
}

if __name__ == "__main__":
    for path, text in GENERATED.items():
        path.write_text(text())
        print(f"wrote {path.relative_to(ROOT)}")
