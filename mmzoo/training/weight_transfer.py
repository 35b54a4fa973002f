"""From a translator of one corpus to that of another: the weights that both share."""


def hand_on(source, translator, same):
    """Give a translator the weights that another one learnt, but for its own.

    Args:
        source: `Seq2SeqTranslator` that was trained on another corpus.
        translator: one of the same architecture, for the data at hand.
        same: dict from modality to whether both corpora have the same columns of it.
    """
    own = {id(weight) for layer in _own(translator, same) for weight in layer.weights}
    if translator.latent is not None:
        # The divergence is annealed anew.
        own.add(id(translator.latent.training_steps))
    pairs = zip(source.stack.weights, translator.stack.weights, strict=True)
    for learnt, weight in pairs:
        if id(weight) not in own:
            weight.assign(learnt)


def _own(translator, same):
    """The layers that mean columns, or codes, of the data at hand alone."""
    levels = translator.stack.translators
    if not all(same[name] for name in translator.source):
        yield levels[0].encoder.projection_layer
    for level, target in zip(levels, translator.chain[1:], strict=True):
        decoder = level.decoder
        if translator.codebooks:
            # A code is another frame in each corpus.
            yield from (decoder.embedding, decoder.output_layer)
        elif not all(same[name] for name in target):
            yield from (decoder.projection_layer, decoder.output_layer)
