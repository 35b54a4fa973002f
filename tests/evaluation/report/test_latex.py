"""Tables that LaTeX compiles, by their structure."""

import re

import pytest

from mmzoo.evaluation.report.latex import _escaped, latex_tables
from tests.evaluation.published_study import make_study


@pytest.fixture(scope="module")
def text():
    return latex_tables(make_study().to_dict())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("text->audio", r"text$\rightarrow$audio"),
        ("T → A_1 & 5 %", r"T $\rightarrow$ A\_1 \& 5 \%"),
        (
            r"\x{y}$#^~",
            r"\textbackslash{}x\{y\}\$\#\textasciicircum{}\textasciitilde{}",
        ),
        ("a<b>c|d", "a$<$b$>$c$|$d"),
        ("Müller, 你", "Müller, U+4F60"),
        ("one\ntwo", "one two"),
    ],
)
def test_signs_are_escaped(given, expected):
    assert _escaped(given) == expected


def test_environments_and_braces_are_balanced(text):
    body = "\n".join(x for x in text.splitlines() if not x.startswith("%"))
    assert body.count(r"\begin{table}") == body.count(r"\end{table}") == 2
    assert body.count(r"\begin{tabular}") == body.count(r"\end{tabular}") == 2
    for rule in ("toprule", "midrule", "bottomrule"):
        assert body.count(rf"\{rule}") == 2
    plain = re.sub(r"\\[{}$&%_#]", "", body)
    assert plain.count("{") == plain.count("}") and plain.count("$") % 2 == 0
    assert body.isascii()


def test_every_line_has_a_cell_a_column(text):
    (columns,) = set(re.findall(r"\\begin\{tabular\}\{(l r*)\}".replace(" ", ""), text))
    lines = [x for x in text.splitlines() if r" \\" in x]
    assert len(lines) == 2 + 8
    for each in lines:
        assert len(re.split(r"(?<!\\)&", each)) == len(columns)
        assert re.search(r" \\\\( \\addlinespace)?$", each)


def test_numbers_are_those_of_the_report(text):
    summary = make_study().rows[0].metrics["f1_binary"]
    cell = rf"${summary['mean']:.3f}_{{\pm {summary['std']:.3f}}}$"
    assert f"text (supervised) & {cell} &" in text
    assert r"\emph{T $\rightarrow$ A\_1 \& co} & \textbf{\emph{.999}} &" in text
    assert r"\quad untrained encoder &" in text
