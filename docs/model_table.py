"""Write the tables of models in README.md and docs/index.md.

Run:    python docs/model_table.py        (`make results` does)

A line is a model of the registry: the short name in its page's title, what its page in
docs/models says that it reads and which paper it names first, and the first line of its
builder's docstring. What stands
between the markers `<!-- models -->` and `<!-- /models -->` is replaced.
"""

import inspect
import pathlib
import re

import mmzoo
from mmzoo.files import write_atomically

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "models"
PAGES = (ROOT / "README.md", ROOT / "docs" / "index.md")
MARKERS = ("<!-- models -->", "<!-- /models -->")
MODALITIES = ("text", "audio", "video", "image", "frames")
HEADER = ("model", "reads", "what it is", "paper")
# `* Pham, Manzini and Liang: [Title](https://...), 2018`, or `*Title*` without a link.
PAPER = re.compile(
    r"\* (?P<authors>[^:*]+):\s+"
    r"(?P<title>\[[^]]+\]\(\S+\)|\*[^*]+\*)(, (?P<year>\d{4}))?"
)


def main():
    """Write what stands between the markers of the pages."""
    for page in PAGES:
        write_atomically(page, with_table(page))


def with_table(page):
    """The text of a page, its table as the registry and the models' pages have it.

    Args:
        page: path of a page with the markers.

    Returns:
        str.
    """
    before, _, rest = page.read_text().partition(MARKERS[0])
    _, _, after = rest.partition(MARKERS[1])
    folder = FOLDER.relative_to(page.parent).as_posix()
    lines = [HEADER, ["---"] * len(HEADER)]
    lines += [line(name, folder) for name in mmzoo.list_models()]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{before}{MARKERS[0]}\n{table}\n{MARKERS[1]}{after}"


def line(name, folder):
    """The cells of one model.

    Args:
        name: str, as the registry has it.
        folder: str, the way from the table's page to the models' pages.

    Returns:
        List of str, one a column of `HEADER`.

    Raises:
        ValueError: the model's page is not there, or names no paper.
    """
    page = FOLDER / f"{name}.md"
    if not page.is_file():
        raise ValueError(f"{name!r} has no page: write docs/models/{name}.md.")
    text = page.read_text()
    summary = inspect.getdoc(getattr(mmzoo, f"build_{name}")).splitlines()[0]
    link = f"[`{name}`]({folder}/{name}.md){short_name(text)}"
    return [link, reads(text), summary, paper(name, text)]


def short_name(text):
    """The name by which the field calls a model, such as ` (MulT)`, where it has one.

    Args:
        text: str, the model's page, whose title ends in it.

    Returns:
        str, empty where the title has no brackets.
    """
    found = re.match(r"# .*?( \(.+\))\n", text)
    return found[1] if found else ""


def reads(text):
    """The modalities that the table of inputs on a model's page names, or `any`.

    Args:
        text: str, the page.

    Returns:
        str.
    """
    inputs = "".join(re.findall(r"^\| in.*", text, re.M))
    named = [name for name in MODALITIES if f'"{name}"' in inputs]
    return ", ".join(named) or "any"


def paper(name, text):
    """The first reference of a model's page: who, what and when.

    Args:
        name: str, the model's.
        text: str, its page.

    Returns:
        str.

    Raises:
        ValueError: the page names no paper.
    """
    found = PAPER.match(text.partition("\n## References\n\n")[2])
    if not found:
        raise ValueError(
            f"docs/models/{name}.md names no paper: begin `## References` with "
            "`* Authors: [Title](link), year`."
        )
    first, *others = re.split(r",\s+|\s+and\s+", found["authors"])
    authors = f"{first} et al." if others else first
    told = [authors, " ".join(found["title"].split()), found["year"]]
    return ", ".join(filter(None, told))


if __name__ == "__main__":
    main()
