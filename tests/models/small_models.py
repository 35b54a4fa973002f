"""A small model of each kind, for the batches of `conftest.py`."""

import importlib

import numpy as np

import mmzoo

DIMS = {"audio": 3, "text": 5, "video": 2}


def adapted(model):
    """The model with statistics that are neither zeros nor ones."""
    generator = np.random.default_rng(2)
    model.adapt(
        {
            name: generator.normal(1.0, 2.0, (40, DIMS[name]))
            for name in model.input_dims
        }
    )
    return model


def small_baseline(input_dims=None, **options):
    """An LSTM baseline on all modalities, or on some."""
    options = {"units": 4, "pooling_attention": True, **options}
    model = mmzoo.create_model("lstm_baseline", input_dims or DIMS, **options)
    return adapted(model)


def small_translator(source="text", target="audio+video", **options):
    """A translation of one level."""
    options = {"units": 4, **options}
    return adapted(
        mmzoo.create_model("seq2seq_translator", DIMS, source, target, **options)
    )


def small_hierarchy(**options):
    """Text into audio, and what that learnt into video."""
    chain = ["text", "audio", "video"]
    options = {"units": 4, "cell": "gru", **options}
    return adapted(
        mmzoo.create_model("hierarchical_translator", DIMS, chain, **options)
    )


def small_regressor(translator=None, **options):
    """A regressor on a translator's states."""
    translator = translator or small_translator(cell="gru", attention="aligned")
    options = {"units": 4, **options}
    return mmzoo.create_model("sentiment_regressor", translator, **options)


def small_classifier(classes=None, **options):
    """Two modalities fused, as frames."""
    sizes = {"audio_encoder": "mean", "channels": 4, "text_dim": 4, "dropout": 0.0}
    dims = {name: DIMS[name] for name in ("audio", "text")}
    options = {"classes": classes, **sizes, **options}
    return adapted(mmzoo.create_model("audio_text_classifier", dims, **options))


def small_text_form(classes=None, **options):
    """The image-text model without its image, nor attention over a lone token."""
    options = {"fusion": "concat", "text_dim": 4, "dropout": 0.0, **options}
    options = {"classes": classes, **options}
    dims = {"text": DIMS["text"]}
    return adapted(mmzoo.create_model("image_text_classifier", dims, **options))


def small_of(name):
    """What `small(**options)` makes in `test_<name>.py`, which imports this file."""

    def make(**options):
        return importlib.import_module(f"tests.models.test_{name}").small(**options)

    return make


# What the samples of a batch make together, terms of a loss and statistics: without it,
# the loss is the sum of what each sample costs.
WITHOUT_COMPANY = {
    "frame_classifier": {"train_network": False},
    "multimodal_factorization_model": {"mmd_weight": 0.0},
    "shared_private_network": {"similarity_weight": 0.0, "difference_weight": 0.0},
    "hybrid_interaction_network": {
        "intra_modal_weight": 0.0,
        "inter_modal_weight": 0.0,
        "interactive_weight": 0.0,
    },
    "multimodal_infomax": {"contrast_weight": 0.0, "information_weight": 0.0},
}
SMALL = {name: small_of(name) for name in mmzoo.list_models()}
# More than one test file uses these.
SMALL |= {
    "audio_text_classifier": small_classifier,
    "hierarchical_translator": small_hierarchy,
    "image_text_classifier": small_text_form,
    "lstm_baseline": small_baseline,
    "sentiment_regressor": small_regressor,
    "seq2seq_translator": small_translator,
}
