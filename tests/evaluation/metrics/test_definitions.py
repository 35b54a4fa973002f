from mmzoo.evaluation import (
    CLASSIFICATION_METRICS,
    EMOTION_METRICS,
    LATENT_METRICS,
    RATING_METRICS,
    SENTIMENT_METRICS,
    TRANSLATION_METRICS,
    metric_definitions,
)

KINDS = (SENTIMENT_METRICS, TRANSLATION_METRICS, LATENT_METRICS, CLASSIFICATION_METRICS)
KINDS += (RATING_METRICS, EMOTION_METRICS)
# Ratings share some metrics with sentiment.
KNOWN = list(dict.fromkeys(name for kind in KINDS for name in kind))


def test_every_metric_is_defined():
    definitions = metric_definitions()
    assert list(definitions) == KNOWN
    assert all(len(words) > 20 for words in definitions.values())
    assert "zero as positive" in definitions["acc2_has0"]
    assert "half to even" in definitions["acc7"]
    assert "(WA)" in definitions["accuracy"] and "(UA)" in definitions["uar"]


def test_names_choose_definitions():
    found = metric_definitions(["uar", "mae"])
    assert found == {name: metric_definitions()[name] for name in ("uar", "mae")}
    assert list(found) == ["uar", "mae"]
