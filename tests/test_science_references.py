"""The science is in docs/science: every reference to it, and to the glossary, opens."""

import json
import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
SCIENCE = ["docs/science/neuromfa.md", "docs/science/ithp.md", "docs/science/tori.md"]
PAGES = [*SCIENCE, "docs/glossary.md"]
TEXTS = {".py", ".yaml", ".rst", ".md", ".j2", ".smk", ".csv", ".json", ".toml"}
NAMED = re.compile(r"docs/(?:science/\w+|glossary)\.md(?:#([\w-]+))?")  # in any text, as seen from the root
LINKED = re.compile(r"\]\(([^()\s#]*)(?:#([\w-]+))?\)")  # in Markdown, as seen from its file
STATISTICS = re.compile(r"_(sd|low|high|mean|median|min|max)$")  # ends of columns that the glossary explains at its top


@cache
def texts() -> dict[str, str]:
    """Every tracked text file of the project by its path."""
    listed = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
    named = [path for path in listed if Path(path).suffix in TEXTS or Path(path).name in ("Snakefile", "Makefile")]
    return {path: (ROOT / path).read_text() for path in named if (ROOT / path).is_file()}


@cache
def anchors(page: str) -> list[str]:
    return re.findall(r'<a id="([^"]+)"></a>', texts().get(page, ""))


def references(path: str, text: str) -> list[tuple[str, str]]:
    """(page, anchor) of every reference of a text to docs/science and to the glossary; "" for a page as a whole."""
    found = [(match[0].partition("#")[0], match[1] or "") for match in NAMED.finditer(text)]
    if path.endswith(".md"):
        for target, anchor in LINKED.findall(text):
            page = (ROOT / path).parent / target if target else ROOT / path
            found.append((page.resolve().relative_to(ROOT).as_posix(), anchor) if ":" not in target else ("", ""))
    return [(page, anchor) for page, anchor in found if page.startswith("docs/science/") or page == "docs/glossary.md"]


def broken(path: str, text: str) -> list[str]:
    """What does not open, each with the file that refers to it."""
    return [
        f"{path}: {page}#{anchor}" if anchor else f"{path}: {page}"
        for page, anchor in references(path, text)
        if page not in PAGES or (anchor and anchor not in anchors(page))
    ]


def test_every_reference_to_the_science_and_to_the_glossary_opens():
    assert not [reference for path, text in texts().items() for reference in broken(path, text)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "see docs/science/tori.md" + "#sinh-lore."),
        ("docs/a.md", "[the law](science/tori.md" + "#sinh-lore)"),
        ("docs/science/tori.md", "[above](" + "#sinh-lore)"),
        ("a.rst", "`terms <../docs/glossary.md" + "#sinh-lore>`__"),
        ("a.yaml", "where: docs/science/" + "toro.md"),
    ],
)
def test_a_reference_that_does_not_open_is_named_with_its_file(path, text):
    (reference,) = broken(path, text)
    assert reference.startswith(f"{path}: docs/") and reference.endswith(("#sinh-lore", "toro.md"))


@pytest.mark.parametrize("page", PAGES)
def test_no_anchor_stands_twice(page):
    assert anchors(page)
    assert not [anchor for anchor, times in Counter(anchors(page)).items() if times > 1]


def test_nothing_refers_to_a_specification_outside_of_the_project():
    pattern = re.compile(r"\bspec(/\w+\.md)? " + "§", re.IGNORECASE)
    assert not [f"{path}: {match[0]}" for path, text in texts().items() for match in pattern.finditer(text)]


def test_every_claim_that_has_a_code_is_explained():
    """Claims are named <chain>.<code>, e.g. tori.C7; docs/science gives each code an anchor and shows it in bold."""
    missing = []
    for path, text in texts().items():
        if path.startswith("config/claims/") and path.endswith(".yaml"):
            for chain, code in re.findall(r"^ *- id: (neuromfa|ithp|tori)\.([A-Z]\d+)\b", text, re.MULTILINE):
                if not re.search(rf'<a id="[\w-]+"></a>\*\*{code}\*\*', texts()[f"docs/science/{chain}.md"]):
                    missing.append(f"{path}: {chain}.{code}")
    assert not missing


def option_names(schema) -> set[str]:
    """Keys of a JSON schema's objects, at any depth."""
    if isinstance(schema, list):
        return set().union(*map(option_names, schema))
    if not isinstance(schema, dict):
        return set()
    return set(schema.get("properties", {})) | option_names(list(schema.values()))


def column_names() -> set[str]:
    tables = [yaml.safe_load(text) for path, text in texts().items() if path.startswith("workflow/schemas/tables/")]
    return {column for file in tables for table in file.values() for column in table["columns"]}


def test_every_column_and_every_option_is_in_the_glossary():
    explained = set(re.findall(r"`(\w+)`", texts()["docs/glossary.md"]))
    names = column_names() | option_names(json.loads(texts()["workflow/schemas/config.schema.json"]))
    assert len(names) > 300
    assert not sorted(name for name in names if not {name, STATISTICS.sub("", name)} & explained)
