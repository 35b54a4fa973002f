"""Labels that a model generates for the training samples, and moves every epoch."""

import dataclasses

import keras
import numpy as np

from mmzoo.data import Batches, Sequences
from mmzoo.models.self_supervised_multitask import GENERATED_LABELS
from mmzoo.training.encoding import outputs_in_parts

BATCH = 64


class GeneratedLabels(keras.callbacks.Callback):
    """A label a modality for each training sample, which the model moves every epoch.

    All begin at the sample's own label. They stand in the training batch as
    `"generated_labels"` `(batch, 1, modalities)`, masked where a sample has no label;
    those of the validation split are masked throughout. After an epoch the model runs
    over the training split once, without dropout, and its `generate_labels` says what
    becomes of them. They are in the checkpoint, since they depend on all former epochs.

    Args:
        model: a model that has `generate_labels`, such as `SelfSupervisedMultitask`.
        corpus: `Corpus` with a score a sample.

    Example:
    ```python
    corpus = mmzoo.data.sample_corpus(sizes={"train": 8, "valid": 4, "test": 4})
    dims = {"audio": 74, "text": 300}
    model = mmzoo.build_self_supervised_multitask(dims, units=4)
    labels = mmzoo.training.GeneratedLabels(model, corpus)
    batches = mmzoo.data.Batches(labels.corpus.train, [*dims, "generated_labels"])
    model.compile("adam")
    model.fit(batches, epochs=1, callbacks=[labels], shuffle=False, verbose=0)
    labels.labels.shape  # (8, 2)
    ```
    """

    def __init__(self, model, corpus):
        super().__init__()
        self.split = corpus.train
        self.limit = float(np.max(np.abs(corpus.label_range)))
        own = np.asarray(self.split.labels, "float32")
        self.known = ~np.isnan(own)
        self.own = np.where(self.known, own, np.float32(0.0))
        count = len(model.source)
        start = np.repeat(self.own[:, None], count, axis=1)
        self.labels = keras.Variable(start, trainable=False, name=GENERATED_LABELS)
        rows = np.arange(len(start))
        # What batches are made of: it changes between epochs, in its place.
        self._read = Sequences(start.copy(), rows, self.known.astype("int64"))
        unread = Sequences.missing(len(corpus.valid), count)
        splits = {
            name: corpus.splits[name].with_modality(GENERATED_LABELS, labels)
            for name, labels in (("train", self._read), ("valid", unread))
        }
        self.corpus = dataclasses.replace(corpus, splits=splits)

    @property
    def variables(self):
        """What a checkpoint keeps."""
        return [self.labels]

    def on_epoch_begin(self, epoch, logs=None):
        self._read.frames[:] = np.array(self.labels)

    def on_epoch_end(self, epoch, logs=None):
        before, over = np.array(self.labels), epoch + 1
        said = self._said()
        moved = self.model.generate_labels(
            self.own, before, self.known, said, over, self.limit
        )
        self.labels.assign(moved)

    def _said(self):
        """The outputs of the model for every training sample, arrays by name."""
        batches = Batches(self.split, self.model.reads, BATCH, passes=1)
        found = {}
        for samples, outputs in outputs_in_parts(self.model, batches):
            for name, said in outputs.items():
                whole = np.zeros((len(self.own), *said.shape[1:]), "float32")
                found.setdefault(name, whole)[samples] = said
        return found
