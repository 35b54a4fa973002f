"""Train a variant: the phases of Algorithms 1 and 2, or all of it end to end."""

import dataclasses

import keras

from mmzoo.models import (
    Seq2SeqTranslator,
    build_lstm_baseline,
    build_sentiment_regressor,
)
from mmzoo.models.seq2seq_translator import REPRESENTATION
from mmzoo.training.encoding import encode_split
from mmzoo.training.training_run import TrainingRun

UNTRAINED_ENCODER = "untrained encoder"
WEIGHT_ZERO = "translation weight 0"


def control_of(variant, options):
    """The control that a variant is read against, or `None`.

    Args:
        variant: `Variant`.
        options: `Options`.

    Returns:
        Name of the control.
    """
    if variant.kind == "concat":
        return None
    return UNTRAINED_ENCODER if options.training == "phases" else WEIGHT_ZERO


def train_variant(variant, corpus, options, seed, directory, control=None, report=None):
    """Train one variant with one seed.

    Every phase checkpoints into `directory` after each epoch; the same call goes on
    from there, to the same numbers.

    Args:
        variant: `Variant`.
        corpus: `Corpus`.
        options: `Options`.
        seed: int. Of the weights, the dropout and the order.
        directory: folder of the checkpoints.
        control: optional name of the control to train in its place.
        report: optional function of one line that tells a person what happens.

    Returns:
        The trained model, `LSTMBaseline` or `SentimentRegressor`, and the history
        `{phase: {log: [value an epoch]}}`.
    """
    keras.utils.set_random_seed(seed)
    run = TrainingRun(corpus, options, seed, directory, report)
    if variant.kind == "concat":
        model = _train_concat(run, variant)
    else:
        model = _train_translation(run, variant, control)
    return model, run.history


def _train_concat(run, variant):
    dims = {name: run.corpus.input_dims[name] for name in variant.modalities}
    model = build_lstm_baseline(dims, **_head_options(run))
    run.adapt(model)
    run.fit("sentiment", model, run.corpus, variant.modalities, "sentiment_mae")
    return model


def _recurrence(run):
    return run.options.recurrence_for(len(run.corpus.train))


def _head_options(run):
    per_step = run.corpus.labels_per == "step"
    return {
        **_recurrence(run),
        "labels_per": run.corpus.labels_per,
        "attention": run.options.pooling_attention and not per_step,
    }


def _train_translation(run, variant, control):
    options = run.options
    translator = Seq2SeqTranslator(
        run.corpus.input_dims,
        variant.chain,
        attention=options.attention,
        num_codes=options.num_codes,
        **_recurrence(run),
    )
    run.adapt(translator)
    if options.num_codes:
        translator.adapt_codebooks(run.corpus.train, run.seed)
    if options.training == "end-to-end":
        return _train_end_to_end(run, translator, control)
    if control != UNTRAINED_ENCODER:
        _train_levels(run, translator)
    return _train_regressor(run, translator)


def _train_levels(run, translator):
    """Phases 1 and 2 of the algorithms: one translation after the other."""
    for level, name in enumerate(translator.output_names_by_level):
        corpus, modalities = run.corpus, translator.reads
        if level:
            corpus = _encoded(run, translator, level)
            modalities = [REPRESENTATION, *translator.chain[level + 1]]
        translator.train_level(level)
        run.fit(name, translator, corpus, modalities, f"{name}_loss")
    translator.train_level(None)


def _train_regressor(run, translator):
    """The last phase: sentiment from the states of the frozen encoder."""
    model = build_sentiment_regressor(translator, **_head_options(run))
    corpus = _encoded(run, translator, len(translator.output_names_by_level))
    run.fit("sentiment", model, corpus, [REPRESENTATION], "sentiment_mae")
    return model


def _encoded(run, translator, levels):
    """The corpus that a frozen encoder makes; the test split is not touched."""
    splits = {}
    for name in ("train", "valid"):
        split = run.corpus.splits[name]
        states = encode_split(translator, split, levels)
        splits[name] = split.with_modality(REPRESENTATION, states)
    return dataclasses.replace(run.corpus, splits=splits)


def _train_end_to_end(run, translator, control):
    weight = 0.0 if control == WEIGHT_ZERO else run.options.translation_weight
    model = build_sentiment_regressor(
        translator,
        train_translator=True,
        translation_weight=weight,
        **_head_options(run),
    )
    run.fit("sentiment", model, run.corpus, model.reads, "sentiment_mae")
    return model
