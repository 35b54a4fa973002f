import pytest

from mmzoo.layers import ECAPATDNN, XVector
from mmzoo.layers.time_delay_network import TimeDelayNetwork
from tests.checks import as_after_training, check_layer, check_masking


@pytest.mark.parametrize("network", [ECAPATDNN, XVector])
def test_checks(network, batch, tmp_path):
    def make(**named):
        return network(width=0.01, **named)

    def read(batch):
        return trained(batch["text"], mask=batch["text_mask"])

    layer = check_layer(make, batch["text"], mask=batch["text_mask"], tmp_path=tmp_path)
    trained = as_after_training(layer)
    check_masking(read, {key: batch[key] for key in ("text", "text_mask")})


def test_what_a_subclass_lacks_is_said(batch):
    network = TimeDelayNetwork()
    with pytest.raises(NotImplementedError, match="`TimeDelayNetwork` has no .*build"):
        network.build(batch["text"].shape)
    with pytest.raises(NotImplementedError, match="`read`: return the steps"):
        network.read(batch["text"], batch["text_mask"])
