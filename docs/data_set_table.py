"""Write the table of data sets in docs/data/data_sets.md.

Run:    python docs/data_set_table.py        (`make results` does)

A line is a data set of `mmzoo.data.known_data_sets`. What stands between the markers
`<!-- data sets -->` and `<!-- /data sets -->` is replaced.
"""

import pathlib

import mmzoo
from mmzoo.files import write_atomically

PAGE = pathlib.Path(__file__).resolve().parent / "data" / "data_sets.md"
MARKERS = ("<!-- data sets -->", "<!-- /data sets -->")
HEADER = ("data set", "labels and modalities", "access", "licence", "`--format`")
UNKNOWN = "not confirmed"


def main():
    """Write what stands between the markers of the page."""
    write_atomically(PAGE, with_table(PAGE.read_text()))


def with_table(text):
    """The text of the page, its table as the library has it.

    Args:
        text: str with the markers.

    Returns:
        str.
    """
    before, _, rest = text.partition(MARKERS[0])
    _, _, after = rest.partition(MARKERS[1])
    lines = [HEADER, ["---"] * len(HEADER)]
    lines += [line(each) for each in mmzoo.data.known_data_sets()]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{before}{MARKERS[0]}\n{table}\n{MARKERS[1]}{after}"


def line(found):
    """The cells of one data set.

    Args:
        found: `KnownDataSet`.

    Returns:
        List of str, one a column of `HEADER`.
    """
    name = f"[{found.name}]({found.page})" if found.page else found.name
    formats = ", ".join(f"`{each}`" for each in found.readers or ())
    licence = found.licence or UNKNOWN
    return [name, found.about, found.access or UNKNOWN, licence, formats or "none yet"]


if __name__ == "__main__":
    main()
