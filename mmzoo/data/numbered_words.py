"""Words that were numbered with one training split's vocabulary belong to it alone."""

from mmzoo.data.corpus import Corpus
from mmzoo.data.errors import DataError


def refuse_numbered_words(corpus: Corpus, remedy: str) -> None:
    """Refuse another training split for tokens that this one's vocabulary numbered.

    A model of the other split would number other words than these tokens do.

    Args:
        corpus: Whose training split is to become another.
        remedy: How the two are done in the other order, for the error.

    Raises:
        DataError: If its words are numbered by the words of its training split.
    """
    if corpus.provenance.get("made_by", {}).get("text") == "WordEmbedding":
        fault = "its words were numbered with another training split's vocabulary"
        raise DataError(corpus.name, fault, remedy)
