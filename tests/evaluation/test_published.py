"""A paper's figures are read, and faults of their table are named."""

import pytest

from mmzoo.evaluation import Published, read_published, read_published_models
from mmzoo.models import list_models
from mmzoo.reading import DataError
from tests.consistency.tree import ROOT

RESULTS = ROOT / "recipes" / "results"
HEAD = "source,data,training,table,variant,printed,mae,f1_binary\n"


def read(tmp_path, text):
    (tmp_path / "paper.csv").write_text(text)
    return read_published(tmp_path / "paper.csv")


def test_the_papers_tables_are_read():
    published = read_published(RESULTS / "paper.csv")
    assert (published.source, published.data) == ("Pham et al., 2018", "CMU-MOSI")
    assert [line["table"] for line in published.lines] == ["1"] * 3 + ["2"] * 9 + [
        "3"
    ] * 14
    assert published.metric == "f1_binary" and len(published.metrics) == 6
    (line,) = [x for x in published.lines if x["variant"] == "text->audio"]
    assert line["printed"] == "T → A" and line["figures"]["f1_binary"] == ".65"


def test_any_table_is_read(tmp_path):
    published = read(tmp_path, "variant,mae,uar\ntext,.97,\naudio,1.4,.5\n")
    assert [x["figures"] for x in published.lines] == [
        {"mae": ".97"},
        {"mae": "1.4", "uar": ".5"},
    ]
    assert (published.source, published.data) == ("the paper", "")
    assert published.metric == "mae" and published.metrics == ["mae", "uar"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lacks the column 'variant'"),
        ("variant,table\ntext,1\n", "or a column named after a metric"),
        ("variant,f1_binry\ntext,.5\n", "'f1_binry' is no metric.*mean 'f1_binary'"),
        ("variant,mae,mae\ntext,1,1\n", "the column 'mae' twice"),
        ("variant,mae\ntext\n", "line 2 has more or fewer cells"),
        ("variant,mae\ntext,1,2\n", "line 2 has more or fewer cells"),
        ("variant,mae\n,1\n", "line 2 names no variant"),
        ("variant,mae\ntext,nan\n", "line 2 says mae is 'nan', which is no number"),
        ("variant,mae\ntext,low\n", "line 2 says mae is 'low', which is no number"),
        ("variant,f1_binary\ntext,77\n", "is '77', which is above 1. Write shares"),
        ("variant,mae\ntext,\n", "it has no figures"),
        ("variant,mae\nb+a,1\na+b,1\n", "the variant 'a\\+b' twice"),
        (f"{HEAD},,,1,a,A,1,1\n,,phases,1,a,A,1,1\n", "the variant 'a' twice"),
        ("variant,control,mae\na,b,1\na,b,1\n", "the variant 'a' twice"),
        ('variant,mae\n"text,1\n', "it is no proper csv"),
    ],
)
def test_faults_are_named(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, text)


def test_trainings_tell_lines_apart(tmp_path):
    lines = ",,phases,1,a->b,A,1,.1\n,,end-to-end,1,a->b,A,1,.2\n"
    published = read(tmp_path, HEAD + lines)
    row = {"name": "a->b [run]", "training": "end-to-end"}
    assert [published.matches(x, row) for x in published.lines] == [False, True]
    assert not published.matches(published.lines[1], row | {"control": "majority"})
    classifier = row | {"training": "end-to-end, 7 classes"}
    assert published.matches(published.lines[1], classifier)


def test_a_control_has_a_line_where_it_is_named(tmp_path):
    published = read(tmp_path, "variant,control,mae\na,,1\na,early,2\n")
    row = {"name": "a", "training": "supervised"}
    early = row | {"control": "early"}
    found = [[published.matches(x, y) for x in published.lines] for y in (row, early)]
    assert found == [[True, False], [False, True]]
    late = row | {"control": "late"}
    assert not any(published.matches(x, late) for x in published.lines)


def test_metrics_that_rows_lack_are_named(tmp_path):
    published = read(tmp_path, "variant,mae,uar\ntext,.97,\naudio,1.4,.5\n")
    published.check(["uar", "mae", "acc2"])
    with pytest.raises(ValueError, match=r"figures of \['uar'\], .* \['acc2', 'mae'\]"):
        published.check(["mae", "acc2"])


@pytest.mark.parametrize(
    ("data", "same"),
    [("CMU-MOSI", True), ("mosi", True), ("sample", False), ("CMU-MOSEI", False)],
)
def test_data_are_known_by_their_name(data, same):
    assert Published([], "a paper", "CMU-MOSI").is_for(data) is same


def test_figures_of_other_data_are_told_in_a_sentence():
    told = read_published(RESULTS / "table2.csv").told_elsewhere("RAVDESS")
    assert told == (
        "Table 2 of Prado Fernández-Vega et al., from Zadeh et al., 2017, has HL-RNN "
        ".259 acc5; Adieu-Net .251 acc5; SER-LSTM .241 acc5. These are figures of "
        "CMU-MOSI: they and the rows here, of RAVDESS, say nothing of each other."
    )
    assert "3D-CNN .561 acc2_has0, .249 acc5;" in (
        read_published(RESULTS / "table1.csv").told_elsewhere("SentiCap")
    )


def test_what_is_printed_of_models_names_model_and_source():
    lines = read_published_models(ROOT / "recipes/results/published_models.csv")
    assert {line["model"] for line in lines} <= set(list_models())
    assert all(line["figures"] and line["setting"] for line in lines)
    found = [x for x in lines if x["model"] == "tensor_fusion_network"]
    assert len(found) == 3, "one model may stand in several tables"
    assert found[0]["figures"]["mae"] == ".970"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("variant,mae\ntext,.9\n", "the column 'variant' is no metric"),
        ("model,source\na,b\n", "lacks the column 'model', or a column named after"),
        ("model,mae\na,.9\n", "a line of 'a' has no source"),
        ("model,source,mae\n,b,.9\n", "line 2 names no model"),
        ("model,source,acc2_has0\na,b,77\n", "which is above 1"),
    ],
)
def test_a_table_of_models_that_is_wrong_is_refused(tmp_path, text, fault):
    path = tmp_path / "models.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=fault):
        read_published_models(path)
