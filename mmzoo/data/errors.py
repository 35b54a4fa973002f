"""The one error that bad data gets, under the name by which `mmzoo.data` knows it."""

from mmzoo.reading.data_error import DataError

__all__ = ["DataError"]
