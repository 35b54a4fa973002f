import pytest

from mmzoo.command.leaderboard_rows import leaderboard_rows
from mmzoo.training import FrontEnds, TrainingOptions, regime_for, zoo_rows
from tests.data.small_corpus import small_corpus

TABLE = "model,printed,source,mae\ntensor_fusion_network,TFN,A paper,.97\n"


@pytest.fixture
def rows(tmp_path, rng):
    corpus = small_corpus(rng)
    table = tmp_path / "models.csv"
    table.write_text(TABLE)

    def make(asked, **given):
        how = TrainingOptions(), given, FrontEnds(), table
        return leaderboard_rows(asked, corpus, regime_for(corpus), *how)

    return make


def test_rows_that_are_asked_for_have_the_names_of_a_report(rows):
    names, board = rows(["lstm_baseline:text", "seq2seq_translator:text->audio"])
    assert names == ["text", "text->audio"]
    assert not board.left_out
    assert board.published[0]["printed"] == "TFN"


def test_else_the_registry_is_asked_with_the_options_of_each_model(
    rows, monkeypatch, capsys
):
    models = ["tensor_fusion_network", "lstm_baseline", "sentiment_regressor"]

    def few(corpus, options, architecture, ends):
        return zoo_rows(corpus, options, architecture, ends, models)

    monkeypatch.setattr("mmzoo.command.leaderboard_rows.zoo_rows", few)
    # The baseline has no `orders`, and the fusion no `bidirectional`.
    names, board = rows((), orders=[1], bidirectional=True, units=3)
    assert names == ["text+audio+video", "tensor_fusion_network:text+audio+video"]
    assert "  not sentiment_regressor: it is no row" in capsys.readouterr().out
