import pytest

from mmzoo.data.sample_clips import sample_clips
from mmzoo.training import AudioTextOptions, FusionVariant, ImageTextOptions

every_model = pytest.mark.parametrize("options", [AudioTextOptions, ImageTextOptions])


@every_model
def test_learning_rate_falls_to_zero(options):
    rate = options(learning_rate=0.5, epochs=3).learning_rate_for(steps=4)
    assert [float(rate(step)) for step in (0, 6, 12)] == pytest.approx([0.5, 0.25, 0.0])


@every_model
def test_batch_size_is_no_larger_than_the_corpus(options):
    assert options(batch_size=8).batch_size_for(5) == 5
    sizes = [options(batch_size=16).batch_size_for(count) for count in (90, 240, 2000)]
    assert sizes == [8, 12, 16]


@every_model
def test_controls_change_the_options(options):
    variant = FusionVariant(("text",), {"wide": {"text_units": 9}})
    rows = options(epochs=3).plan([variant])
    assert [(row.name, row.control) for row in rows] == [
        ("text", None),
        ("text", "wide"),
    ]
    assert [row.options.text_units for row in rows] == [0, 9]
    assert rows[1].options.epochs == 3


@every_model
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "`epochs` is at least 1, not 0"),
        ({"learning_rate": 0.0}, "`learning_rate` is above 0"),
        ({"fusion": "sum"}, "`fusion` is one of .* not 'sum'"),
        ({"dropout": 1.0}, "`dropout` is from 0 to below 1"),
        ({"text_dropout": -0.1}, "`text_dropout` is from 0 to below 1"),
    ],
)
def test_errors_come_before_training(options, changes, message):
    with pytest.raises(ValueError, match=message):
        options(**changes)


@every_model
def test_frozen_words_are_read_once(options, tmp_path):
    (tmp_path / "words.txt").write_text("today 1 2 3\nmonday 2 0 0\n")
    clips = sample_clips(clips_per_speaker=1)
    found = options(text_encoder=str(tmp_path / "words.txt")).prepare(clips, ["text"])
    assert found.train.sequences["text"].features == 3
    assert found.provenance["made_by"] == {"text": "WordEmbedding"}
