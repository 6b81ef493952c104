from pathlib import Path

import pandas as pd
import pytest
import yaml

from threefold.record.claims import (
    Claim,
    Expectation,
    changed_claims,
    check_claims,
    load_claims,
    lost_claims,
    measure,
    tally,
    verdict,
)
from threefold.record.errors import InputError
from threefold.record.files import digest
from threefold.record.pages import claims_badge, claims_page

ROOT = Path(__file__).parents[2]
CLAIM = {
    "id": "x.1",
    "where": "Table 1",
    "statement": "The mean is two.",
    "artifact": "tori/x/words.parquet",
    "measure": "SELECT avg(length) AS value, min(length) AS low, max(length) AS high FROM artifact",
    "expect": {"equal": 2, "within": 1, "because": "it is a test"},
}


@pytest.fixture
def lengths(tmp_path):
    pd.DataFrame({"length": [1.5, 2.5]}).to_parquet(tmp_path / "lengths.parquet")
    return tmp_path / "lengths.parquet"


def claims_file(folder, *claims) -> Path:
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump({"title": "A", "paper": "arXiv:0000.00000", "claims": list(claims)}))
    return path


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1.9, 2.1, "reproduced"),
        (1.0, 3.0, "reproduced"),
        (3.1, 4.0, "contradicted"),
        (-1.0, 0.9, "contradicted"),
        (2.5, 3.5, "inconclusive"),
        (0.0, 9.0, "inconclusive"),
        (float("nan"), float("nan"), "inconclusive"),
    ],
)
def test_the_verdict_follows_from_where_the_interval_lies(low, high, expected):
    assert verdict(Expectation(equal=2, within=1, because="test"), low, high) == expected


def test_one_sided_ranges():
    assert verdict(Expectation(at_least=0, because="test"), 0.0, 1e9) == "reproduced"
    assert verdict(Expectation(at_most=0, because="test"), 0.1, 0.2) == "contradicted"


def test_a_claim_is_measured_over_its_artifact(lengths):
    assert measure(Claim(**CLAIM), lengths) == (2.0, 1.5, 2.5)


def test_a_true_statement_measures_as_one(lengths):
    claim = Claim(**CLAIM | {"measure": "SELECT bool_and(length > 1) AS value FROM artifact"})
    assert measure(claim, lengths) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT avg(widht) AS value FROM artifact", "widht"),
        ("SELECT length AS value FROM artifact", "2 rows"),
        ("SELECT avg(length) AS mean FROM artifact", "one row with `value`"),
        ("SELECT count(*) AS value FROM read_csv('/etc/passwd')", "disabled"),
    ],
)
def test_a_measure_that_does_not_fit_is_an_error_that_names_the_claim(lengths, query, message):
    with pytest.raises(InputError, match=r"claim x\.1") as error:
        measure(Claim(**CLAIM | {"measure": query}), lengths)
    assert message in str(error.value)


def test_what_this_run_does_not_make_is_not_run_here(lengths, tmp_path):
    elsewhere = CLAIM | {"id": "x.2", "artifact": "tori/other/words.parquet", "needs": "another data set"}
    wanting = {"id": "x.3", "where": "Figure 1", "statement": "It grows.", "needs": "a GPU"}
    claims = load_claims([claims_file(tmp_path, CLAIM, elsewhere, wanting)])
    ledger = check_claims(claims, {"tori/x/words.parquet": lengths})
    assert list(ledger["verdict"]) == ["reproduced", "not run here", "not run here"]
    assert tally(ledger).sum(axis=1).tolist() == [3]


def test_an_edited_artifact_turns_a_claim(lengths, tmp_path):
    claims = load_claims([claims_file(tmp_path, CLAIM)])
    pd.DataFrame({"length": [7.0, 8.0]}).to_parquet(lengths)
    ledger = check_claims(claims, {"tori/x/words.parquet": lengths})
    assert ledger["verdict"].item() == "contradicted"
    assert ledger["sha256"].item() == digest(lengths)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"expect": None}, "go together"),
        ({"artifact": None, "measure": None, "expect": None}, "must say what it needs"),
        ({"expect": {"equal": 1, "because": "x"}}, "go together"),
        ({"expect": {"because": "x"}}, "state either"),
        ({"stetement": "x"}, "stetement"),
    ],
)
def test_a_malformed_claim_is_named(tmp_path, change, message):
    with pytest.raises(InputError, match=r"x\.1") as error:
        load_claims([claims_file(tmp_path, CLAIM | change)])
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"measure": "SELECT avg(lenght) AS value FROM artifact"}, "lenght"),
        ({"measure": "SELECT avg(length) AS mean FROM artifact"}, "no `value`"),
        ({"measure": "SELECT avg(length) AS value FROM artefact"}, "artefact"),
        ({"measure": "SELECT count(*) AS value FROM read_csv('/etc/passwd')"}, "disabled"),
        ({"artifact": "tori/x/wrods.parquet"}, "no configuration makes the artifact tori/x/wrods.parquet"),
        ({"artifact": "torii/x/words.parquet"}, "no configuration makes"),
        ({"artifact": "tori/x/words.csv"}, "no configuration makes"),
    ],
)
def test_what_no_table_answers_is_an_error_where_the_claims_are_loaded(tmp_path, change, message):
    with pytest.raises(InputError, match=r"claim x\.1") as error:
        load_claims([claims_file(tmp_path, CLAIM | change)])
    assert message in str(error.value)


def test_a_claim_listed_twice_is_an_error(tmp_path):
    with pytest.raises(InputError, match="listed twice"):
        load_claims([claims_file(tmp_path, CLAIM, CLAIM)])


def test_the_claims_that_ship_are_well_formed():
    claims = load_claims(sorted((ROOT / "config" / "claims").glob("*.yaml")))
    assert len(claims) >= 10
    assert all(claim.published for _, claim in claims if claim.artifact and not claim.ours)


def test_the_page_shows_each_claim_and_escapes_what_it_shows(lengths, tmp_path):
    claims = load_claims([claims_file(tmp_path, CLAIM | {"statement": "a < b & c"})])
    ledger = check_claims(claims, {"tori/x/words.parquet": lengths})
    page = claims_page(ledger, [])
    assert "a &lt; b &amp; c" in page
    assert 'class="verdict reproduced"' in page
    assert "<script" not in page and "http" not in page


def test_a_claim_is_lost_when_the_reference_holds_it_and_this_run_decides_otherwise():
    reference = pd.DataFrame({"id": ["a", "b", "c", "d"], "verdict": ["reproduced"] * 3 + ["contradicted"]})
    ledger = pd.DataFrame(
        {"id": list("abcd"), "verdict": ["reproduced", "inconclusive", "not run here", "contradicted"]}
    )
    assert lost_claims(ledger, reference) == ["b"]


def test_two_ledgers_differ_in_values_and_verdicts():
    a = pd.DataFrame(
        {"id": list("abc"), "value": [1.0, None, 2.0], "verdict": ["reproduced", "not run here", "reproduced"]}
    )
    b = a.assign(value=[1.0, None, 3.0])
    assert changed_claims(a, b).index.tolist() == ["c"]
    assert changed_claims(a, b.iloc[:2])["verdict_b"].to_dict() == {"c": "not listed"}
    assert changed_claims(a, a).empty


def test_the_badge_counts_what_was_decided(lengths, tmp_path):
    ledger = check_claims(load_claims([claims_file(tmp_path, CLAIM)]), {"tori/x/words.parquet": lengths})
    assert ">1 reproduced</text>" in claims_badge(ledger)
