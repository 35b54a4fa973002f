import pytest

from mmzoo.layers.scaled_channels import scaled_channels


@pytest.mark.parametrize(
    ("channels", "width", "expected"),
    [(512, 1.0, 512), (1500, 1.0, 1504), (1500, 0.5, 752), (96, 0.01, 8)],
)
def test_multiples_of_eight(channels, width, expected):
    assert scaled_channels(channels, width) == expected


def test_width_is_above_0():
    with pytest.raises(ValueError, match="`width` is above 0, not -1"):
        scaled_channels(8, -1)
