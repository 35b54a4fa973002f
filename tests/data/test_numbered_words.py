import dataclasses

import pytest

from mmzoo.data import DataError
from mmzoo.data.numbered_words import refuse_numbered_words
from tests.data.small_corpus import small_corpus


@pytest.mark.parametrize("maker", ["WordEmbedding", "PretrainedText", None])
def test_only_a_vocabulary_of_the_training_split_is_refused(rng, maker):
    made = {} if maker is None else {"made_by": {"text": maker}}
    corpus = dataclasses.replace(small_corpus(rng), provenance=made)
    if maker != "WordEmbedding":
        return refuse_numbered_words(corpus, "Cut, then number")
    with pytest.raises(DataError, match="small: its words .*Cut, then number"):
        refuse_numbered_words(corpus, "Cut, then number")
