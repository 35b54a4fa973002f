import pytest

from mmzoo.layers import LogSpectrogram
from mmzoo.models import MultimodalModel
from mmzoo.models.input_dims import revived, serialized, widths_and_front_ends


def test_a_model_reads_something():
    with pytest.raises(ValueError, match="`input_dims` is empty"):
        MultimodalModel({})


def test_a_front_end_says_its_width():
    end = LogSpectrogram(num_bins=8)
    widths, ends = widths_and_front_ends({"video": 3.0, "audio": end})
    assert list(widths.items()) == [("audio", 8), ("video", 3)]
    assert ends == {"audio": end}


def test_front_ends_are_revived_as_they_were():
    end = LogSpectrogram(num_bins=8, trim_decibels=None)
    found = revived({"video": 3} | serialized({"audio": end}))
    assert found["video"] == 3
    assert found["audio"].get_config() == end.get_config()
