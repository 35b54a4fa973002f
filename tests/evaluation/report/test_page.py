import pytest

from mmzoo.evaluation import Report, environment, metric_definitions
from mmzoo.evaluation.report.page import report_text
from tests.evaluation.rows import (
    LATENT,
    NUM_SAMPLES,
    make_class_row,
    make_explained,
    make_row,
    make_tokens,
)

COUNTS = {"nan": 3, "inf": 0, "clipped": 0, "dropped": 1, "not_observed": 12}


def make_text(rows=None, files=(), **kwargs):
    settings = {
        "data": {},
        "config": {"seeds": 3},
        "environment": environment(),
        "label_range": (-3, 3),
        "ids": range(NUM_SAMPLES),
        **kwargs,
    }
    report = Report(rows or [make_row()], **settings)
    return report_text(report.to_dict(dict.fromkeys(files, "")), metric_definitions())


def test_every_metric_is_defined():
    text = make_text()
    for name in metric_definitions():
        assert f"- `{name}`: " in text


def test_tables_show_rows_and_controls():
    control = make_row(control="untrained <encoder>")
    text = make_text([make_row(explained=make_explained()), control])
    mae = control.metrics["mae"]
    (line,) = [
        line
        for line in text.splitlines()
        if line.startswith("| &nbsp;&nbsp;*untrained &lt;encoder>*")
        and "0." in line
        and f"{mae['mean']:.3f} ±{mae['std']:.3f}" in line
    ]
    assert "| `text->audio` | phases | 0.4" in text
    assert "What the translations explain" in text
    assert "What the translations explain" not in make_text()


def test_tokens_are_shown_and_judged():
    text = make_text([make_row(explained=make_tokens())])
    assert "### How well tokens are decoded" in text
    assert "| `text->audio` | phases | 66.9 ±0.0 |" in text
    assert "saying the most frequent token" in text
    assert "How well tokens are decoded" not in make_text()


def test_a_latent_vector_is_shown_and_judged():
    text = make_text([make_row(latent=LATENT)])
    assert "| `text->audio` | phases | 3.0 ±2.6 | 8 ±0 | 1.50 ±1.00 |" in text
    assert "the latent is not used in 1 of 3 trainings" in text
    assert "- `active_units`: Units of the latent vector" in text
    assert "What the latent vectors hold" not in make_text()


def test_time_and_size_of_what_was_trained():
    sizes = {"parameters": 1234567, "trainable_parameters": 0}
    trained = make_row(seconds=90.4, epochs=30, **sizes)
    control = make_row(control="untrained encoder", seconds=10.0, epochs=3)
    given = make_row("audio", "given", parameters=7)
    floor = make_row("majority", control="majority")
    text = make_text([trained, control, given, floor])
    time = text.partition("## Time and size\n")[2].partition("##")[0]
    assert "| `text->audio` | phases | 30 | 90 | 3.0 | 30.1 | 1,234,567 | 0 |" in time
    assert (
        "| &nbsp;&nbsp;*untrained encoder* | phases | 3 | 10 | 3.3 | 3.3 |  |  |"
        in time
    )
    assert "| `audio` | given |  |  |  |  | 7 |  |" in time
    assert "majority" not in time
    assert "## Time" not in make_text()


@pytest.mark.parametrize(
    ("chosen_on", "words"),
    [("valid", "chosen on the split `valid`"), (None, "No split chose an epoch")],
)
def test_protocol(chosen_on, words):
    text = make_text(chosen_on=chosen_on, remarks=["Folds are <made> by order."])
    assert words in text
    assert "the test split was read once" in text.lower()
    folds = make_text(chosen_on=chosen_on, config={"folds": 3}).lower()
    assert "the fold that is tested was read once" in folds
    assert "test split was read" not in folds
    assert "- Folds are &lt;made> by order." in text
    assert "draws of test videos" in text


def test_data_and_cleaning_counts():
    data = {
        "format": "mosi",
        "files": [{"name": "a|b<i>.npz", "sha256": "ab"}],
        "cleaned": {"train": {"audio": COUNTS}, "test": {"text": {"nan": 7}}},
        "warnings": ["video [x](http://y) is in two splits"],
    }
    text = make_text(data=data)
    assert "| `files.0.name` | a\\|b&lt;i>.npz |" in text
    header = "| split | modality | nan | inf | clipped | dropped | not\\_observed |"
    assert header in text
    assert "| train | audio | 3 | 0 | 0 | 1 | 12 |" in text
    assert "| test | text | 7 | 0 | 0 | 0 | 0 |" in text
    assert r"- **Warning:** video \[x\]\(http" in text


def test_cleaning_counts_of_another_shape():
    text = make_text(data={"cleaned": {"train": 3}, "warnings": "one"})
    assert "| `cleaned.train` | 3 |" in text
    assert "- **Warning:** one" in text


def test_labels_by_step_are_steps():
    assert f"{NUM_SAMPLES} test samples" in make_text()
    assert f"{NUM_SAMPLES} test steps" in make_text(data={"labels_per": "step"})


def test_classes_are_named():
    row = make_class_row(classes=("<b>", "calm", "happy", "sad"), groups=None)
    text = make_text([row])
    assert "test samples with labels of 4 classes (&lt;b>, calm, happy, sad);" in text
    assert "| row | training | acc % | UAR % | F1 macro | F1 weighted |" in text
    assert "of their UAR leaves out 0" in text
    for word in ("MAE", "MMSA", "in the paper's tables", "translation"):
        assert word not in text.partition("## Metrics")[0]


def test_pictures_are_embedded():
    files = ["comparison.png", "confusion_7class.png", "attention_map_2.png", "a.csv"]
    files[:0] = ["confusion.png", "attention_over_spectrogram_12.png"]
    text = make_text(files=files)
    for name in files[:-1]:
        assert text.count(f"]({name})") == 1
    assert "a.csv" not in text


def test_names_cannot_break_out():
    row = make_row("`<img src=x>`|x", control="**bold** [a](b)")
    text = make_text([row], title="# <b>", config={"<script>": "<script>"})
    for raw in ("<img src=x>`", "**bold** ", "[a](b)", "<b>", "| <script>"):
        assert raw not in text


def test_what_is_undefined_is_no_number():
    row = make_row("majority", "median", control="majority")
    row.predictions[:] = 0.5
    text = make_text([make_row(), row])
    (line,) = [
        x for x in text.splitlines() if x.startswith("| *majority* | median | ")
    ][:1]
    assert line.count("undefined") == 1 and "nan" not in line
