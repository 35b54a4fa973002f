"""`mmzoo predict --explain DIR`: columns of each row, pictures of some, an index."""

import html
import itertools

import numpy as np

from mmzoo.command.words_of_answers import in_words
from mmzoo.evaluation.pictures.explanation_picture import explanation_picture
from mmzoo.explanation.leave_one_out import NOTE
from mmzoo.files import write_atomically
from mmzoo.training.drawings import looks
from mmzoo.training.progress import followed

# Errors that the index names.
NAMED = 10
# So many rows are looked at together: padded to one length, the model is compiled once.
TOGETHER = 32
NO_ATTENTION = "the model has no attention that can be drawn: the pictures show none"
ONE_A_STEP = "the model answers once a step: a line a step, and no picture"
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font-family: sans-serif; max-width: 60em; margin: 2em auto; }}
img {{ max-width: 100%; }} section {{ border-top: 1px solid #ccc; }}
</style></head><body>
<h1>{title}</h1>
{body}
</body></html>
"""


class ExplanationFolder:
    """What each modality contributes to rows, and pictures of the first of them.

    Args:
        folder: `pathlib.Path`, made where it is not there.
        model: the model that answers.
        pictures: int. How many rows are drawn at the most. Defaults to `20`.
    """

    def __init__(self, folder, model, pictures=20):
        self.folder, self.model = folder, model
        one_a_step = model.labels_per == "step"
        self.pictures = 0 if one_a_step else pictures
        self.notes = [ONE_A_STEP] if one_a_step else []
        # Of each modality how often it was left out, what that changed, how often more.
        self.sums = {name: np.zeros(3) for name in model.source}
        self.kept, self.rows, self.answered = [], 0, 0
        self.errors, self.broken = [], 0
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def columns(self):
        """Dict from the name of each further column to its type."""
        model, found = self.model, {}
        said = str if model.classes else float
        for name in model.source:
            found[f"without_{name}"] = said
            found |= dict.fromkeys(_contributions(name, model), float)
        return found

    def add(self, row, answer):
        """Put the cells of these columns before the last cell of a row.

        Args:
            row: list with a value a column, id first, label third, the error last.
            answer: dict as `mmzoo.explain` returns it, or `None` where there is none.
        """
        cells = [None] * len(self.columns)
        if answer is None:
            self.add_error(row[0], row[-1])
        else:
            without = answer["without"]
            cells = [*itertools.chain(*map(self._cells, without, without.values()))]
            self._count(answer)
            self.answered += 1
            if len(self.kept) < self.pictures:
                self.kept.append((self.rows, row[0], row[2], answer))
        self.rows += 1
        row[-1:-1] = cells

    def add_error(self, id, error):
        """Count a row that has no answer; the index names the first ten.

        Args:
            id: str, its name.
            error: str, the reason.
        """
        self.broken += 1
        if len(self.errors) < NAMED:
            self.errors.append(f"{id}: {error}")

    def _cells(self, name, lacking):
        if lacking is None:
            return [None] * (1 + len(_contributions(name, self.model)))
        added = lacking["contribution"]
        added = added.values() if isinstance(added, dict) else [added]
        return [in_words(lacking[self.model.target]), *added]

    def _count(self, answer):
        said = answer[self.model.target]
        for name, lacking in answer["without"].items():
            if lacking is not None:
                added = lacking["contribution"]
                added = [*added.values()] if isinstance(added, dict) else added
                other = lacking[self.model.target] != said
                self.sums[name] += 1, np.mean(np.abs(added)), other

    def summary(self):
        """What each modality contributed over all rows, a line each.

        Returns:
            list of str.
        """
        classes = self.model.classes
        of = "the probability of the predicted class" if classes else "the score"
        of = "the probability of a class" if self.model.several else of
        told = []
        for name, (count, changed, other) in self.sums.items():
            line = f"without {name}: nothing else, or no {name}, in every row"
            if count:
                line = f"without {name}: {of} changes by {changed / count:.4f}"
                line += f" on average in {count:.0f} of {self.answered} rows"
            if count and classes:
                line += f", and {other:.0f} are answered otherwise"
            told.append(line)
        return told

    def write(self, samples_of):
        """Draw the pictures, with the time left, and write the index.

        Args:
            samples_of: function from a list of places of rows to their `Split`, with
                what the model reads.
        """
        attended = 0
        for part in followed(self._draw(samples_of), len(self.kept), "draw"):
            attended += sum(map(bool, part))
        notes = [*self.summary(), NOTE, *self.notes]
        if self.kept and not attended:
            notes.append(NO_ATTENTION)
        if len(self.kept) < self.answered and not self.notes:
            few = f"{len(self.kept)} of {self.answered} rows with an answer are drawn"
            notes.append(f"{few}; --pictures N draws as many as you say")
        path = self.folder / "index.html"
        write_atomically(path, self._page(notes))
        print(*notes, f"wrote {path}", sep="\n")

    def _draw(self, samples_of):
        """Draw each row that was kept; gives what is attended to in it, in a list."""
        for first in range(0, len(self.kept), TOGETHER):
            part = self.kept[first : first + TOGETHER]
            split = samples_of([place for place, *_ in part])
            words = split.words or [""] * len(split)
            found = zip(part, words, looks(self.model, split), strict=True)
            for (place, id, label, answer), text, attention in found:
                without = answer["without"].items()
                explanation_picture(
                    {name: each and each["contribution"] for name, each in without},
                    attention,
                    self.folder / _file(place),
                    str(id),
                    _about(label, answer, text, self.model),
                    _axis(answer, self.model),
                )
                yield [attention]

    def _page(self, notes):
        parts = [f"<p>{html.escape(note.removesuffix('.'))}.</p>" for note in notes]
        if self.broken:
            parts.append(f"<h2>Rows without an answer: {self.broken}</h2>")
            parts += [f"<p>{html.escape(error)}</p>" for error in self.errors]
            parts += ["<p>...</p>"] * (self.broken > len(self.errors))
        for place, id, label, answer in self.kept:
            parts += [
                f"<section><h2>{html.escape(str(id))}</h2>",
                f"<p>{html.escape(_about(label, answer, '', self.model))}</p>",
                f'<img src="{_file(place)}" loading="lazy" alt=""></section>',
            ]
        return PAGE.format(title="Explanations", body="\n".join(parts))


def _file(place):
    return f"row_{place + 1}.png"


def _contributions(name, model):
    """The columns of what a modality contributes."""
    if not model.classes:
        return [f"contribution_{name}"]
    to = f"contribution_{name}_to_probability"
    if not model.several:
        return [f"{to}_of_predicted"]
    return [f"{to}_{each}" for each in model.classes]


def _axis(answer, model):
    if not model.classes:
        return f"contribution to the {model.target}"
    said = "each class" if model.several else answer[model.target]
    return f"contribution to the probability of {said}"


def _about(label, answer, words, model):
    said = in_words(answer[model.target])
    said = said if model.classes else f"{said:.2f}"
    if model.classes and not model.several:
        said += f" ({answer['probabilities'][said]:.2f})"
    label = f"{label:.2f}" if isinstance(label, float) else label
    known = "" if label is None else f"label {label}, "
    words = " ".join((words or "").split())
    return f"{known}the model says {said}" + (f". Words: {words}" if words else "")
