import pytest

from mmzoo.training.folder_lock import locked

pytestmark = pytest.mark.one_backend


def test_a_lock_is_had_once_and_given_back(tmp_path):
    path = tmp_path / "made" / "a.lock"
    with locked(path, "mine"):
        with pytest.raises(ValueError, match="taken"), locked(path, "taken"):
            pass
        with pytest.raises(ValueError), locked(path, "taken", patience=0.1):
            pass
    with locked(path, "taken"):
        assert path.is_file()


def test_a_lock_is_waited_for(tmp_path, monkeypatch):
    first = locked(tmp_path / "a.lock", "mine")
    first.__enter__()
    monkeypatch.setattr("time.sleep", lambda seconds: first.__exit__(None, None, None))
    with locked(tmp_path / "a.lock", "taken", patience=5.0):
        pass
