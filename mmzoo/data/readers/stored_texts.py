"""Texts that stay in a file until they are asked for."""

import itertools
from collections.abc import Iterator, Sequence

import h5py

# So many are decoded at once.
TEXTS = 4096


class StoredTexts(Sequence):
    """The texts of an HDF5 file, decoded some at a time.

    Names of a million rows take more memory than a batch of their frames, and answers
    need each once, in order. The file has to stay open.

    Args:
        texts: Dataset of texts, `(count,)`. All are decoded once here, so that one
            that is no UTF-8 shows before any answer.

    Example:
    ```python
    import h5py

    from mmzoo.data.readers.stored_texts import StoredTexts

    with h5py.File("names.h5", "w") as file:
        file["ids"] = ["a", "b", "c"]
        names = StoredTexts(file["ids"])
        list(names), names[1:]  # (["a", "b", "c"], ("b", "c"))
    ```
    """

    def __init__(self, texts: h5py.Dataset):
        self._texts = texts
        self._count = len(texts)
        self._encoding = h5py.check_string_dtype(texts.dtype).encoding
        for _ in self._parts():
            pass

    def __len__(self):
        return self._count

    def __getitem__(self, index):
        if isinstance(index, slice):
            return tuple(self._decoded(self._texts[index]))
        return self._texts[range(self._count)[index]].decode(self._encoding)

    def __iter__(self) -> Iterator[str]:
        return itertools.chain.from_iterable(self._parts())

    def _parts(self) -> Iterator[list[str]]:
        for first in range(0, self._count, TEXTS):
            yield self._decoded(self._texts[first : first + TEXTS])

    def _decoded(self, texts) -> list[str]:
        # One text of all is decoded faster than each by itself.
        found = b"\0".join(texts).decode(self._encoding).split("\0")
        if len(found) == len(texts):
            return found
        return [text.decode(self._encoding) for text in texts]

    def __eq__(self, other):
        return isinstance(other, tuple | StoredTexts) and tuple(self) == tuple(other)

    __hash__ = None

    def __repr__(self):
        return f"<StoredTexts: {self._count}, in a file>"
