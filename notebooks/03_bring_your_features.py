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
# # Bring your own features
#
# **Question:** I have an array a clip from a feature extractor of my own; how do they
# become a corpus, a trained model, and answers for new clips?
#
# It needs mmzoo with its extra `notebook` (`pip install -e ".[notebook]"`); the data
# are generated. Less than half a minute on one CPU core. Files that other projects
# wrote are read as they are, see `docs/data/formats.md`.

# %%
import pathlib
import tempfile

import numpy as np
from IPython.display import Image

import mmzoo
from mmzoo.data.leaks import leaks

# %% [markdown]
# ## What you have
#
# Of each clip an array `(words, 8)` of its text and an array `(frames, 5)` of its
# audio, of any length and without padding, here 240 clips of 40 videos. What is said of
# each clip is a number from -3 to 3: the text carries it, and the sign of the voice
# turns it.

# %%
generator = np.random.default_rng(0)
TEXT, AUDIO = 8, 5


def record(video):
    """One clip: its video, its features and its label."""
    mood, tone = generator.uniform(-1, 1), generator.choice([-1.0, 1.0])
    text = generator.normal(size=(generator.integers(4, 12), TEXT))
    audio = generator.normal(size=(generator.integers(20, 50), AUDIO))
    text[:, 0] += 2 * mood
    audio[:, 0] += tone
    return {"video": video, "text": text, "audio": audio, "label": 3 * mood * tone}


clips = [record(f"video {number // 6:02}") for number in range(240)]
print(clips[0]["text"].shape, clips[0]["audio"].shape, round(clips[0]["label"], 3))

# %% [markdown]
# Data are never whole. The recording of one clip is lost, which is an array without
# steps. An extractor divided by zero, which is left as it is: it will be counted, and
# read as the mean of its column in training.

# %%
clips[3]["audio"] = np.zeros((0, AUDIO))
clips[5]["text"][2, 4] = np.inf

# %% [markdown]
# ## From arrays to a corpus
#
# `Sequences` hold one modality, one array after the other. A `Split` has all modalities
# of some clips, their labels, an id for each, and the group that makes clips alike,
# here the video. All clips of a video belong into one split.


# %%
def split_of(clips):
    """The clips as one split."""
    return mmzoo.data.Split(
        {
            name: mmzoo.data.Sequences.from_list([clip[name] for clip in clips])
            for name in ("text", "audio")
        },
        labels=[clip["label"] for clip in clips],
        ids=tuple(f"{clip['video']}, {n}" for n, clip in enumerate(clips)),
        groups=tuple(clip["video"] for clip in clips),
    )


splits = {"train": clips[:168], "valid": clips[168:204], "test": clips[204:]}
splits = {name: split_of(part) for name, part in splits.items()}
corpus = mmzoo.data.Corpus("mine", splits, label_range=(-3, 3))
print(corpus.input_dims)

# %% [markdown]
# ## Save it once
#
# The file is read while it is used, so it may be larger than memory. Reading it cleans
# and checks what is there, and the summary says what was found.

# %%
folder = pathlib.Path(tempfile.mkdtemp())
corpus.save(folder / "mine.h5")
corpus = mmzoo.data.read(folder / "mine.h5")
print(corpus.summary())

# %% [markdown]
# Do two splits share clips, videos or features? `mmzoo inspect mine.h5` tells all of
# this in a shell.

# %%
print(leaks(corpus) or "nothing is shared")

# %% [markdown]
# ## Train
#
# Text and audio have other steps each, so a model is chosen that reads them apart. (One
# that joins them step by step refuses, and names `corpus.align_to("text")`.) The text
# alone stands beside it. A few epochs and one seed show how it goes; three seeds or
# more give verdicts. In a shell: `mmzoo train mine.h5 --variant ...`.

# %%
names = ["late_fusion_network:text+audio", "text"]
experiment = mmzoo.training.Experiment(
    corpora=[corpus],
    variants=[mmzoo.training.Variant.parse(name) for name in names],
    options=mmzoo.training.TrainingOptions(epochs=20, learning_rate=0.01),
    seeds=1,
    directory=folder / "run",
    say=str,
)
report = experiment.run()
print(mmzoo.evaluation.table(report.rows))

# %%
Image(folder / "run" / "comparison.png", width=640)

# %% [markdown]
# ## New clips
#
# `model.keras` holds the normalisation of the training clips, so new features go in as
# your extractor gives them. `None` stands for what a clip lacks.

# %%
model = mmzoo.load(folder / "run")
new = [record("a new video") for _ in range(3)]
found = mmzoo.predict(
    model,
    text=[clip["text"] for clip in new],
    audio=[new[0]["audio"], new[1]["audio"], None],
)
for clip, answer in zip(new, found, strict=True):
    told = answer.get("warnings", ())
    print(f"{answer['sentiment']:.3f}, label {clip['label']:.3f}", *told)

# %% [markdown]
# Many clips are a file with one split, whose labels may be anything, and a shell:
#
#     mmzoo predict run new.h5 --output answers.csv
#
# ## What to change next
#
# * Classes in place of a score: `Corpus(..., label_range=(0, 2), classes=[...])`,
#   labels that number them, and `target="emotion"` in each `Split`.
# * A label a step: `labels` that are `Sequences` of one feature.
# * Words beside the features: `words=` of a `Split`, which a front end can read.
