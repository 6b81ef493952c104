"""The report and the index page as a reader uses them, and what the ledger and the lock file say after an edit."""

import json
import re

import pandas as pd
import pytest

from tests.support.browser import chromium
from tests.support.project import SMALL
from threefold.record.claims import load_claims, load_figures
from threefold.record.tables import read_table

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def results(finished, tmp_path_factory):
    """The results of the finished run with its report."""
    project = finished.copy(tmp_path_factory.mktemp("reported") / "threefold")
    done = project.snakemake("--report", "results/report.html")
    assert done.returncode == 0, done.stderr
    return project.folder / "results"


@pytest.fixture
def page(tmp_path):
    """A tab of a browser; in the end it must have asked for nothing out of its file, and complained of nothing."""
    with chromium(tmp_path / "browser") as page:
        yield page
        assert {url.split(":")[0] for url in page.requests} <= {"file", "data"}
        assert page.complaints == []


@pytest.mark.chromium
def test_a_figure_of_the_report_is_found_and_shown_with_its_caption_and_card(page, results):
    page.open(results / "report.html")
    assert "Claims of the papers" in page.text()
    assert "What does not hold, and why" in page.text()

    page.click("#app input")
    page.type_line("tori_volume")
    page.click("tr a[iconname=information-circle]")
    page.wait("document.body.innerText.includes('make it again')")
    text = page.text()
    assert "Volume along the diagonal sequence" in text
    assert re.search(r"snakemake --force results/figures/tori_volume\.png", text)
    assert "scripts/tori/figure_tori_volume.py" in text
    assert "results/tori/families/diagonal.parquet" in text
    assert re.search(r"\d+ jobs, [\d.]+ (s|min), at most \d+ MB", text)

    page.click("a[iconname=eye]")
    page.wait("[...document.images].some(x => x.naturalWidth > 1000)")


@pytest.mark.chromium
def test_every_figure_of_the_report_has_a_card_and_every_claim_a_row(page, results):
    page.open(results / "report.html")
    figures = sorted(str(path.relative_to(results.parent)) for path in results.rglob("*.png"))
    captions = page.run("Object.fromEntries(Object.entries(results).map(([path, x]) => [path, x.caption]))")
    captions = {path: caption for path, caption in captions.items() if path.endswith(".png")}
    assert sorted(captions) == figures
    assert [name for name, caption in captions.items() if "make it again" not in caption] == []

    page.click("#app a", "Claims")
    page.click("tr a[iconname=eye]")
    page.wait("!!document.querySelector('iframe')")
    ledger = read_table(results / "claims.parquet")
    page.open(results / "claims.html")
    assert page.run("[...document.querySelectorAll('tr[id]')].map(x => x.id).sort()") == sorted(ledger["id"])


@pytest.mark.chromium
@pytest.mark.parametrize("width", [1300, 420])
def test_the_index_page_reads_on_a_screen_and_on_a_phone(page, results, width):
    page.open(results / "index.html", width=width)
    assert page.run("document.scripts.length") == 0
    assert page.run("document.documentElement.scrollWidth") <= width
    first_screen = page.run("document.querySelector('.fails li').getBoundingClientRect().bottom + scrollY")
    assert first_screen < 1000, "what does not hold is not on the first screen"

    page.click("nav a", "cost")
    page.wait("location.hash == '#cost' && scrollY > 0")
    assert not page.run("document.querySelector('#tori_volume .card').checkVisibility()")
    page.click("#tori_volume details > summary")
    page.wait("document.querySelector('#tori_volume .card').checkVisibility()")
    assert "snakemake --force results/figures/tori_volume.png" in page.text()


def test_every_decided_claim_is_traced_to_an_artifact_with_a_digest(results):
    artifacts = json.loads((results / "threefold.lock.json").read_text())["artifacts"]
    ledger = read_table(results / "claims.parquet")
    decided = ledger[ledger["verdict"] != "not run here"]
    assert len(decided) and all(
        artifacts[f"results/{claim.artifact}"]["sha256"] == claim.sha256 for claim in decided.itertuples()
    )
    index = (results / "index.html").read_text()
    assert all(claim.sha256[:12] in index for claim in decided.itertuples())


def test_the_index_page_is_rendered_to_the_same_bytes(rerun, finished):
    (rerun.folder / "results/index.html").unlink()
    assert rerun.snakemake("results/index.html").returncode == 0
    assert (rerun.folder / "results/index.html").read_bytes() == (finished.folder / "results/index.html").read_bytes()


def test_a_card_of_a_figure_alone_is_made_without_the_rest(rerun):
    (rerun.folder / "results/threefold.lock.json").unlink()
    done = rerun.snakemake("results/figures/tori_volume.png", "--report", "one.html")
    assert done.returncode == 0, done.stderr
    assert "make it again" in (rerun.folder / "one.html").read_text()


def test_an_edited_artifact_is_named_and_turns_its_claim(rerun):
    reference = rerun.folder / "config/claims/reference.csv"
    assert rerun.command("threefold", "claims", "--accept").returncode == 0
    assert rerun.command("threefold", "claims").returncode == 0
    assert rerun.command("threefold", "verify").returncode == 0

    path = rerun.folder / "results/tori/families/magic.parquet"
    pd.read_parquet(path).assign(volume=1.0).to_parquet(path)
    refused = rerun.command("threefold", "verify")
    assert refused.returncode == 1
    assert "results/tori/families/magic.parquet: edited: not what the rule build_families wrote" in refused.stdout
    assert "results/claims.parquet: stale: its input results/tori/families/magic.parquet" in refused.stdout

    assert rerun.snakemake("claims").returncode == 0
    lost = rerun.command("threefold", "claims")
    assert lost.returncode == 1
    assert "no longer reproduced: tori.C11.volume" in lost.stderr
    held = pd.read_csv(reference).set_index("id")["verdict"]
    assert held["tori.C11.volume"] == "reproduced"


def test_two_runs_differ_in_what_a_parameter_explains(rerun, finished):
    (rerun.folder / "changed.yaml").write_text("ithp: {resamples: 200}")
    scores = ["results/ithp/gaussian/scores.parquet", "claims", "lock", "--configfile"]
    assert rerun.command("snakemake", "--cores", "2", *scores, SMALL, "changed.yaml").returncode == 0
    same = finished.command("threefold", "diff", "results", "results")
    assert same.returncode == 0 and same.stdout == "0 artifacts differ\n"
    shown = finished.command("threefold", "diff", "results", str(rerun.folder / "results"))
    assert shown.returncode == 1
    lines = shown.stdout.splitlines()
    assert "results/ithp/gaussian/scores.parquet: resamples: 100 -> 200" in lines
    assert "results/claims.parquet: input results/ithp/gaussian/scores.parquet" in lines


def test_one_flipped_byte_is_caught(rerun):
    path = rerun.folder / "results/figures/tori_volume.png"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    refused = rerun.command("threefold", "verify")
    assert refused.returncode == 1
    assert [line for line in refused.stdout.splitlines() if "edited" in line] == [
        "results/figures/tori_volume.png: edited: not what the rule figure_tori_volume wrote"
    ]


def test_costs_are_shown_and_scaled(finished):
    shown = finished.command("threefold", "cost", "--scale", "config/paper.yaml")
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"neuromfa/pretrain +2 +[\d.]+ (s|min) ", shown.stdout)
    assert re.search(r"tori_volume +\d+ +[\d.]+ (s|min) +\d+ MB", shown.stdout)
    assert re.search(r"config/paper.yaml: [\d.]+ h of one core here", shown.stdout)
    assert re.search(r"tori/classify +8( +[\d.]+ \w+){2} +\d+ MB +\d+% +3 ", shown.stdout)
    assert re.search(r"In proportion to the largest measured jobs, .*: [\d.]+ h", shown.stdout)
    assert re.search(r"Not measured here, and not in the sum: .*neuromfa/fetch_checkpoint", shown.stdout)


def test_every_slot_of_the_run_is_accounted_for(finished):
    shown = finished.command("threefold", "cost", "--where", "--json")
    assert shown.returncode == 0, shown.stderr
    found = json.loads(shown.stdout)
    slots = {row["kind"]: row["seconds"] for row in found["kinds"]}
    assert min(slots.values()) > 0 and found["cores"] == 2 and found["lost_attempts"] == 0
    assert sum(slots.values()) == pytest.approx(2 * found["seconds"], abs=0.01)
    assert sum(row["together"] for row in found["stages"]) < 2 * found["seconds"]
    assert all((finished.folder / f"scripts/{row['stage']}.py").exists() for row in found["stages"])
    table = finished.command("threefold", "cost", "--where").stdout
    assert re.search(r"start and imports +[\d.]+ (s|min) +\d+%", table)
    assert re.search(r"neuromfa/pretrain +science +2( +[\d.]+ (s|min)){3}", table)
    alone = finished.command("threefold", "cost", "--json")
    assert alone.returncode == 1 and alone.stderr.startswith("threefold: --json goes with --where")


def test_what_the_claims_name_is_made_by_the_default_run_or_at_the_scale_of_the_papers(new_project):
    project = new_project()
    by_default, at_scale = (
        {path for job in project.planned(*files) for path in job["outputs"]} for files in ([], ["config/paper.yaml"])
    )
    made = by_default | at_scale
    paths = sorted((project.folder / "config/claims").glob("*.yaml"))
    claims = [claim for _, claim in load_claims(paths) if claim.artifact]
    assert [claim.id for claim in claims if f"results/{claim.artifact}" not in made] == []
    assert [c.id for c in claims if f"results/{c.artifact}" not in by_default and not c.needs] == []
    pictures = {path.rpartition("/")[2].removesuffix(".png") for path in made if path.endswith(".png")}
    assert {name for _, figure in load_figures(paths) for name in figure.here} <= pictures


def test_a_misspelt_claim_ends_a_run_before_it_begins(new_project):
    project = new_project()
    path = project.folder / "config/claims/tori.yaml"
    path.write_text(path.read_text().replace("max(km_ratio)", "max(km_ration)", 1))
    refused = project.snakemake("-n")
    assert refused.returncode == 1
    (line,) = [line for line in refused.stderr.splitlines() if "claim " in line]
    assert "tori.C10" in line and "km_ration" in line
    assert "Traceback" not in refused.stderr
