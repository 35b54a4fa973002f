import json

import numpy as np
import pytest

from mmzoo.models import build_lstm_baseline
from mmzoo.training import TrainingOptions
from mmzoo.training.training_run import TrainingRun
from tests.checks import arrays
from tests.data.small_corpus import small_corpus

pytestmark = pytest.mark.usefixtures("eager")


@pytest.fixture
def run(rng, tmp_path):
    options = TrainingOptions(epochs=2, batch_size=4)
    return TrainingRun(small_corpus(rng), options, 0, tmp_path, str)


def test_fit_keeps_history_and_checkpoint(run, tmp_path):
    model = build_lstm_baseline({"text": 5}, units=2)
    run.fit("sentiment", model, run.corpus, ["text"], "sentiment_mae")
    assert len(run.history["sentiment"]["val_sentiment_mae"]) == 2
    assert (tmp_path / "sentiment.npz").is_file()


def test_statistics_are_of_training_frames_only(run):
    model = build_lstm_baseline({"text": 5}, units=2)
    model.begin(run)
    rows = run.corpus.train.sequences["text"]
    means = np.concatenate([frames[p] for frames, p in rows.blocks()]).mean(axis=0)
    found = arrays(model.modality_concat.weights)
    assert any(np.allclose(each, means, atol=1e-5) for each in found)


def test_a_rerun_says_where_it_goes_on(run, tmp_path):
    def fit(epochs):
        lines = []
        options = TrainingOptions(epochs=epochs, batch_size=4)
        model = build_lstm_baseline({"text": 5}, units=2)
        again = TrainingRun(run.corpus, options, 0, tmp_path, lines.append)
        again.fit("sentiment", model, run.corpus, ["text"], "sentiment_mae")
        return lines

    assert not any("goes on" in line for line in fit(2))
    # What was finished does not go on.
    assert fit(2) == []
    path = tmp_path / "sentiment.npz"
    with np.load(path) as saved:
        arrays = dict(saved)
    progress = json.loads(str(arrays["progress"])) | {"done": False}
    np.savez(path, **arrays | {"progress": json.dumps(progress)})
    # The epochs of before count, too.
    saved = json.loads(str(arrays["history"])) | {"val_sentiment_mae": [9.0, 0.001]}
    arrays["history"] = json.dumps(saved)
    np.savez(path, **arrays | {"progress": json.dumps(progress)})
    lines = fit(4)
    assert lines[0] == "    sentiment: goes on at epoch 3"
    assert lines[-1] == "    sentiment: 4 epochs, val_sentiment_mae 0.001"


def test_a_monitor_that_is_no_log_is_refused(run, tmp_path):
    options = TrainingOptions(epochs=1, monitor="sentiment_mae")
    run = TrainingRun(run.corpus, options, 0, tmp_path, str)
    model = build_lstm_baseline({"text": 5}, units=2)
    with pytest.raises(ValueError, match=r"`monitor='sentiment_mae'`.*\['mae'\]"):
        run.fit("sentiment", model, run.corpus, ["text"], "sentiment_mae")
