import pytest

from mmzoo.training import folder_lock
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


def test_windows_locks_a_byte(tmp_path, monkeypatch):
    class Locking:
        LK_NBLCK = 2
        calls = []

        def locking(self, descriptor, how, size):
            self.calls.append((how, size))
            if len(self.calls) > 1:
                raise PermissionError

    monkeypatch.setattr(folder_lock, "fcntl", None)
    monkeypatch.setattr(folder_lock, "msvcrt", Locking(), raising=False)
    with locked(tmp_path / "a.lock", "mine"):
        pass
    with pytest.raises(ValueError, match="taken"), locked(tmp_path / "a.lock", "taken"):
        pass
    assert Locking.calls == [(2, 1), (2, 1)]
