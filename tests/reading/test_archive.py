import io
import zipfile

import numpy as np
import pytest

from mmzoo.data import DataError
from mmzoo.reading.archive import check_unpacked, open_archive, read_arrays


def written(path, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def with_header(text, content=b"", version=b"\x01\x00"):
    header = text.encode() + b"\n"
    return b"\x93NUMPY" + version + len(header).to_bytes(2, "little") + header + content


def of_shape(shape, kind="<f4", content=bytes(12)):
    told = {"descr": kind, "fortran_order": False, "shape": shape}
    return with_header(repr(told), content)


def test_arrays_come_back(tmp_path):
    arrays = {"x": np.arange(6.0).reshape(2, 3), "words": np.array(["a", "bc"])}
    arrays["scalar"] = np.float32(1.5)
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "a.npz", **arrays)
        found = read_arrays(tmp_path / "a.npz")
        assert sorted(found) == sorted(arrays)
        for name, array in arrays.items():
            np.testing.assert_array_equal(found[name], array)
    assert list(read_arrays(tmp_path / "a.npz", ("y", "x"))) == ["x"]


BROKEN = {
    "32 GiB": of_shape((2**33,)),
    "negative": of_shape((-3,)),
    "two negative": of_shape((-1, -3)),
    "too few": of_shape((2,)),
    "no steps": of_shape((0,)),
    "text for a shape": of_shape("many"),
    "unknown type": of_shape((3,), "<q9"),
    "of version 9": with_header("{}", version=b"\x09\x00"),
    "no array": b"hello",
    "nothing": b"",
    "deep": with_header("(" * 9000),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_array_that_is_not_what_it_declares(content, tmp_path):
    path = written(tmp_path / "a.npz", x=content)
    with pytest.raises(DataError, match=r"a\.npz: it cannot be read as \.npz"):
        read_arrays(path)


def test_python_objects_are_refused(tmp_path):
    for kind in (object, [("name", object)]):
        np.savez(tmp_path / "a.npz", x=np.zeros(2, dtype=kind))
        with pytest.raises(DataError, match="it holds Python objects"):
            read_arrays(tmp_path / "a.npz")


def test_archive_that_unpacks_to_too_much(tmp_path):
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in "abc":
            archive.writestr(name, bytes(2**25))
    assert path.stat().st_size < 2**17
    with pytest.raises(DataError, match=r"it declares 100,663,296 bytes, but holds"):
        with open_archive(path):
            pass


def test_members_that_overlap_are_refused(tmp_path):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("a", bytes(2000))
        first = archive.getinfo("a")
        for name in "bc":
            copy = zipfile.ZipInfo(name)
            copy.header_offset, copy.CRC = first.header_offset, first.CRC
            copy.file_size = copy.compress_size = 2000
            archive.filelist.append(copy)
    (tmp_path / "a.zip").write_bytes(memory.getvalue())
    with pytest.raises(DataError, match="its members overlap"):
        with open_archive(tmp_path / "a.zip"):
            pass


def test_what_unpacks_in_proportion_is_taken():
    check_unpacked("a.npz", unpacked=2**26, packed=1)
    check_unpacked("a.npz", unpacked=2**33, packed=2**28)
    with pytest.raises(DataError, match="made to fill the memory"):
        check_unpacked("a.npz", unpacked=2**33, packed=2**20)
