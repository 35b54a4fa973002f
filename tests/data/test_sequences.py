import h5py
import numpy as np
import pytest

from mmzoo.data import DataError, Sequences

ARRAYS = [
    np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
    np.zeros((0, 2)),
    np.array([[7.0, 8.0]]),
]
PRESENT = [[True, False, True], [], [True]]


@pytest.fixture(params=["memory", "file"])
def rows(request, tmp_path):
    """The arrays above, in memory and in a file."""
    rows = Sequences.from_list(ARRAYS, PRESENT)
    if request.param == "memory":
        yield rows
        return
    with h5py.File(tmp_path / "rows.h5", "w") as file:
        file["frames"], file["present"] = rows.frames, rows.present
        yield Sequences(file["frames"], rows.starts, rows.lengths, file["present"])


def test_item_is_one_sequence_with_unobserved_steps_zeroed(rows):
    frames, present = rows[0]
    np.testing.assert_array_equal(frames, [[1, 2], [0, 0], [5, 6]])
    np.testing.assert_array_equal(present, PRESENT[0])
    assert frames.dtype == np.float32
    assert rows[1][0].shape == (0, 2)


def test_size(rows):
    assert (len(rows), rows.features) == (3, 2)


def test_padded_puts_padding_to_the_right(rows):
    frames, mask = rows.padded(np.array([2, 0, 1]), 4)
    expected = np.zeros((3, 4, 2))
    expected[0, 0], expected[1, 0], expected[1, 2] = [7, 8], [1, 2], [5, 6]
    np.testing.assert_array_equal(frames, expected)
    np.testing.assert_array_equal(mask, [[1, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]])


def test_padded_of_missing_sequences_is_masked(rows):
    frames, mask = rows.padded(np.array([1]), 2)
    assert not mask.any()
    assert not frames.any()


def test_select_copies_no_frame(rows):
    chosen = rows.select([2, 0])
    assert chosen.frames is rows.frames
    np.testing.assert_array_equal(chosen[0][0], [[7, 8]])
    np.testing.assert_array_equal(chosen.lengths, [1, 3])


def test_blocks_go_through_only_these_sequences(rows):
    blocks = list(rows.select([2, 0]).blocks(steps=2))
    assert [len(frames) for frames, _ in blocks] == [1, 3]
    frames, present = map(np.concatenate, zip(*blocks, strict=True))
    np.testing.assert_array_equal(frames, [[7, 8], [1, 2], [0, 0], [5, 6]])
    np.testing.assert_array_equal(present, [True, True, False, True])


def test_raw_blocks_keep_what_is_stored(rows):
    ((frames, _),) = rows.blocks(raw=True)
    np.testing.assert_array_equal(frames[1], [3, 4])


def test_blocks_of_nothing_are_none():
    assert not list(Sequences(np.zeros((0, 2)), [], []).blocks())


def test_missing_sequences_are_masked_throughout():
    frames, mask = Sequences.missing(2, 3).padded(np.arange(2), 4)
    assert frames.shape == (2, 4, 3)
    assert not mask.any()


def test_in_memory_packs(rows):
    packed = rows.select([2]).in_memory()
    np.testing.assert_array_equal(packed.frames, [[7, 8]])
    np.testing.assert_array_equal(packed.starts, [0])
    assert not packed.streamed


def test_concatenate_of_one_array_copies_nothing(rows):
    joined = Sequences.concatenate([rows.select([2]), rows.select([0])])
    assert joined.frames is rows.frames
    np.testing.assert_array_equal(joined[1][0], rows[0][0])


def test_concatenate_of_several_arrays(rows):
    joined = Sequences.concatenate([rows, Sequences.from_list([np.ones((2, 2))])])
    assert len(joined) == 4
    np.testing.assert_array_equal(joined[0][1], PRESENT[0])
    np.testing.assert_array_equal(joined[3][0], np.ones((2, 2)))


def test_what_is_streamed_stays_so_when_it_is_joined(tmp_path, rows):
    with h5py.File(tmp_path / "parts.h5", "w") as file:
        file["a"], file["b"] = np.arange(8.0).reshape(4, 2), np.ones((3, 2))
        first = Sequences(file["a"], [2, 0], [2, 2])
        second = Sequences(file["b"], [0], [3], np.array([True, False, True]))
        parts = [first, second, first.select([0]), rows]
        joined = Sequences.concatenate(parts)
        assert joined.streamed and len(joined) == 4 + len(rows)
        assert joined.frames.shape[0] == 7 + rows.frames.shape[0]
        alone = [part[index] for part in parts for index in range(len(part))]
        for index, (frames, present) in enumerate(alone):
            np.testing.assert_array_equal(joined[index][0], frames)
            np.testing.assert_array_equal(joined[index][1], present)
        packed = joined.in_memory()
        np.testing.assert_array_equal(packed[4][0], joined[4][0])


def test_frames_from_a_file_are_made_finite(tmp_path):
    with h5py.File(tmp_path / "rows.h5", "w") as file:
        file["frames"] = np.array([[np.nan, 1.0], [np.inf, -np.inf]])
        rows = Sequences(file["frames"], [0], [2])
        np.testing.assert_array_equal(rows[0][0], [[0, 1], [0, 0]])
        frames, _ = rows.padded(np.array([0]), 3)
        assert np.isfinite(frames).all()
        ((raw, _),) = rows.blocks(raw=True)
        assert np.isnan(raw[0, 0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frames": np.zeros(4)}, r"frames must be \(total_steps, features\)"),
        ({"starts": [0]}, "starts do not fit"),
        ({"present": np.ones(3, bool)}, r"present is \(3,\), the frames need \(4,\)"),
        ({"starts": [0, -1, 3]}, "not be negative"),
        ({"lengths": [3, 0, 2]}, "ends beyond the 4 steps"),
    ],
)
def test_refuses(change, message):
    parts = {
        "frames": np.zeros((4, 2)),
        "starts": [0, 3, 3],
        "lengths": [3, 0, 1],
        "present": None,
    }
    with pytest.raises(DataError, match=message):
        Sequences(**{**parts, **change})


def test_blocks_hold_so_many_values(monkeypatch):
    monkeypatch.setattr("mmzoo.data.sequences.BLOCK_VALUES", 12)
    rows = Sequences.from_list([np.ones((2, 3))] * 5)
    assert [len(frames) for frames, _ in rows.blocks()] == [4, 4, 2]
