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
# # A picture and its words, and where the model looked
#
# **Question:** a post has a picture and a sentence; which of the two decided its
# sentiment, and which part of the picture?
#
# It needs mmzoo with its extra `notebook` (`pip install -e ".[notebook]"`); the
# pictures are drawn. About half a minute on one CPU core. Paths of your own pictures go
# where arrays stand here.

# %%
import pathlib
import tempfile
import textwrap

import matplotlib.pyplot as plt
from IPython.display import Image

import mmzoo

# %% [markdown]
# ## What is posted
#
# A face with a mood, and a sentence. Where the sentence says nothing, the mouth tells
# the sentiment; where it is ironic ("yeah right"), it is the opposite of the face. So
# neither is enough.

# %%
folder = pathlib.Path(tempfile.mkdtemp())
corpus = mmzoo.data.sample_pictures(pictures_per_person=40)
print(corpus)
test = corpus.test


def picture(index):
    """One picture of the test, `(64, 64, 3)`, levels from 0 to 255."""
    return test.sequences["pixels"][index][0].reshape(64, 64, 3)


figure, axes = plt.subplots(1, 4, figsize=(9, 2.8))
for index, axis in enumerate(axes):
    axis.imshow(picture(index) / 255)
    words = textwrap.fill(test.words[index], 24)
    axis.set_title(f"{words}\n{corpus.classes[int(test.labels[index])]}")
    axis.title.set_fontsize(8)
    axis.axis("off")
figure.savefig(folder / "posts.png")
plt.close(figure)
Image(folder / "posts.png", width=560)

# %% [markdown]
# ## Train
#
# A CNN turns the picture into a grid of regions, a text encoder the words into vectors,
# attention pools both, and a classifier reads them
# (`docs/models/image_text_classifier.md`). Each alone stands beside. The front ends are
# what makes frames of pictures and words.

# %%
names = [f"image_text_classifier:{path}" for path in ("image+text", "image", "text")]
front_ends = mmzoo.training.FrontEnds(augment=False)
experiment = mmzoo.training.Experiment(
    corpora=[front_ends.prepare(corpus, ["image", "text"])],
    front_ends=front_ends,
    variants=[mmzoo.training.Variant.parse(name) for name in names],
    options=mmzoo.training.TrainingOptions(
        epochs=16, batch_size=12, learning_rate=0.001, schedule="cosine"
    ),
    architecture={"dropout": 0.1},
    seeds=1,
    directory=folder / "run",
    say=str,
)
report = experiment.run()
for row in report.rows:
    if row.name in names:
        print(f"{row.name}: accuracy {row.metrics['accuracy']['mean']:.2f}")

# %% [markdown]
# The test has 80 posts of two people that nothing was trained on.
#
# ## A picture of your own
#
# A path of a picture does as well as an array of levels of colour.

# %%
model = mmzoo.load(folder / "run")
found = mmzoo.explain(model, image=picture(0).astype("uint8"), text=test.words[0])
print(f"{test.words[0]!r}: {found['emotion']}")
for name, chance in found["probabilities"].items():
    print(f"  {name}: {chance:.2f}")

# %% [markdown]
# ## What each modality contributed
#
# The answer without the picture, and without the words: how much less probable is the
# class that was predicted? A number below 0 says that the modality spoke against it.

# %%
for name, without in found["without"].items():
    print(f"{name} adds {without['contribution']:.2f} to the probability")

# %% [markdown]
# ## Where the model looked
#
# The weights of the regions lie over the picture, those of the words stand beside. They
# tell where was read, not why.

# %%
looked = found["attention"]["attention_over_picture"]
mmzoo.evaluation.attention_over_picture(**looked, path=folder / "looked.png")
Image(folder / "looked.png", width=560)

# %% [markdown]
# ## What to change next
#
# * Many pictures: `mmzoo predict run posts.csv --explain DIR` writes such a page for
#   each, and a table.
# * A pretrained network for the pictures:
#   `FrontEnds(image_encoder="resnet_18_imagenet")`, or the folder of one.
# * Data of people: `python recipes/mvsa_image_text.py --data MVSA_Single`.
