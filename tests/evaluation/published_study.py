"""A study with a paper's figures to test with."""

from mmzoo.evaluation import Published, Report, environment
from tests.evaluation.rows import NUM_SAMPLES, make_row


def line(variant, printed, table="1", training="", **figures):
    about = {"variant": variant, "table": table, "printed": printed}
    return {**about, "training": training, "figures": figures}


PUBLISHED = Published(
    [
        line("text", "Text", f1_binary=".10", mae="9.0"),
        line("audio+text", "concat(A, T)", "2", f1_binary=".99", mae=".01"),
        line("text->audio", "T → A_1 & co", "2", "phases", f1_binary=".999"),
        line("video->text", "V → T", "2", f1_binary=".50"),
    ],
    "Doe & Roe, 2018",
    "CMU-MOSI",
)


def make_study(published=PUBLISHED, name="mosi", **kwargs):
    rows = [
        make_row("text", "supervised", seconds=30.0, epochs=6, parameters=1200),
        make_row("text+audio", "supervised"),
        make_row("text->audio", noise=0.8),
        make_row("text->audio", noise=1.0, control="untrained encoder"),
        make_row("text->audio", "end-to-end", noise=0.7),
    ]
    facts = {"name": name}, {}, environment(), (-3, 3), range(NUM_SAMPLES)
    return Report(rows, *facts, published=published, **kwargs)
