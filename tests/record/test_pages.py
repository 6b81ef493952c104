from pathlib import Path

import pytest

from threefold.record.pages import duration

CAPTIONS = Path(__file__).parents[2] / "workflow" / "captions"
CARD = "{{ files[0].job.rule.module_globals.card(snakemake.output[0]) }}\n"


@pytest.mark.parametrize(
    "caption", sorted(set(CAPTIONS.glob("*.rst")) - {CAPTIONS / "claims.rst", CAPTIONS / "workflow.rst"})
)
def test_the_caption_of_a_figure_ends_with_its_card(caption):
    assert caption.read_text().endswith("\n\n" + CARD)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0.4 s"), (59, "59 s"), (130, "2.2 min"), (3000, "50 min"), (12_345, "3.4 h"), (1e6, "278 h")],
)
def test_durations_have_two_digits_or_so(seconds, text):
    assert duration(seconds) == text
