import copy
import json
import sys

import jsonschema
import pytest

from mmzoo.evaluation import (
    EXPLAINED_METRICS,
    SENTIMENT_METRICS,
    Report,
    environment,
    report_schema,
    validate_report,
)
from tests.evaluation.rows import NUM_SAMPLES, make_explained, make_row


@pytest.fixture(scope="module")
def content():
    rows = [make_row(explained=make_explained()), make_row(control="majority")]
    report = Report(rows, {}, {}, environment(), (-3, 3), range(NUM_SAMPLES))
    return json.loads(json.dumps(report.to_dict()))


def schema():
    path = report_schema.__file__.removesuffix(".py") + ".json"
    with open(path) as file:
        return json.load(file)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["properties"]["schema"]["const"] == report_schema.SCHEMA


def test_the_schema_knows_every_metric():
    metrics = schema()["$defs"]["row"]["properties"]["metrics"]
    assert set(metrics["properties"]) == {*SENTIMENT_METRICS, *EXPLAINED_METRICS}
    assert set(metrics["required"]) == set(SENTIMENT_METRICS)


def test_a_report_is_valid(content):
    validate_report(content)


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
        (change(["data"], None), "'data' is a required"),
        (change(["rows", 0, "metrics", "mae", "mean"], float("nan")), "JSON compliant"),
    ],
)
def test_faults_are_named(content, edit, message):
    broken = copy.deepcopy(content)
    edit(broken)
    with pytest.raises(ValueError, match=message):
        validate_report(broken)


def test_says_what_to_install(content, monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    with pytest.raises(ImportError, match=r"mmzoo\[dev\]"):
        validate_report(content)
