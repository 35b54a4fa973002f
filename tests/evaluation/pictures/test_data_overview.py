import dataclasses

from mmzoo.data import Sequences
from mmzoo.data.facts import facts_of
from mmzoo.evaluation.pictures import data_overview
from tests.data.small_corpus import small_corpus, small_emotions
from tests.evaluation.drawn import check_inside, check_picture, figures, said


def test_draws_scores_and_classes(rng, tmp_path):
    for number, corpus in enumerate([small_corpus(rng), small_emotions(rng)]):
        path = tmp_path / f"{number}.png"
        check_picture(path, data_overview(facts_of(corpus), path))


def test_everything_is_inside(rng):
    with figures() as drawn:
        data_overview(facts_of(small_emotions(rng)), "a.svg")
    check_inside(drawn[0])
    words = said(drawn[0])
    assert all(
        each in words for each in ("labels of emotion", "glad", "audio", "train")
    )


def test_a_modality_that_is_missing_has_no_box(rng, tmp_path):
    corpus = small_corpus(rng)
    rows = {**corpus.valid.sequences, "audio": Sequences.missing(2, 3)}
    valid = dataclasses.replace(corpus.valid, sequences=rows)
    splits = {**corpus.splits, "valid": valid}
    path = tmp_path / "a.png"
    drawn = data_overview(facts_of(dataclasses.replace(corpus, splits=splits)), path)
    check_picture(path, drawn)
