"""HDF5 that is written to a disk which may become full."""

import contextlib
import io
import os

import h5py

from mmzoo.files import atomic_file


@contextlib.contextmanager
def new_hdf5(path):
    """Write an HDF5 file that is whole or not there.

    Args:
        path: the file.

    Returns:
        A context manager; its value is the open `h5py.File`.

    Raises:
        OSError: the file cannot be written, or the disk is full.

    Example:
    ```python
    from mmzoo.data.hdf5_output import new_hdf5

    with new_hdf5("numbers.h5") as file:
        file["numbers"] = np.arange(3)
    ```
    """
    with atomic_file(path) as temporary, _Output(temporary) as output:
        try:
            with h5py.File(output, "w") as file:
                yield file
        finally:
            if output.error is not None:
                raise output.error


class _Output(io.FileIO):
    """A file that keeps the first error of writing, and drops what comes after it.

    HDF5 tries again to write what it could not, whenever an object of it is freed: it
    prints a traceback each time, and may end the process.
    """

    def __init__(self, path):
        super().__init__(os.fspath(path), "r+")
        self.error = None

    def write(self, data):
        left = memoryview(data).cast("B")
        while self.error is None and len(left):
            try:
                # A disk that becomes full takes a part, and then fails.
                left = left[super().write(left) :]
            except OSError as error:
                self.error = error
        return len(data)

    def truncate(self, size=None):
        try:
            return super().truncate(size)
        except OSError as error:
            self.error = self.error or error
            return size

    def readinto(self, buffer):
        count = super().readinto(buffer)
        # Beyond what the disk took, HDF5 reads what it believes to have written.
        if self.error is not None and count < len(buffer):
            buffer[count:] = bytes(len(buffer) - count)
        return len(buffer) if self.error is not None else count
