"""Draw every model of the zoo, and its families, from a few lines of text.

Run:    python docs/model_drawings.py        (`make results` does)

`docs/models/drawings/NAME.txt` becomes `docs/images/models/NAME.svg`. Its first line is
the alternative text of the picture: it says in a sentence what flows where. Each other
line is a path of boxes, from left to right:

    text, audio, video -> standardise* -> LSTM* -> DeltaMemory -> AnswerHead -> answer
    LSTM* -> AnswerHead

* Boxes with the same words are one box. What follows an `@` is not shown, and tells
  boxes apart: `Dense@hidden`.
* A line with commas or a star is repeated for each member of the file's first list with
  commas. A list stands for its members one by one, a star for a box a member.
* A word that begins with a capital is the name of a layer, of mmzoo or of Keras, and
  boxes that name one of mmzoo's are tinted.
"""

import io
import pathlib
import re
import textwrap

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from mmzoo import layers, models
from mmzoo.files import write_atomically

DOCS = pathlib.Path(__file__).resolve().parent
FOLDER = DOCS / "models" / "drawings"
PICTURES = DOCS / "images" / "models"
LAYER = re.compile(r"\b[A-Z]\w*")
ZOO = (layers, models)
# Dark words on light boxes and grey lines are read on a light page and on a dark one.
TINTS = {"end": "#f3e3c3", "layer": "#c9dcf2", "other": "#ececec"}
LINE, WORDS = "#808080", "#1a1a1a"
# All lengths are in inches. Boxes are measured by the count of letters, since the
# widths of a font differ from machine to machine.
LETTER, LINE_HEIGHT, PADDING, GAP, ROW = 0.085, 0.17, 0.18, 0.4, 0.52
LETTERS = 18
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "mmzoo",
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans"],
    "font.size": 10,
}


def main():
    """Write the pictures of all descriptions."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for path in sorted(FOLDER.glob("*.txt")):
        write_atomically(PICTURES / f"{path.stem}.svg", picture(path.read_text()))


def read(text):
    """The alternative text, and the arrows between boxes.

    Args:
        text: str, a description.

    Returns:
        Tuple of str, and a list of pairs of boxes without repetition.

    Raises:
        ValueError: a line has no arrow.
    """
    about, *lines = [line.strip() for line in text.splitlines() if line.strip()]
    members = next((line.split(" -> ")[0] for line in lines if ", " in line), "")
    members = members.split(", ")
    arrows = {}
    for line in lines:
        if " -> " not in line:
            raise ValueError(f"{line!r} is no path: write boxes with ` -> ` between.")
        repeated = members if ", " in line or "*" in line else members[:1]
        for index, member in enumerate(repeated):
            path = [_box(each, index, member) for each in line.split(" -> ")]
            arrows |= dict.fromkeys(zip(path, path[1:], strict=False))
    return about, list(arrows)


def _box(words, index, member):
    """The box that a part of a line means for one member of the list."""
    if ", " in words:
        words = words.split(", ")[index]
    return words.replace("*", f"@{member}")


def label(box):
    """The words that are shown in a box."""
    return box.partition("@")[0]


def columns(arrows):
    """The column of each box: one more than the last of those that lead to it.

    Raises:
        ValueError: the arrows go round in a circle.
    """
    boxes = list(dict.fromkeys(box for arrow in arrows for box in arrow))
    found = dict.fromkeys(boxes, 0)
    for _ in boxes:
        before = dict(found)
        for source, target in arrows:
            found[target] = max(found[target], found[source] + 1)
        if before == found:
            return found
    raise ValueError("arrows go round in a circle: draw a former step as a box.")


def rows(arrows, column):
    """The height of each box, so that arrows are short and boxes apart.

    An arrow that passes columns by has a place in each, `(source, target, column)`.

    Args:
        arrows: list of pairs of boxes.
        column: dict from box to its column, to which these places are added.

    Returns:
        Tuple of a dict from box or place to its row, and a list with the way of each
        arrow through these.
    """
    ways = []
    for source, target in arrows:
        passed = range(column[source] + 1, column[target])
        places = [(source, target, each) for each in passed]
        column |= {place: place[2] for place in places}
        ways.append([source, *places, target])
    steps = [pair for way in ways for pair in zip(way, way[1:], strict=False)]
    row = dict.fromkeys(column, 0.0)
    order = range(max(column.values()) + 1)
    for sweep in range(8):
        forward = sweep % 2 == 0
        for each in order if forward else reversed(order):
            _spread([box for box in column if column[box] == each], steps, row, forward)
    return row, ways


def _spread(boxes, steps, row, forward):
    """Put the boxes of a column beside their neighbours, at least one row apart."""
    wanted = {}
    for box in boxes:
        near = [row[a] for a, b in steps if b == box]
        if not forward or not near:
            near = [row[b] for a, b in steps if a == box] or near
        wanted[box] = sum(near) / len(near)
    top = float("-inf")
    placed = {}
    for box in sorted(boxes, key=wanted.get):
        top = placed[box] = max(wanted[box], top + 1)
    shift = sum(placed[box] - wanted[box] for box in boxes) / len(boxes)
    row |= {box: round(place - shift, 3) for box, place in placed.items()}


def picture(text):
    """The picture of a description.

    Args:
        text: str.

    Returns:
        str, an SVG file, the same at every run.
    """
    _, arrows = read(text)
    column = columns(arrows)
    boxes = list(column)
    row, ways = rows(arrows, column)
    lowest = min(row.values())
    tall = (max(row.values()) - lowest + 1) * ROW
    left, width = _widths(boxes, column)
    places = {
        box: (left[each], tall - (row[box] - lowest + 0.5) * ROW, width[each])
        for box, each in column.items()
    }
    with matplotlib.rc_context(STYLE):
        wide = left[-1] + width[-1] + 0.05
        figure = Figure(figsize=(wide, tall), facecolor="none")
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, wide), ylim=(0, tall))
        axes.axis("off")
        for way in ways:
            _draw_arrow(axes, [places[each] for each in way])
        for box in boxes:
            _draw_box(axes, box, places[box], _kind(box, arrows))
        return _svg(figure)


def _widths(boxes, column):
    """The left edge and the width of each column."""
    width = [0.0] * (max(column.values()) + 1)
    for box in boxes:
        letters = max(map(len, _wrapped(box)))
        width[column[box]] = max(width[column[box]], letters * LETTER + PADDING)
    left = [0.05]
    for each in width[:-1]:
        left.append(left[-1] + each + GAP)
    return left, width


def _wrapped(box):
    return textwrap.wrap(label(box), LETTERS) if " " in label(box) else [label(box)]


def _kind(box, arrows):
    names = LAYER.findall(label(box))
    if any(hasattr(part, name) for name in names for part in ZOO):
        return "layer"
    sources, targets = ({arrow[end] for arrow in arrows} for end in (0, 1))
    return "other" if box in sources and box in targets else "end"


def _draw_arrow(axes, places):
    (x, y, width), *others = places
    points, codes = [(x + width, y)], [Path.MOVETO]
    for x, y, width in others:
        from_x, from_y = points[-1]
        middle = (from_x + x) / 2
        points += [(middle, from_y), (middle, y), (x, y), (x + width, y)]
        codes += [Path.CURVE4] * 3 + [Path.LINETO]
    tip = points[-2]
    path = Path(points[:-1], codes[:-1])
    line = PathPatch(path, fill=False, edgecolor=LINE, linewidth=1.2)
    axes.add_patch(line).set_clip_on(False)
    head = [tip, (tip[0] - 0.09, tip[1] + 0.045), (tip[0] - 0.09, tip[1] - 0.045)]
    axes.add_patch(Polygon(head, color=LINE, linewidth=0)).set_clip_on(False)


def _draw_box(axes, box, place, kind):
    x, y, width = place
    lines = _wrapped(box)
    height = len(lines) * LINE_HEIGHT + 0.1
    corner = "round,pad=0,rounding_size=0.06"
    at = (x, y - height / 2)
    shape = FancyBboxPatch(at, width, height, boxstyle=corner, linewidth=0.8)
    shape.set(facecolor=TINTS[kind], edgecolor=LINE)
    axes.add_patch(shape).set_clip_on(False)
    for index, line in enumerate(lines):
        at = y + ((len(lines) - 1) / 2 - index) * LINE_HEIGHT - 0.045
        axes.text(x + width / 2, at, line, ha="center", color=WORDS)


def _svg(figure):
    file = io.StringIO()
    FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines()) + "\n"


if __name__ == "__main__":
    main()
