"""A small whole file or folder of each format that mmzoo reads, and how it is read."""

import json
import zipfile

import h5py
import numpy as np
import soundfile

from tests.data.readers import field_pickles
from tests.data.readers.small_csd import VIDEOS, add_root, small_roots, write_csd
from tests.data.readers.small_features import (
    write_features,
    write_labels,
    write_opensmile,
)
from tests.data.readers.small_meld import write_meld
from tests.data.readers.small_mustard import mustard, write_mustard
from tests.data.small_clips import tone, write_clip
from tests.data.small_corpus import small_emotions, small_labels
from tests.data.small_frames import write_clip_of_pictures
from tests.data.small_pictures import gradient, write_picture
from tests.reading.small_card import small_card
from tests.recipes.small_files import write_mfn, write_mosi

CLASSES = ("sad", "calm", "glad")
FEELINGS = ("ANG", "SAD")
CODES = ("ps", "sad")
WORDS = ("back", "bar", "base")
SPLITS = ("train", "valid", "test")


def _rng():
    return np.random.default_rng(0)


def _mosi(folder):
    return write_mosi(folder / "mosi.npz", _rng())


def _mfn(folder):
    return write_mfn(folder / "mfn", _rng())


def _own(folder):
    small_emotions(_rng()).save(folder / "corpus.h5")
    return folder / "corpus.h5"


def _own_steps(folder):
    small_labels(_rng(), "step").save(folder / "corpus.h5")
    return folder / "corpus.h5"


def _csv(folder, column, write, end):
    rows = [f"{column},text,label,split"]
    for number in range(9):
        write(folder / f"{number}{end}")
        label, split = CLASSES[number % 3], SPLITS[number // 3]
        rows.append(f'{number}{end},"some, words {number}",{label},{split}')
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    return folder / "labels.csv"


def _clips(folder):
    return _csv(folder, "path", write_clip, ".wav")


def _pictures(folder):
    return _csv(folder, "image", write_picture, ".png")


def _frames(folder):
    folder.mkdir(exist_ok=True)
    rows = ["frames,text,label,split"]
    for number in range(9):
        name = f"{number}{('', '.npy', '.npz')[number % 3]}"
        write_clip_of_pictures(folder / name)
        label, split = CLASSES[number // 3], SPLITS[number % 3]
        rows.append(f"{name},some words,{label},{split}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    return folder / "labels.csv"


def _senticap(folder):
    images = [
        {
            "imgid": number,
            "filename": f"{number}.jpg",
            "split": ("train", "val", "test")[number % 3],
            "sentences": [
                {
                    "tokens": ["a", "nice", "dog"],
                    "word_sentiment": [0, 1, 0],
                    "sentiment": number % 2,
                    "raw": "A nice dog.",
                }
            ],
        }
        for number in range(6)
    ]
    for number in range(6):
        write_picture(folder / f"{number}.jpg")
    path = folder / "senticap_dataset.json"
    path.write_text(json.dumps({"images": images}))
    return path


def _senticap_csv(folder):
    rows = ["filename,is_positive_sentiment,caption,split"]
    rows += [f'{n}.jpg,{n % 2},"a dog",{SPLITS[n % 3]}' for n in range(9)]
    (folder / "captions.csv").write_text("\n".join(rows) + "\n")
    return folder / "captions.csv"


def _mvsa(folder):
    lines = ["ID\ttext,image"]
    for number in range(1, 31):
        word = ("negative", "neutral", "positive")[number % 3]
        lines.append(f"{number}\t{word},{word}")
        write_picture(folder / f"data/{number}.jpg")
        (folder / f"data/{number}.txt").write_text(f"tweet {number}")
    (folder / "labelResultAll.txt").write_text("\n".join(lines) + "\n")
    return folder


def _mvsa_folds(folder):
    for number in range(3):
        lists = folder / f"splits/ours_{number}"
        lists.mkdir(parents=True)
        ids = [str(1 + (each + 10 * number) % 30) for each in range(30)]
        parts = {"test": ids[:10], "valid": ids[10:15], "train": ids[15:]}
        for name, names in parts.items():
            (lists / f"{name}.txt").write_text("\n".join(names))
    return _mvsa(folder)


def _ravdess(folder):
    for actor in (1, 13, 17):
        for emotion in (1, 3):
            name = f"03-01-{emotion:02}-01-01-01-{actor:02}.wav"
            write_clip(folder / f"Actor_{actor:02}" / name)
    return folder


def _speech(*stems):
    """A folder of acted speech."""

    def write(folder):
        for stem in stems:
            write_clip(folder / f"{stem}.wav")
        return folder

    return write


def _iemocap(folder):
    for session in range(1, 6):
        dialog, lines, words = f"Ses0{session}F_impro01", [], []
        for number, code in enumerate(("ang", "neu")):
            name = f"{dialog}_F00{number}"
            place = folder / f"Session{session}"
            write_clip(place / "sentences/wav" / dialog / f"{name}.wav")
            lines.append(f"[1.0 - 2.0]\t{name}\t{code}\t[2.5, 2.5, 2.5]")
            words.append(f"{name} [001.0-002.0]: Well.")
        for kind, told in (("EmoEvaluation", lines), ("transcriptions", words)):
            file = place / "dialog" / kind / f"{dialog}.txt"
            file.parent.mkdir(parents=True)
            file.write_text("\n".join(told))
    return folder


def _meld(folder):
    return write_meld(folder, clips=True)


def _mustard(folder):
    """The json beside folds that its default protocol has no need of."""
    for name in list(mustard(3))[::2]:
        write_clip(folder / f"utterances_final/{name}.wav")
    return write_mustard(folder, mustard(3), folds=True)


def _pickle(kind, *options, protocol=4):
    """A pickle of one of the field's projects."""

    def write(folder):
        content = getattr(field_pickles, kind)(_rng(), *options)
        return field_pickles.write_pickle(folder / "a.pkl", content, protocol)

    return write


def _misa(folder):
    content = field_pickles.instances(_rng(), "misa")
    return field_pickles.write_instances(folder / "misa", content)


def _bclstm(folder):
    content = field_pickles.bclstm(_rng())
    return field_pickles.write_pickle(folder / "text.pickle", content, 2)


def _csd(folder):
    return write_csd(folder / "mosi", _rng(), videos=VIDEOS[::2])


def _csd_joint(folder):
    with h5py.File(folder / "mosi.hdf5", "w") as file:
        for name, entries in small_roots(_rng(), VIDEOS[::2]).items():
            names = [f"d{number}" for number in range(3)]
            add_root(file, name, entries, {"dimension names": names}, data=None)
    return folder / "mosi.hdf5"


def _opensmile(folder):
    return write_features(folder / "features", _rng())


def _openface(folder):
    return write_features(folder / "features", _rng(), audio=False)


def _functionals(folder):
    names = [str(number) for number in range(9)]
    write_opensmile(folder / "all.csv", _rng().normal(size=(9, 3)), names)
    write_labels(folder)
    return folder / "all.csv"


UNALIGNED = {"text": 5, "audio": 7, "vision": 6}

# What `mmzoo.data.read` takes.
CORPORA = {
    "mosi": _mosi,
    "mfn": _mfn,
    "own": _own,
    "own_steps": _own_steps,
    "clips": _clips,
    "pictures": _pictures,
    "frames": _frames,
    "senticap": _senticap,
    "senticap_csv": _senticap_csv,
    "mvsa": _mvsa,
    "ravdess": _ravdess,
    "cremad": _speech(
        *(f"{actor}_DFA_{code}_XX" for actor in (1001, 1064, 1078) for code in FEELINGS)
    ),
    "tess": _speech(
        *(f"OAF_{word}_{name}" for word in WORDS for name in ("ps", "sad"))
    ),
    "emodb": _speech(*(f"{who}a0{n}Fa" for who in ("03", 12, 15) for n in (1, 2))),
    "savee": _speech(*(f"{who}/a0{n}" for who in ("DC", "JK", "KL") for n in (1, 2))),
    "iemocap": _iemocap,
    "meld": _meld,
    "mustard": _mustard,
    "mmsa": _pickle("mmsa"),
    "mmsa_unaligned": _pickle("mmsa", UNALIGNED, protocol=2),
    "mult": _pickle("mult"),
    "multibench": _pickle("multibench"),
    "mag_bert": _pickle("instances"),
    "misa": _misa,
    "lmf": _pickle("lmf", protocol=0),
    "bclstm": _bclstm,
    "dialogues": _pickle("dialogues", protocol=2),
    "csd": _csd,
    "csd_joint": _csd_joint,
    "opensmile": _opensmile,
    "openface": _openface,
    "functionals": _functionals,
}
# Those that are read by the protocol `ours`.
OURS = {"mvsa_folds": _mvsa_folds}


def _sound(kind):
    def write(folder):
        path = folder / f"a.{kind}"
        soundfile.write(path, tone(0.5), 16000)
        return path

    return write


def _picture(kind):
    return lambda folder: write_picture(folder / f"a.{kind}", gradient(40, 30))


SOUNDS = {kind: _sound(kind) for kind in ("wav", "flac", "ogg", "mp3", "aiff")}
PICTURES = {
    kind: _picture(kind) for kind in ("png", "jpg", "gif", "bmp", "webp", "tiff", "jp2")
}


def small_model():
    """A model whose checkpoint and file have few weights."""
    from mmzoo import build_lstm_baseline

    model = build_lstm_baseline({"text": 5}, units=4)
    model.compile(optimizer="adam")
    return model


def _keras(folder):
    from mmzoo.training.model_card import write_model_card

    small_model().save(folder / "model.keras")
    write_model_card(folder / "model.keras", small_card())
    return folder / "model.keras"


def _keras_packed(folder):
    """The same model in an archive whose content is compressed."""
    path = folder / "packed.keras"
    with (
        zipfile.ZipFile(_keras(folder)) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return path


def _checkpoint(folder):
    from mmzoo.training import ResumableFit

    fit = ResumableFit(small_model(), folder / "fit.npz", None, None, 2)
    fit.progress.update(epoch=1, best=1.5)
    fit.history = {"loss": [1.5]}
    fit._write()
    return folder / "fit.npz"


def _vectors(folder):
    path = folder / "vectors.txt"
    path.write_text("".join(f"word{n} {n} 0.5 -1.5 2e-1\n" for n in range(50)))
    return path


def read_sample(name, path):
    """What mmzoo makes of a file of the format; a `ValueError` is raised."""
    import mmzoo
    from mmzoo.command.model_card_text import lines_of
    from mmzoo.models.text_front_end import make_text_front_end
    from mmzoo.training import ResumableFit

    if name in CORPORA:
        return mmzoo.data.read(path)
    if name in OURS:
        return mmzoo.data.read(path, "ours")
    if name in SOUNDS:
        return mmzoo.data.read_audio(path)
    if name in PICTURES:
        return mmzoo.data.read_image(path)
    if name.startswith("keras"):
        return mmzoo.load(path)
    if name == "card":
        found = mmzoo.read_model_card(path)
        return lines_of(found), json.dumps(found, allow_nan=False)
    if name == "vectors":
        return make_text_front_end(str(path), ["word1 word2"])
    told = []
    return ResumableFit(small_model(), path, None, None, 2, told.append).restore()


SAMPLES = {
    **CORPORA,
    **OURS,
    **SOUNDS,
    **PICTURES,
    "keras": _keras,
    "keras_packed": _keras_packed,
    "card": _keras,
    "checkpoint": _checkpoint,
    "vectors": _vectors,
}
