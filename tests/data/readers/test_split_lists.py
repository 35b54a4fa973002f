import pytest

from mmzoo.data import DataError
from mmzoo.data.readers.split_lists import is_complete, protocols_in, read_lists


def write(folder, **lists):
    folder.mkdir(parents=True)
    for name in ("train", "valid", "test"):
        (folder / f"{name}.txt").write_text(lists.get(name, name))
    return folder


def test_folders_with_numbers_are_folds(tmp_path):
    for name in ("one", "a_2", "a_10", "a_1", "pair_1", "pair_2"):
        write(tmp_path / name)
    (tmp_path / "empty").mkdir()
    found = {
        name: [each.name for each in folders]
        for name, folders in protocols_in(tmp_path).items()
    }
    assert list(found) == ["a", "a_1", "a_2", "a_10", "one", "pair_1", "pair_2"]
    assert found.pop("a") == ["a_1", "a_2", "a_10"]
    assert all(folders == [name] for name, folders in found.items())
    assert protocols_in(tmp_path / "one") == {"one": [tmp_path / "one"]}
    assert protocols_in(tmp_path / "absent") == {}
    assert not is_complete(tmp_path)


def test_what_is_held_out_stays_so(tmp_path):
    folder = write(tmp_path / "a", train="1 2 2 3", valid="2 4", test="3 4 5")
    split_of, told = read_lists(folder, tmp_path, strict=False)
    assert split_of == {
        "1": "train",
        "2": "valid",
        "3": "test",
        "4": "test",
        "5": "test",
    }
    assert [each.split(" ids ")[0] for each in told] == ["1", "3"]
    with pytest.raises(DataError, match="a: 1 ids stand several times in one list"):
        read_lists(folder, tmp_path, strict=True)
