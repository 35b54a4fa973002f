"""Models, data and calls for the tests of the command."""

import csv

import mmzoo
from mmzoo.command.entry import main


def write(corpus, folder, name="data.h5"):
    corpus.save(folder / name)
    return str(folder / name)


def save(model, folder, name="model.keras"):
    model.save(folder / name)
    return str(folder / name)


def baseline(**options):
    return mmzoo.build_lstm_baseline({"audio": 3, "text": 5}, units=3, **options)


def regressor():
    dims = {"audio": 3, "text": 5, "video": 2}
    translator = mmzoo.build_seq2seq_translator(dims, "text", "audio", units=3)
    return mmzoo.build_sentiment_regressor(translator, units=3)


def lines_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def fails(capsys, *words):
    """The one line on stderr of a command that fails."""
    assert main(list(words)) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("error: ") and err.count("\n") == 1
    return err


def classifier(classes=("neutral", "happy", "sad", "angry"), text=True, **options):
    """An untrained model of recordings and words, or of recordings alone."""
    ends = {"audio": mmzoo.layers.LogSpectrogram(num_bins=8)}
    if text:
        ends["text"] = mmzoo.layers.WordEmbedding(["joy", "lonely"], 4)
    sizes = {"channels": 8, "text_dim": 4}
    return mmzoo.build_audio_text_classifier(ends, classes=classes, **sizes, **options)


def clips():
    return mmzoo.data.sample_clips(clips_per_speaker=4)
