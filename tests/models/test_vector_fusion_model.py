import numpy as np
import pytest

from tests.checks import arrays, assert_close
from tests.models.small_models import SMALL

NAMES = ["tensor_fusion_network", "low_rank_fusion_network", "late_fusion_network"]
NAMES += ["shared_private_network", "hybrid_interaction_network"]
NAMES += ["self_supervised_multitask", "multimodal_infomax"]


@pytest.mark.parametrize("name", NAMES)
def test_a_vector_of_each_modality_and_who_has_it(name, batch):
    model = SMALL[name]()
    batch["video_mask"][1] = False
    vectors, present = model.vectors(batch)
    assert model.joined_steps == []
    for (key, embedding), vector, there in zip(
        model.embeddings.items(), vectors, present, strict=True
    ):
        frames, mask = model.modality_concat(batch, modalities=[key])
        assert_close(vector, arrays(embedding(frames, mask=mask)))
        np.testing.assert_array_equal(arrays(there), batch[f"{key}_mask"].any(axis=1))
