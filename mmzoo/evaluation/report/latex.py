"""The tables beside a paper's figures in LaTeX, to be put into a paper of one's own."""

import re
import unicodedata

from mmzoo.evaluation.report.beside_published import columns_of, published_tables
from mmzoo.reading.visible_text import visible

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: rf"\{sign}" for sign in "&%$#_{}"},
    **{sign: f"${sign}$" for sign in "<>|"},
    "→": r"$\rightarrow$",
    "±": r"$\pm$",
    '"': "''",
}
_HEAD = (
    r"% Needs \usepackage{booktabs}.",
    "% Ours are means over the seeds and their standard deviations; controls are set",
    "% in, figures of the paper in italics, in bold where ours are below them.",
)


def latex_tables(content):
    """The tables of `published_tables` as LaTeX with booktabs.

    Args:
        content: what `report.json` holds.

    Returns:
        str, a `table` for each of the paper's.
    """
    parts = ["\n".join(_HEAD)]
    for title, lines in published_tables(content):
        caption = f"{title} of {content['published']['source']}, and ours."
        parts.append("\n".join(_table(caption, columns_of(content), lines)))
    return "\n\n".join(parts) + "\n"


def _escaped(text):
    """Text that LaTeX sets as it is; `->` becomes an arrow.

    Letters beyond Latin, which the font of a paper may lack, become their codes.
    """
    shown = visible(" ".join(str(text).split())).replace("->", "→")
    return "".join(_SPECIAL.get(letter) or _letter(letter) for letter in shown)


def _letter(letter):
    known = letter.isascii() or "LATIN" in unicodedata.name(letter, "")
    return letter if known else f"U+{ord(letter):04X}"


def _table(caption, columns, lines):
    heads = " & ".join(_escaped(each) for each in ("row", *columns))
    return [
        r"\begin{table}",
        r"\centering\footnotesize\setlength{\tabcolsep}{3pt}",
        rf"\caption{{{_escaped(caption)}}}",
        rf"\begin{{tabular}}{{l{'r' * len(columns)}}}",
        r"\toprule",
        rf"{heads} \\",
        r"\midrule",
        *(_line(line, last=line is lines[-1]) for line in lines),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]


def _line(line, last):
    label = _escaped(line["label"])
    cells = [_number(each) for each in line["numbers"]]
    if line["kind"] == "control":
        label = rf"\quad {label}"
    if line["kind"] != "paper":
        return rf"{' & '.join([label, *cells])} \\"
    cells = [rf"\emph{{{each}}}" if each else "" for each in (label, *cells)]
    for place in line["beyond"]:
        cells[place + 1] = rf"\textbf{{{cells[place + 1]}}}"
    # The paper's figures close what belongs together.
    return rf"{' & '.join(cells)} \\" + ("" if last else r" \addlinespace")


def _number(text):
    """A number; its deviation small, for there are many columns."""
    found = re.fullmatch(r"(-?[\d.]+) ±([\d.]+)", text)
    if found:
        return rf"${found[1]}_{{\pm {found[2]}}}$"
    return _escaped(text)
