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
# # From a waveform to an emotion, and where the model listened
#
# **Question:** how does a recording become an emotion, and which part of it decided?
#
# It needs mmzoo with its extra `notebook` (`pip install -e ".[notebook]"`); the
# recordings are synthesised. About half a minute on one CPU core. Paths of your own
# sound files go where arrays of samples stand here.

# %%
import pathlib
import tempfile

import keras
import matplotlib.pyplot as plt
from IPython.display import Image

import mmzoo

# %% [markdown]
# ## What is recorded
#
# Each clip is a voice of about a second, 16000 samples a second, and the words that are
# said. No speaker is in two splits. The voice tells the emotion, and every second
# sentence has a word that does, too.

# %%
folder = pathlib.Path(tempfile.mkdtemp())
corpus = mmzoo.data.sample_clips(clips_per_speaker=20)
print(corpus)
test = corpus.test
samples = test.sequences["waveform"][0][0][:, 0]
print(f"{len(samples)} samples, from {samples.min():.2f} to {samples.max():.2f}")
print(f"{test.words[0]!r}: {corpus.classes[int(test.labels[0])]}")

# %% [markdown]
# ## What the model sees of it
#
# `LogSpectrogram` is a layer, so it is computed where the model is, and stands in its
# file: windows of 25 ms every 10 ms, their power at 64 frequencies that are spaced as
# the ear hears them, and the logarithm of that. Low frequencies are below; the stripes
# are the harmonics of the voice.

# %%
layer = mmzoo.layers.LogSpectrogram(num_bins=64)
spectrogram = keras.ops.convert_to_numpy(layer(samples[None])[0])[0]
print(f"{len(samples)} samples become {spectrogram.shape} frames and bins")
plt.figure(figsize=(6.4, 2.4))
plt.imshow(spectrogram.T, origin="lower", aspect="auto", cmap="magma")
plt.xlabel("frame of 10 ms")
plt.ylabel("bin")
plt.savefig(folder / "spectrogram.png")
plt.close()
Image(folder / "spectrogram.png", width=560)

# %% [markdown]
# ## Train
#
# The audio-text model: a CNN turns the spectrogram into regions, attention pools them,
# and a classifier reads the result (`docs/models/audio_text_classifier.md`). The voice
# alone, the words alone, and both; a few epochs and one seed show how it goes. The
# front ends are what makes frames of waveforms and words.

# %%
names = [f"audio_text_classifier:{path}" for path in ("audio+text", "audio", "text")]
front_ends = mmzoo.training.FrontEnds()
experiment = mmzoo.training.Experiment(
    corpora=[front_ends.prepare(corpus, ["audio", "text"])],
    front_ends=front_ends,
    variants=[mmzoo.training.Variant.parse(name) for name in names],
    options=mmzoo.training.TrainingOptions(
        epochs=12, learning_rate=0.003, batch_size=16
    ),
    seeds=1,
    directory=folder / "run",
    say=str,
)
report = experiment.run()
for row in report.rows:
    if row.name in names:
        print(f"{row.name}: UAR {row.metrics['uar']['mean']:.2f}")

# %% [markdown]
# The test has 40 clips of two speakers that nothing was trained on, so one clip more or
# less is a fortieth. UAR is the recall of each class, averaged, so that a frequent one
# does not count more.
#
# ## A recording of your own
#
# `model.keras` holds all of it, the spectrogram and the words' vocabulary too. A path
# of a sound file does as well as an array of samples.

# %%
model = mmzoo.load(folder / "run")
found = mmzoo.explain(model, audio=samples, text=test.words[0])
print(found["emotion"])
for name, chance in found["probabilities"].items():
    print(f"  {name}: {chance:.2f}")

# %% [markdown]
# ## What each modality contributed
#
# The answer without the voice, and without the words: how much less probable is the
# emotion that was predicted? What both tell is missed with neither, so the two do not
# add up.

# %%
for name, without in found["without"].items():
    print(f"{name} adds {without['contribution']:.2f} to the probability")

# %% [markdown]
# ## Where the model listened
#
# The attention that pools the regions says how much each part of the recording weighs.
# It tells where was read, not why: a part that weighs much may speak against the
# answer.

# %%
listened = found["attention"]["attention_over_spectrogram"]
path = folder / "listened.png"
mmzoo.evaluation.attention_over_spectrogram(**listened, path=path)
Image(path, width=560)

# %% [markdown]
# ## What to change next
#
# * Many recordings: `mmzoo predict run *.wav --explain DIR` writes such a picture for
#   each, and a table.
# * Other networks for the sound: `audio_encoder="ecapa"`, `"x_vector"` or `"resnet18"`
#   in `Experiment(..., architecture=...)`.
# * Data of people: `python recipes/iemocap_audio_text.py --data RAVDESS`.
