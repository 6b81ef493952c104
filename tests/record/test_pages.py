from pathlib import Path

import pytest
from docutils.core import publish_parts

from threefold.record.pages import duration

CAPTIONS = Path(__file__).parents[2] / "workflow" / "captions"
CARD = "{{ files[0].job.rule.module_globals.card(snakemake.output[0]) }}\n"


@pytest.mark.parametrize(
    "caption", sorted(set(CAPTIONS.glob("*.rst")) - {CAPTIONS / "claims.rst", CAPTIONS / "workflow.rst"})
)
def test_the_caption_of_a_figure_is_well_formed_and_ends_with_its_card(caption):
    text = caption.read_text()
    assert text.endswith("\n\n" + CARD)
    assert publish_parts(text.removesuffix(CARD), settings_overrides={"halt_level": 2})["whole"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0.4 s"), (59, "59 s"), (130, "2.2 min"), (3000, "50 min"), (12_345, "3.4 h"), (1e6, "278 h")],
)
def test_durations_have_two_digits_or_so(seconds, text):
    assert duration(seconds) == text
