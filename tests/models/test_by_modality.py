import pytest

from mmzoo.models.by_modality import by_modality
from tests.models.small_models import DIMS

pytestmark = pytest.mark.one_backend


def test_option_of_each_modality():
    assert by_modality("units", 3, DIMS) == dict.fromkeys(DIMS, 3)
    turned = dict(reversed(DIMS.items()))
    assert list(by_modality("units", turned, DIMS)) == list(DIMS)
    with pytest.raises(ValueError, match=r"`units` are of \['text'\], `input_dims` of"):
        by_modality("units", {"text": 6}, DIMS)
