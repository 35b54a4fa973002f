# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Add a model of your own
#
# **Question:** how does a model that I define stand beside the LSTM baseline, and where
# does it look?
#
# It needs mmzoo with its extra `notebook` (`pip install -e ".[notebook]"`); the data
# are generated. Less than half a minute on one CPU core. What a model has to say of
# itself is listed in `docs/own_model.md`.

# %%
import tempfile

import keras
import numpy as np
from IPython.display import Image

import mmzoo

# %% [markdown]
# ## The model
#
# It averages the observed steps of all modalities, and answers from the mean. Its
# builder is registered, so that it has a name: `mean_model`.


# %%
@keras.saving.register_keras_serializable(package="mine")
class MeanModel(mmzoo.models.MultimodalModel):
    """The mean of all steps, and an answer from it."""

    answers_per = ("sequence",)

    def __init__(self, input_dims, classes=None, target=None, units=32, **kwargs):
        super().__init__(input_dims, classes, target, **kwargs)
        self.units, count = units, len(classes) if classes else None
        self.concat = mmzoo.layers.ModalityConcat(self.input_dims, name="concat")
        self.head = mmzoo.layers.AnswerHead(count, hidden_dim=units, name="head")
        self.head.build((None, self.concat.features(self.source)))
        self.built = True

    @property
    def normalizations(self):
        return self.concat.normalizations

    def call(self, inputs, training=None):
        frames, mask = self.concat(self.featurize(inputs, training))
        return {self.target: self.head(mmzoo.ops.masked_mean(frames, mask))}

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@mmzoo.models.register_model
def build_mean_model(input_dims, **options) -> MeanModel:
    """A mean, and an answer."""
    return MeanModel(input_dims, **options)


# %% [markdown]
# ## Another one, which attends
#
# A part is exchanged: attention weighs the steps in place of the mean. `attend` says
# with which weights.


# %%
@keras.saving.register_keras_serializable(package="mine")
class AttentiveModel(MeanModel):
    """A weighted mean of all steps, and an answer from it."""

    def __init__(self, input_dims, classes=None, target=None, units=32, **kwargs):
        super().__init__(input_dims, classes, target, units, **kwargs)
        self.pooling = mmzoo.layers.AttentionPooling(name="pooling")
        self.pooling.build((None, None, self.concat.features(self.source)))

    def pool(self, inputs, training=None):
        frames, mask = self.concat(self.featurize(inputs, training))
        return self.pooling(frames, mask=mask, return_attention=True)

    def call(self, inputs, training=None):
        pooled, _ = self.pool(inputs, training)
        return {self.target: self.head(pooled)}

    def attend(self, inputs):
        _, weights = self.pool(inputs)
        return {name: weights for name in self.source}


@mmzoo.models.register_model
def build_attentive_model(input_dims, **options) -> AttentiveModel:
    """A weighted mean, and an answer."""
    return AttentiveModel(input_dims, **options)


# %% [markdown]
# ## One report
#
# Both beside the LSTM baseline, which is the row without a name. A few epochs and one
# seed show how it goes; three seeds or more give verdicts.

# %%
corpus = mmzoo.data.read("sample")
names = ["attentive_model:text+audio", "mean_model:text+audio", "text+audio"]
folder = tempfile.mkdtemp()
experiment = mmzoo.training.Experiment(
    corpora=[corpus],
    variants=[mmzoo.training.Variant.parse(name) for name in names],
    options=mmzoo.training.TrainingOptions(epochs=3),
    seeds=1,
    directory=folder,
    architecture={"units": 32},
    say=str,
)
report = experiment.run()
print(mmzoo.evaluation.table(report.rows))

# %%
Image(f"{folder}/comparison.png", width=640)

# %% [markdown]
# In this sample irony in the voice turns what the words say, which ridge regression on
# means cannot know and each of the networks begins to learn; and the last words count
# most, which a recurrence sees soonest. See `docs/data/sample.md`.
#
# ## Load and ask
#
# The first row's model is that of the folder, here the attentive one. A file names its
# class. Only those of mmzoo are made from a file, unless you trust the package that
# yours is registered in.

# %%
try:
    mmzoo.load(folder)
except ValueError as error:
    print(str(error).partition(": ")[2])
model = mmzoo.load(folder, trust=("mine",))
clip = {name: corpus.test.sequences[name][0][0] for name in model.source}
print(f"the model says {mmzoo.predict(model, **clip)['sentiment']:.3f}")
print(f"the label is {corpus.test.labels[0]:.3f}")

# %% [markdown]
# The loaded model says of the test split what the trained one said.

# %%
said = mmzoo.training.measure.predictions(model, corpus.test)
print(np.allclose(said, report.rows[0].predictions[0], atol=1e-5))

# %% [markdown]
# ## Where does it look?
#
# Weights of the steps of one utterance: one over the number of observed steps would be
# the mean.

# %%
batch, _ = mmzoo.data.Batches(corpus.test, model.reads, batch_size=1)[0]
weights = model.as_model(model.attend).predict(batch, verbose=0)["text"][0]
observed = int(batch["text_mask"].sum())
print(f"{observed} steps, a mean would give each {1 / observed:.3f}")
print(np.round(weights[:observed], 3))

# %% [markdown]
# ## What to change next
#
# * `mmzoo train sample --variant mean_model:text+audio text --trust mine` trains what a
#   file `mine.py` defines; `mmzoo predict` and `mmzoo evaluate` take `--trust`, too.
# * A loss of your own: `loss_terms`. Phases of your own: `train_phases`.
# * A front end of your own: a layer in `input_dims`, see `docs/own_model.md`.
