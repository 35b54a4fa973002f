import pytest

from mmzoo.data.readers.segment_names import segment_names, video_of


@pytest.mark.parametrize(
    ("name", "video"),
    [
        ("-a_3-x$_$12", "-a_3-x"),
        ("ab[4]", "ab"),
        ("_dI--eQ_7", "_dI--eQ"),
        ("Ses01F_impro01_M003", "Ses01F_impro01"),
        ("alone", "alone"),
    ],
)
def test_video_of_a_segment(name, video):
    assert video_of(name) == video


def test_names_of_segments_and_of_videos():
    assert segment_names([["a_1", "0", "2"], ["a_2", "2", "3"]], "test", 2) == (
        ("a_1", "a_2"),
        ("a", "a"),
    )
    assert segment_names([["a", "0", "2"], ["a", "2", "3"]], "test", 2) == (
        ("a_0_2", "a_2_3"),
        ("a", "a"),
    )
    assert segment_names(None, "test", 2)[0] == ("test_0", "test_1")


def test_a_split_without_samples_has_no_names():
    assert segment_names([], "valid", 0) == ((), ())
