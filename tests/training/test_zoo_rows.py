"""Every model is trained or named with its reason, and none reads less in silence."""

import dataclasses

import numpy as np
import pytest

from mmzoo.data import Sequences
from mmzoo.models import list_models
from mmzoo.models.registry import made_for
from mmzoo.training import TrainingOptions, Variant, zoo_rows
from mmzoo.training.zoo_rows import BEHIND, MADE_FOR
from tests.data.small_corpus import small_corpus, small_emotions

pytestmark = pytest.mark.one_backend
TENSOR, MEMORY = "tensor_fusion_network", "memory_fusion_network"


def rows_of(corpus, *models, options=None, **architecture):
    architecture = architecture or {"units": 3}
    told = options or TrainingOptions(), lambda variants: _known(variants, architecture)
    return zoo_rows(corpus, *told, models=models or None)


def _known(variants, architecture):
    return {} if "classifier" in variants[0].model else architecture


def unaligned(corpus, *names):
    """The corpus with one step less of some modalities."""
    splits = {}
    for split, rows in corpus.splits.items():
        for name in names:
            held = rows.sequences[name]
            lengths = np.maximum(held.lengths - 1, 1)
            shorter = Sequences(held.frames, held.starts, lengths, held.present)
            rows = rows.with_modality(name, shorter)
        splits[split] = rows
    return dataclasses.replace(corpus, splits=splits)


def test_the_baseline_is_first_and_each_model_has_its_path(rng):
    found = rows_of(small_corpus(rng), TENSOR, "seq2seq_translator", "lstm_baseline")
    rows = ["text+audio+video", "text+audio->text+video", f"{TENSOR}:text+audio+video"]
    assert found == (rows, {})


def test_data_without_common_steps_leave_out_who_needs_them(rng):
    corpus = unaligned(small_corpus(rng), "text")
    rows, left_out = rows_of(corpus, "lstm_baseline", MEMORY, TENSOR)
    # Audio and video alone still have the same steps, and are not taken for all.
    assert rows == ["text", f"{TENSOR}:text+audio+video"]
    assert "joins audio and text and video step by step" in left_out[MEMORY]
    assert "--align-to" in left_out[MEMORY]


def test_one_modality_has_no_translation(rng):
    corpus = small_corpus(rng).with_modalities(["audio"])
    models = "lstm_baseline", "seq2seq_translator", "cyclic_translator"
    rows, left_out = rows_of(corpus, *models)
    assert rows == ["audio"]
    why = "it translates between modalities, and there is audio alone"
    assert left_out == {"seq2seq_translator": why, "cyclic_translator": why}


def test_labels_that_a_model_does_not_give_leave_it_out(rng):
    rows, left_out = rows_of(small_corpus(rng, "step"), "lstm_baseline", TENSOR)
    assert rows == ["text+audio+video"]
    assert "`labels_per` is one of ['sequence']" in left_out[TENSOR]
    rows, left_out = rows_of(small_emotions(rng), TENSOR)
    assert rows and not left_out


def test_what_only_stands_behind_others_is_left_out(rng):
    rows, left_out = rows_of(small_corpus(rng), "sentiment_regressor")
    assert not rows
    assert left_out == {"sentiment_regressor": BEHIND}


def test_models_made_for_pictures_have_no_row_without_any(rng):
    made = [name for name in list_models() if made_for(name)]
    assert len(made) >= 9
    rows, left_out = rows_of(small_corpus(rng), *made)
    assert not rows
    lacks = {MADE_FOR.format(name) for name in ("image", "frames")}
    assert set(left_out.values()) == lacks


def test_options_that_a_row_refuses_leave_it_out(rng):
    options = TrainingOptions(refit=True)
    corpus = small_corpus(rng)
    rows, left_out = rows_of(corpus, "seq2seq_translator", TENSOR, options=options)
    assert rows == [f"{TENSOR}:text+audio+video"]
    assert "`refit` is for models that answer" in left_out["seq2seq_translator"]


@pytest.mark.slow
def test_no_model_of_the_registry_is_dropped(rng):
    rows, left_out = rows_of(small_corpus(rng))
    models = [Variant.parse(row).model for row in rows]
    assert sorted([*models, *left_out]) == list_models()
    assert len(models) >= 10
