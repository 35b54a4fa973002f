import pytest

from mmzoo.evaluation import (
    latent_verdict,
    regressor_verdict,
    translation_verdict,
    verdicts,
)
from mmzoo.evaluation.report.verdict_rules import rules
from tests.evaluation.rows import (
    make_class_row,
    make_explained,
    make_row,
    make_tokens,
)


def translation(**kwargs):
    return translation_verdict(make_row(explained=make_explained(**kwargs)))


def test_a_translation_that_learnt():
    source, copying, free = translation(forced=0.4, shuffled=-0.3, copied=0.1, free=0.2)
    assert "text->audio (phases) learnt to use its source" in source
    assert "explains more than copying" in copying
    assert "free-running, beats the mean frame" in free


def test_a_translation_that_copies():
    source, copying, free = translation(
        forced=0.3, shuffled=0.29, copied=0.5, free=-0.2
    )
    assert "learnt nothing beyond what the decoder knows without its source" in source
    assert "explains less than copying" in copying
    assert "is worse than the mean frame" in free


def test_a_translation_that_cannot_be_judged():
    source, copying, free = translation(
        forced=0.3, shuffled=0.1, copied=0.3, free=0.0, spread=6.0
    )
    assert "these test data cannot tell" in source
    assert "explains no more than copying" in copying
    assert "explains no more than the mean frame" in free


@pytest.mark.parametrize(
    ("frequent", "words"),
    [
        (0.2, "writes more tokens right than"),
        (0.6, "writes fewer tokens right than"),
        (0.4, "writes no more tokens right than"),
    ],
)
def test_whether_tokens_beat_the_most_frequent(frequent, words):
    row = make_row(explained=make_tokens(frequent=frequent))
    (said,) = translation_verdict(row)
    assert f"{words} saying the most frequent token (0." in said
    assert any("decodes tokens" in rule for rule in rules([row]))
    assert not any("decodes tokens" in rule for rule in rules([make_row()]))


def test_nothing_is_said_where_nothing_is_translated():
    assert translation_verdict(make_row()) == []
    assert latent_verdict(make_row()) == []


@pytest.mark.parametrize(
    ("active", "words"),
    [
        ([0.0, 0.0, 0.0], "the latent is not used: 0.0 of 8 units are active, and"),
        ([0.0, 4.0, 2.0], "the latent is not used in 1 of 3 trainings: 2.0 of 8 units"),
        ([1.0, 4.0, 4.0], "the latent tells samples apart: 3.0 of 8 units"),
        # Few seeds tell nothing of others, but these trainings ended so.
        ([0.0], "the latent is not used: 0.0 of 8 units are active, and"),
    ],
)
def test_whether_units_are_active(active, words):
    count = len(active)
    latent = {"active_units": active, "latent_units": [8.0] * count}
    latent["latent_kl"] = [1.0] * count
    row = make_row(seeds=count, latent=latent)
    (said,) = latent_verdict(row)
    assert said.startswith(f"text->audio (phases): {words}")
    assert "1.00 nats away from the prior" in said
    assert said in verdicts([row])
    assert "posterior collapse" in rules([row])[-1]
    assert not any("posterior collapse" in each for each in rules([make_row()]))


@pytest.mark.parametrize(
    ("shuffled", "words"),
    [
        (0.2, "(phases): the latent tells samples apart: 4.0 of 8 units"),
        (0.38, "but another sample's vector costs 0.0"),
    ],
)
def test_active_units_that_the_decoder_does_without(shuffled, words):
    latent = {"active_units": [4.0] * 3, "latent_units": [8.0] * 3}
    latent["latent_kl"] = [1.0] * 3
    explained = make_explained(forced=0.4, shuffled=shuffled)
    (said,) = latent_verdict(make_row(explained=explained, latent=latent))
    assert words in said
    assert ("the latent is not used" in said) == (shuffled > 0.35)


@pytest.mark.parametrize(
    ("noise", "words"),
    [
        (2.0, "beats its control"),
        (0.1, "is worse than its control"),
        (0.5, "is not distinguishable from its control"),
    ],
)
def test_against_the_untrained_encoder(noise, words):
    control = make_row(noise=noise, control="untrained encoder")
    (sentence,) = regressor_verdict(make_row(), [control])
    assert f"text->audio (phases) {words}, untrained encoder" in sentence


def test_floors_are_for_everybody_and_controls_for_their_row():
    rows = [
        make_row("text"),
        make_row("audio", noise=3.0),
        make_row("audio", noise=3.0, control="untrained encoder"),
        make_row("text+audio", "closed form", noise=1.5, control="ridge regression"),
    ]
    said = verdicts(rows)
    assert len(said) == 3
    assert "text (phases) has a better MAE than ridge regression on" in said[0]
    assert "audio (phases) is not distinguishable from its control" in said[1]
    assert "audio (phases) has a worse MAE than ridge regression" in said[2]


def test_classes_are_judged_by_their_recall():
    rows = [
        make_class_row("audio+text", right=0.9),
        make_class_row("audio+text", right=0.3, control="without attention"),
        make_class_row("majority", right=0.0, seeds=1, control="majority"),
        make_class_row("audio", right=0.0),
    ]
    control, floor, alike = verdicts(rows)
    uar = rows[0].metrics["uar"]["mean"]
    said = (
        f"audio+text (supervised) beats its control, without attention: UAR {uar:.3f}"
    )
    assert control.startswith(said)
    assert "; difference in accuracy +0." in control
    assert ", in macro F1 +0." in control
    assert "has a better UAR than majority (+0." in floor
    assert "has a UAR not distinguishable from that of majority" in alike


def test_rules_speak_of_the_metric():
    both, one = rules([make_row()]), rules([make_class_row()])
    assert "of their MAE leaves out 0; samples (or videos) and" in both[0]
    assert "shuffling the source" in both[1]
    assert len(one) == 1
    assert "of their UAR leaves out 0; samples (or speakers) and" in one[0]
    assert len(rules([make_class_row(explained=make_explained())])) == 2


@pytest.mark.parametrize("seeds", [1, 2])
@pytest.mark.parametrize("make", [make_row, make_class_row])
def test_fewer_than_three_seeds_get_no_verdict(make, seeds):
    rows = [
        make(seeds=seeds, explained=make_explained()),
        make(seeds=seeds, control="untrained encoder"),
        make("majority", "mode", seeds=1, control="majority"),
    ]
    (said,) = verdicts(rows)
    assert f"gets no verdict: it was trained with {seeds} seed" in said
    assert regressor_verdict(rows[0], rows[1:]) == [said]
    assert translation_verdict(rows[0]) == [said]
    words = ("better", "worse", "beats", "learnt", "distinguishable", "explains")
    assert not any(word in said for word in words)


def test_a_control_with_fewer_seeds_is_no_measure():
    rows = [make_row(noise=0.1), make_row(noise=2.0, seeds=2, control="untrained")]
    (said,) = verdicts(rows)
    assert "text->audio, untrained (phases) gets no verdict: it was trained" in said


def test_a_floor_needs_no_seeds():
    rows = [make_row(noise=0.1), make_row("majority", seeds=1, control="majority")]
    (said,) = verdicts(rows)
    assert "MAE" in said


def constant(**kwargs):
    row = make_row(**kwargs)
    row.predictions[:] = 0.5
    return row


def test_nothing_is_held_against_what_is_undefined():
    rows = [
        make_row("audio", target="valence"),
        constant(name="audio", target="valence", control="untrained"),
        constant(name="majority", control="majority", target="valence"),
        make_row("ridge", control="ridge", noise=4.0, target="valence"),
    ]
    control, floors = verdicts(rows)
    assert "cannot be compared with its control, untrained: CCC" in control
    assert "against undefined, difference undefined;" in control
    assert "no CCC to hold against that of majority;" in floors
    assert "a better CCC than ridge (+" in floors
    assert "nan" not in control + floors
    assert "undefined for one of them, neither is better" in rules(rows)[0]


def test_the_other_metric_of_a_control_may_be_undefined():
    rows = [make_row(), constant(control="untrained encoder")]
    (said,) = verdicts(rows)
    assert "beats its control" in said and "in r undefined, in has0" in said
