from mmzoo.evaluation import EXPLAINED_METRICS, SENTIMENT_METRICS, metric_definitions


def test_every_metric_is_defined():
    definitions = metric_definitions()
    assert list(definitions) == [*SENTIMENT_METRICS, *EXPLAINED_METRICS]
    assert all(len(words) > 20 for words in definitions.values())
    assert "zero as positive" in definitions["acc2_has0"]
    assert "half to even" in definitions["acc7"]
