import json

from mmzoo.evaluation import table
from tests.evaluation.rows import (
    LATENT,
    make_class_row,
    make_explained,
    make_row,
    make_tokens,
)

ROWS = [
    make_row("text", "end-to-end"),
    make_row(control="untrained encoder"),
    make_row(explained=make_explained()),
    make_row("text", "closed form", seeds=1, control="ridge regression"),
]


def test_rows_stand_above_their_controls():
    lines = table(ROWS).splitlines()
    assert [line[:24].rstrip() for line in lines[2:6]] == [
        "text",
        "text->audio",
        "  untrained encoder",
        "ridge regression on text",
    ]
    assert lines[0].split() == ["row", "training", "has0", "%", "MAE", "r", "acc7", "%"]


def test_numbers_are_those_of_the_row():
    mae = ROWS[0].metrics["mae"]
    assert f"{mae['mean']:.3f} ±{mae['std']:.3f}" in table(ROWS).splitlines()[2]
    # One seed has no deviation to show.
    assert "±" not in table(ROWS).splitlines()[5]


def test_translations_have_a_table_of_their_own():
    assert "free" not in table(ROWS[:1])
    lines = table(ROWS).splitlines()
    assert lines[6] == "" and lines[-1].startswith("text->audio")
    shuffled = ROWS[2].metrics["explained_source_shuffled"]["mean"]
    assert f"{shuffled:.3f}" in lines[-1]


def test_tokens_have_tables_of_their_own():
    assert "BLEU" not in table(ROWS)
    row = make_row(explained=make_tokens())
    lines = table([row]).splitlines()
    assert max(map(len, lines)) <= 100
    accuracy, perplexity, bleu, codes = lines[6::4]
    mean = row.metrics["token_accuracy_free_running"]["mean"]
    assert f"{100 * mean:.1f} ±" in accuracy
    # exp(1), exp(2) and exp(3), and what test_tokens.py works out by hand.
    assert perplexity.split()[2::2] == ["2.72", "7.39", "20.09"]
    assert bleu.split()[2] == "66.9" and codes.split()[2] == "0.750"


def test_latent_vectors_have_a_table_of_their_own():
    assert "active" not in table(ROWS)
    header, _, line = table([make_row(latent=LATENT)]).splitlines()[-3:]
    assert header.split("  ")[0] == "latent vector" and "KL in nats" in header
    assert "3.0 ±2.6" in line and "8 ±0" in line and "1.50 ±1.00" in line


def test_fits_and_is_aligned():
    long = make_row("text+audio->text+video" * 4, "an end-to-end form", explained={})
    lines = table([*ROWS, long]).splitlines()
    assert max(map(len, lines)) <= 100
    assert ".." in lines[-4] or any(".." in line for line in lines)
    ends = {len(line) for line in lines[2:6]}
    assert len(ends) <= 2


def test_takes_the_rows_of_a_report():
    rows = json.loads(json.dumps([row.to_dict() for row in ROWS]))
    assert table(rows) == table(ROWS)


def test_classes_have_columns_of_their_own():
    rows = [make_class_row(), make_class_row("majority", right=0.0, control="majority")]
    header, _, line, floor = table(rows).splitlines()
    expected = "row training acc % UAR % F1 macro F1 weighted"
    assert header.split() == expected.split()
    uar, f1 = (rows[0].metrics[name] for name in ("uar", "f1_macro"))
    assert f"{100 * uar['mean']:.1f} ±{100 * uar['std']:.1f}" in line
    assert f"{f1['mean']:.3f} ±{f1['std']:.3f}" in line
    assert floor.startswith("majority ")
