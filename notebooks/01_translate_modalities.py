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
# # Translate modalities, then predict sentiment
#
# **Question:** what does a model learn about sentiment by translating text and audio
# into text and video, without any label?
#
# It needs mmzoo with its extra `notebook` (`pip install -e ".[notebook]"`); the data
# are generated. Less than half a minute on one CPU core. The model is explained in
# `docs/models/seq2seq_translator.md`.

# %%
import tempfile

import numpy as np
from IPython.display import Image

import mmzoo
from mmzoo.training.drawings import draw
from mmzoo.training.measure import labelled, measure_translation, predictions

# %% [markdown]
# ## Data
#
# Three modalities that are aligned step by step, and one label an utterance.

# %%
corpus = mmzoo.data.read("sample")
print(corpus.summary())

# %% [markdown]
# One utterance: frames of every modality, and which of its steps were observed.

# %%
for modality, rows in corpus.train.sequences.items():
    frames, present = rows[0]
    print(f"{modality:5}  frames {frames.shape}  observed {int(present.sum())}")
print("label", corpus.train.labels[0])

# %% [markdown]
# ## Model and training
#
# `text+audio->text+video` reads text and audio. Phase 1 trains the translation; phase 2
# regresses sentiment from the frozen encoder's states. A few epochs are enough to see
# it work; the recipe takes up to 100 of each.

# %%
variant = mmzoo.training.Variant.parse("text+audio->text+video")
options = mmzoo.training.TrainingOptions(epochs=4)
architecture = {"units": 64, "dropout": 0.1, "attention": "aligned"}
row, control = mmzoo.training.plan([variant], options, architecture)
folder = tempfile.mkdtemp()
# With `print` in place of `str` a long training tells now and then where it is.
model, history = row.train(corpus, 0, folder, str)
losses = history["text+video_translation"]["val_text+video_translation_loss"]
print("translation, validation loss by epoch", np.round(losses, 3))
print(
    "sentiment, validation MAE", np.round(history["sentiment"]["val_sentiment_mae"], 3)
)

# %% [markdown]
# ## Did the translation learn anything?
#
# Variance of the target explained, beside its controls: the previous frame copied, and
# the source of another utterance. `bound` is what the whole source determines by
# construction.

# %%
explained, _ = measure_translation(model.translator, corpus.test)
for name, (errors, deviations) in explained.items():
    print(f"{name:26} {mmzoo.evaluation.variance_explained(errors, deviations):6.3f}")
bound = mmzoo.data.explainable_variance(["text", "audio"], ["text", "video"])
print(f"{'bound':26} {bound:6.3f}")

# %% [markdown]
# ## Where does the decoder look?
#
# Aligned attention: step t of the target attends around step t of the source.

# %%
_, drawn = draw(model, corpus.test)
print(drawn["about"])
mmzoo.evaluation.attention_map(**drawn, path=f"{folder}/attention.png")
Image(f"{folder}/attention.png", width=420)

# %% [markdown]
# ## Translate
#
# From text and audio alone, in the units of the files. How it correlates with what
# was really there, over the video's features and observed steps of eight utterances:

# %%
x, _ = mmzoo.data.Batches(corpus.test, ["audio", "text", "video"], batch_size=8)[0]
translated = model.translate({key: x[key] for key in x if "video" not in key})
observed = x["video_mask"]
print("video", translated["video"].shape)
real, said = x["video"][observed], translated["video"][observed]
centre = real.mean(axis=0)
correlation = np.corrcoef((real - centre).ravel(), (said - centre).ravel())[0, 1]
print(f"correlation {correlation:.3f}")

# %% [markdown]
# ## Predict sentiment
#
# On the test split, and on arrays of your own: here one clip of 12 steps of noise, in
# the place of your features.

# %%
labels = labelled(corpus.test)[0]
predicted = predictions(model, corpus.test)
scores = mmzoo.evaluation.sentiment_metrics(labels, predicted)
for name in ("mae", "pearson", "acc2_has0", "acc7"):
    print(f"{name:10} {scores[name]:.3f}")
constant = np.median(corpus.train.labels)
print(f"mae of the median label {np.abs(labels - constant).mean():.3f}")

# %%
noise = np.random.default_rng(0)
clip = {
    "text": noise.normal(size=(1, 12, 300)),
    "audio": noise.normal(size=(1, 12, 74)),
}
print(model.predict(clip, verbose=0)["sentiment"])

# %% [markdown]
# ## What to change next
#
# * `text->audio->video` in `Variant.parse`: the hierarchical model.
# * `"num_codes": 64` in the architecture: k-means codes with cross-entropy and beam
#   search.
# * `"train_translator": True, "translation_weight": 0.5`: translation and sentiment in
#   one model, end to end.
# * The control, an untrained encoder: `control.train(corpus, 0, folder, str)`, or the
#   recipe `recipes/mosi_trimodal.py`, which trains it beside every row and writes a
#   report.
#
# Reference: Pham, Manzini, Liang and Póczos, *Seq2Seq2Sentiment*, 2018,
# https://arxiv.org/abs/1807.03915.
