"""SER-LSTM after its abstract: convolutions over short windows, then an LSTM."""

from mmzoo.layers.spectrogram_window_branch import SpectrogramWindowBranch
from mmzoo.models.fusion_model import FusionModel, check_modalities
from mmzoo.models.registry import register_model

__all__ = ["build_spectrogram_window_lstm"]


@register_model
def build_spectrogram_window_lstm(
    input_dims,
    *,
    classes=None,
    target=None,
    labels_per="sequence",
    window=24,
    step=12,
    channels=128,
    units=128,
    num_layers=1,
    pooling="last",
    dropout=0.3,
    dtype=None,
):
    """Read a spectrogram window by window, after SER-LSTM's abstract.

    On features that are no spectrogram, such as COVAREP's, the convolutions run over
    features and steps, which the paper's do not.

    Args:
        input_dims: dict with `"audio"` alone: the `LogSpectrogram` that makes its
            frames; or an int, the width of frames that are given ready.
        classes: optional list of names of classes; `None` answers with a score.
        target: optional name of the answer; where not given `"emotion"` with classes,
            else `"sentiment"`.
        labels_per: `"sequence"`, the only one.
        window: int. Frames of a window. Defaults to `24`.
        step: int. Frames from one window's begin to the next. Defaults to `12`.
        channels: int. Features of a region of a window. Defaults to `128`.
        units: int. Width of the LSTM. Defaults to `128`.
        num_layers: int. Stacked LSTMs. Defaults to `1`.
        pooling: `"last"` or `"mean"`, see `SpectrogramWindowBranch`. Defaults to
            `"last"`.
        dropout: float. Of the LSTM's inputs, and before the answer. Defaults to `0.3`.
        dtype: optional dtype or policy of all that is made here; front ends bring their
            own. Defaults to `None`: that of Keras.

    Returns:
        A `FusionModel` of one modality.

    Example:
    ```python
    spectrogram = mmzoo.layers.LogSpectrogram(num_bins=16)
    model = mmzoo.build_spectrogram_window_lstm({"audio": spectrogram}, units=32)
    ```
    """
    check_modalities(input_dims, ("audio",))
    branch = SpectrogramWindowBranch(
        window,
        step,
        channels,
        units,
        num_layers,
        pooling,
        dropout,
        dtype=dtype,
        name="audio",
    )
    return FusionModel(
        input_dims,
        {"audio": branch},
        classes,
        target,
        labels_per,
        dropout=dropout,
        dtype=dtype,
    )
