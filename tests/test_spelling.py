import pytest

from mmzoo.spelling import did_you_mean, path_that_was_meant


def test_the_nearest_name():
    assert did_you_mean("txt", ["text", "audio"]) == " Did you mean 'text'?"
    assert did_you_mean("smell", ["text", "audio"]) == ""


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("sampel", "sample"),
        ("runs/sampl/model.keras", "runs/sample/model.keras"),
        ("runs/sample/modle.keras", "runs/sample/model.keras"),
        ("run/sample/model.keras", "runs/sample/model.keras"),
        ("a/b", None),
        ("", None),
        (".", None),
    ],
)
def test_a_path(tmp_path, monkeypatch, given, meant):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs/sample").mkdir(parents=True)
    (tmp_path / "runs/sample/model.keras").write_text("")
    expected = f" Did you mean {meant!r}?" if meant else ""
    assert path_that_was_meant(given, ["sample"]) == expected


def test_a_long_path_is_compared_by_its_wrong_part(tmp_path):
    (tmp_path / "quite another thing").mkdir()
    assert path_that_was_meant(tmp_path / "x.keras") == ""
