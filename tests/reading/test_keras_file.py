import zipfile

import numpy as np
import pytest

from mmzoo.reading import DataError, open_archive
from mmzoo.reading.keras_file import MOST_OF_JSON, model_meant, read_json
from tests.reading.small_card import CONFIG, write_keras


def test_a_model_is_known_by_its_content(tmp_path):
    path = write_keras(tmp_path / "mine.bin")
    assert model_meant(str(path)) == path
    path.write_bytes(path.read_bytes()[:60])
    assert model_meant(path) == path, "a truncated one is still none of data"
    broken = tmp_path / "broken.keras"
    broken.write_bytes(b"x" * 10)
    assert model_meant(broken) == broken


def test_data_are_no_model(tmp_path):
    np.savez(tmp_path / "a.npz", metadata=np.ones(2))
    (tmp_path / "notes.txt").write_text("PK")
    write_keras(tmp_path / "model.keras")
    for name in ("a.npz", "notes.txt", "absent", ""):
        assert model_meant(tmp_path / name) is None, name


def test_a_run_is_taken_for_its_model(tmp_path):
    (tmp_path / "run.json").write_text("{}")
    assert model_meant(tmp_path) == tmp_path / "model.keras"


def test_json_has_a_limit(tmp_path):
    path = write_keras(tmp_path / "model.keras")
    with open_archive(path) as archive:
        assert read_json(path, archive, "config.json") == CONFIG
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", b" " * (MOST_OF_JSON + 1))
    with (
        pytest.raises(DataError, match=r"its config\.json unpacks to 33,554,433 bytes"),
        open_archive(path) as archive,
    ):
        read_json(path, archive, "config.json")
