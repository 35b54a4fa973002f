"""The frame-level layers of ECAPA-TDNN."""

import keras
from keras import ops

from mmzoo.layers.res2_block import Res2Block
from mmzoo.layers.scaled_channels import scaled_channels
from mmzoo.layers.time_delay_layer import TimeDelayLayer
from mmzoo.layers.time_delay_network import TimeDelayNetwork

FILTERS, JOINED, SQUEEZED = 512, 1536, 128
DILATIONS = (2, 3, 4)


@keras.saving.register_keras_serializable(package="mmzoo")
class ECAPATDNN(TimeDelayNetwork):
    """A time delay layer, three blocks that read all before them, and one that joins.

    The first layer has a kernel of 5 frames and 512 filters; the blocks (`Res2Block`)
    have kernels of 3 frames, which lie 2, 3 and 4 apart, 8 groups and a squeeze to 128.
    Each block reads the sum of what the first layer and the blocks before it gave. A
    layer with a kernel of 1 and 1536 filters reads the outputs of the three blocks side
    by side (multi-layer feature aggregation). What pools its steps, `StatisticsPooling`
    with attention and a dense layer, stands in `SpectrogramBranch`.

    Masking: takes a mask. Masked frames are zeros before and behind each layer; a clip
    gives the same steps whatever it is padded to.

    Args:
        width: float. Factor on all widths, which are rounded to multiples of 8.
            Defaults to `1.0`, the paper's smaller network.
        dropout: float. Fraction of the last layer's features dropped in training.
            Defaults to `0.0`.
        **kwargs: passed on to `keras.layers.Layer` (`name`, `dtype`, ...).

    Call arguments:
        inputs: float tensor `(batch, frames, bins)`, standardised.
        mask: optional boolean tensor `(batch, frames)`, True = observed.
        training: bool. Whether dropout is active and statistics are the batch's.

    Returns:
        Float tensor `(batch, frames, output_dim)`, and its mask `(batch, frames)`.

    Example:
    ```python
    network = mmzoo.layers.ECAPATDNN(width=0.125)
    steps, _ = network(keras.ops.ones((2, 50, 64)))
    steps.shape  # (2, 50, 192)
    ```

    Reference:
        - [Desplanques et al., 2020](https://arxiv.org/abs/2005.07143), section 3 and
          Figure 2
    """

    def __init__(self, width=1.0, dropout=0.0, **kwargs):
        super().__init__(width, dropout, **kwargs)
        dtype = self.dtype_policy
        filters, joined, squeezed = (
            scaled_channels(each, width) for each in (FILTERS, JOINED, SQUEEZED)
        )
        self.first = TimeDelayLayer(filters, 5, dtype=dtype, name="first")
        self.blocks = [
            Res2Block(
                dilation=dilation,
                squeeze_dim=squeezed,
                dtype=dtype,
                name=f"block_{index}",
            )
            for index, dilation in enumerate(DILATIONS)
        ]
        self.joined = TimeDelayLayer(joined, dtype=dtype, name="joined")
        self.output_dim = joined

    def build_layers(self, bins):
        filters = self.first.filters
        self.first.build((None, None, bins))
        for block in self.blocks:
            block.build((None, None, filters))
        self.joined.build((None, None, filters * len(self.blocks)))

    def read(self, inputs, mask, training=None):
        total = self.first(inputs, mask=mask, training=training)
        found = []
        for block in self.blocks:
            found.append(block(total, mask=mask, training=training))
            total = total + found[-1]
        steps = ops.concatenate(found, axis=-1)
        return self.joined(steps, mask=mask, training=training)
