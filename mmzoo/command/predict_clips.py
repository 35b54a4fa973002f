"""`mmzoo predict` of clips: what one is, or a file with a line a clip."""

import collections

from mmzoo.command.answer_file import write_answers
from mmzoo.command.answers import check_answers
from mmzoo.command.clips import clips_of
from mmzoo.command.predict import answer_columns, explanation_folder, write_counted
from mmzoo.command.train_arguments import READING
from mmzoo.command.trusted import load_trusted
from mmzoo.command.words_of_answers import in_words
from mmzoo.explanation.clip_samples import clip_samples
from mmzoo.explanation.explain import explained_clips
from mmzoo.prediction import (
    answer_clips,
    each_clip,
    fault_of,
    predict,
    speakers_of,
)

# Warnings that a command has room for.
SAID = 10


def predict_clips(arguments):
    """Say what one clip is, or write what several are.

    Args:
        arguments: words of the command line, as `parse` returns them.

    Returns:
        int, the exit status: 3 where one of several clips has no answer.
    """
    for name in ("split", "protocol", *READING):
        if getattr(arguments, name) is not None:
            name = name.replace("_", "-")
            raise ValueError(f"--{name} is for DATA, not for clips: leave it out.")
    model = load_trusted(arguments)
    check_answers(model, arguments.model)
    clips, left_out = clips_of(arguments, model)
    for line in left_out:
        print(line)
    total = len(next(iter(clips.values())))
    speakers = _speakers(arguments.speaker, model, total)
    explaining = explanation_folder(arguments, model)
    write = _write if total > 1 else _say
    status = write(arguments.output, model, clips, speakers, explaining)
    if explaining:
        explaining.write(lambda places: _samples(model, clips, places, speakers))
    return status


def _speakers(names, model, total):
    """The speaker of each clip, of those that the command names."""
    if names is not None and len(names) == 1:
        (names,) = names
    try:
        return speakers_of(model, names, total)
    except ValueError as error:
        told = str(error).replace("`speakers`", "--speaker")
        raise ValueError(told) from error


def _samples(model, clips, places, speakers):
    """Some of the clips, read once more, with all others of their speakers."""

    def some(places):
        return {name: [rows[place] for place in places] for name, rows in clips.items()}

    if speakers is None:
        return clip_samples(model, some(places))[0]
    names = {speakers[place] for place in places}
    # All that a speaker said, but for what cannot be read.
    own = [
        place
        for place, name in enumerate(speakers)
        if name in names and fault_of(model, some([place])) is None
    ]
    their = [speakers[place] for place in own]
    samples = clip_samples(model, some(own), speakers=their)[0]
    return samples.select([own.index(place) for place in places])


def _write(path, model, clips, speakers, explaining):
    """Write a line a clip, and say what the clips lack."""
    classes, said = model.classes or (), collections.Counter()
    total = len(next(iter(clips.values())))
    asked = explained_clips if explaining else None
    answers = each_clip(model, clips, asked, speakers)

    def rows():
        for id, answer in zip(_ids(clips), answers, strict=True):
            said.update(answer.get("warnings", ()))
            yield [_row(id, answer, model.target, classes, explaining)]

    columns = answer_columns(classes, None, explaining)
    status = write_counted(path, columns, rows(), total)
    for warning, count in said.most_common(SAID):
        print(f"warning: {count} of {total} clips: {warning}")
    return status


def _say(path, model, clips, speakers, explaining):
    """Print what one clip is, and write it where a file is named."""
    clip = {name: each for name, (each,) in clips.items()}
    if explaining:
        answer = answer_clips(model, clip, explained_clips, speakers)
    else:
        answer = predict(model, speakers, **clip)
    said, found = in_words(answer[model.target]), answer.get("probabilities", {})
    width = max(map(len, [model.target, *found])) + 2
    print(f"{model.target:<{width}}{said if found else format(said, '.4f')}")
    for name in sorted(found, key=found.get, reverse=True):
        print(f"{name:<{width}}{found[name]:.4f}")
    for warning in answer.get("warnings", ()):
        print(f"warning: {warning}")
    (id,) = _ids(clips)
    row = _row(id, answer, model.target, found, explaining)
    if path:
        write_answers(path, answer_columns(found, None, explaining), [row])
        print(f"wrote {path}")
    return 0


def _row(id, answer, target, classes, explaining):
    chances = answer.get("probabilities", dict.fromkeys(classes))
    said, error = in_words(answer[target]), answer.get("error")
    row = [id, id, None, said, *chances.values(), error]
    if explaining:
        explaining.add(row, None if error else answer)
    return row


def _ids(clips):
    """The names of clips: the file of each, or its number."""
    rows = zip(*clips.values(), strict=True)
    for number, row in enumerate(rows, 1):
        clip = dict(zip(clips, row, strict=True))
        yield clip.get("audio") or clip.get("image") or f"clip {number}"
