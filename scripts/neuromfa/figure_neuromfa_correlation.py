"""Draw the published degree of emergence beside benchmark scores, and their correlations."""

from threefold.neuromfa.evaluations import read_scores
from threefold.neuromfa.figures import draw_correlation
from threefold.neuromfa.published import published_emergence
from threefold.record.job import job
from threefold.record.style import save_figure
from threefold.record.tables import read_table

with job(snakemake):
    correlation, scores = read_table(snakemake.input.correlation), read_scores(snakemake.input.scores)
    emergence = published_emergence("pythia-1.4b-deduped")
    save_figure(*draw_correlation(emergence, scores, correlation), snakemake.output[0])
