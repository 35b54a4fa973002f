import copy
import json
import sys

import jsonschema
import pytest

from mmzoo.evaluation import (
    CLASSIFICATION_METRICS,
    RATING_METRICS,
    SENTIMENT_METRICS,
    TRANSLATION_METRICS,
    Report,
    environment,
    validate_report,
)
from mmzoo.evaluation.report import schema as schema_module
from mmzoo.evaluation.row import GROUP_KINDS
from tests.evaluation.rows import (
    EMOTIONS,
    LATENT,
    NUM_SAMPLES,
    make_class_row,
    make_explained,
    make_row,
    make_tokens,
)


def make_content(make):
    rows = [
        make(explained={**make_explained(), **make_tokens()}, latent=LATENT),
        make(control="majority"),
    ]
    report = Report(rows, {}, {}, environment(), (-3, 3), range(NUM_SAMPLES))
    return json.loads(json.dumps(report.to_dict()))


@pytest.fixture(scope="module")
def content():
    return make_content(make_row)


@pytest.fixture(scope="module")
def class_content():
    return make_content(make_class_row)


def schema():
    path = schema_module.__file__.removesuffix(".py") + ".json"
    with open(path) as file:
        return json.load(file)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["properties"]["schema"]["const"] == schema_module.SCHEMA


def test_the_schema_knows_every_metric():
    row = schema()["$defs"]["row"]["properties"]
    assert set(row["metrics"]["properties"]) == set(TRANSLATION_METRICS)
    for kind, metrics in (
        ("sentiment_metrics", SENTIMENT_METRICS),
        ("classification_metrics", CLASSIFICATION_METRICS),
        ("rating_metrics", RATING_METRICS),
    ):
        found = schema()["$defs"][kind]
        assert set(found["properties"]) == set(found["required"]) == set(metrics)
    assert set(row["resampled"]["enum"]) == {"sample", *GROUP_KINDS}


def test_a_report_is_valid(content, class_content):
    validate_report(content)
    validate_report(class_content)
    assert "classes" not in content
    assert class_content["classes"] == [*EMOTIONS]
    assert class_content["label_range"] == [0, 3]


@pytest.mark.parametrize("target", ["sentiment", "valence"])
def test_a_correlation_may_be_undefined_and_nothing_else(target):
    row = make_row(target=target)
    row.predictions[:] = 0.5
    report = Report([row], {}, {}, environment(), (-3, 3), range(NUM_SAMPLES))
    held = report.to_dict()
    assert held["rows"][0]["metrics"]["pearson"]["mean"] is None
    validate_report(held)
    held["rows"][0]["metrics"]["mae"]["mean"] = None
    with pytest.raises(ValueError, match="None is not of type 'number'"):
        validate_report(held)


def change(path, value):
    def apply(content):
        *way, last = path
        for key in way:
            content = content[key]
        if value is None:
            del content[last]
        else:
            content[last] = value

    return apply


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (change(["schema"], "mmzoo.report/9"), r"\$.schema"),
        (change(["rows"], []), r"\$.rows"),
        (change(["rows", 0, "name"], None), r"\$.rows\[0\]: 'name' is a required"),
        (change(["rows", 0, "metrics", "mae"], None), "'mae' is a required"),
        (change(["rows", 1, "metrics", "bleu"], {}), "'bleu' was unexpected"),
        (change(["rows", 0, "metrics", "mae", "std"], -1), "minimum of 0"),
        (change(["rows", 0, "metrics", "acc7", "mean"], 47.3), "maximum"),
        (change(["rows", 0, "metrics", "mae", "ci95"], [1]), "too short"),
        (change(["rows", 0, "metrics", "mae", "values"], []), "values"),
        (change(["environment", "config_sha256"], "x"), "does not match"),
        (change(["environment", "cores_in_use"], 0), "minimum of 1"),
        (change(["environment", "threads"], {"torch": "2"}), "not of type"),
        (change(["rows", 0, "parameters"], 1.5), r"\$.rows\[0\].parameters"),
        (change(["data"], None), "'data' is a required"),
        (change(["rows", 0, "metrics", "mae", "mean"], float("nan")), "JSON compliant"),
    ],
)
def test_faults_are_named(content, edit, message):
    broken = copy.deepcopy(content)
    edit(broken)
    with pytest.raises(ValueError, match=message):
        validate_report(broken)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (change(["rows", 0, "metrics", "uar"], None), "'uar' is a required"),
        (change(["rows", 0, "metrics", "mae"], {}), "'mae' was unexpected"),
        (change(["rows", 1, "metrics", "uar", "mean"], 62.5), "maximum"),
        (change(["rows", 1, "resampled"], "actor"), r"\$.rows\[1\].resampled"),
        (change(["classes"], ["sad"]), r"\$.classes"),
    ],
)
def test_faults_of_classes_are_named(class_content, edit, message):
    test_faults_are_named(class_content, edit, message)


def test_says_what_to_install(content, monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    with pytest.raises(ImportError, match=r"mmzoo\[dev\]"):
        validate_report(content)
