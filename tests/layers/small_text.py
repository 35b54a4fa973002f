"""A tiny untrained text encoder of KerasHub."""

from mmzoo.layers.pretrained_text import PretrainedText

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "very", "film"]


def small_encoder(trainable=False, **options):
    """A BERT of one layer and four features that knows nine words."""
    import keras_hub

    hub = keras_hub.models
    tokenizer = hub.BertTokenizer(vocabulary=WORDS, lowercase=True)
    preprocessor = hub.BertTextClassifierPreprocessor(tokenizer, sequence_length=6)
    sizes = {"num_layers": 1, "num_heads": 2, "hidden_dim": 4, "intermediate_dim": 8}
    backbone = hub.BertBackbone(len(WORDS), max_sequence_length=6, **sizes)
    return PretrainedText(backbone, preprocessor, trainable, **options)


def save_encoder(folder):
    """Save it as KerasHub does; the folder as text."""
    small_encoder().save_to_preset(folder)
    return str(folder)
