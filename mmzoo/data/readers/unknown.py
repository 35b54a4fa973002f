"""What is said of a path that no reader takes."""

from pathlib import Path

from mmzoo.data.errors import DataError
from mmzoo.data.readers import clips_csv, pictures_csv, senticap_file
from mmzoo.data.readers.file_table import some
from mmzoo.data.readers.labels_csv import columns_of, csv_file

# The columns that each table needs.
TABLES = {
    "clips": clips_csv.NEEDED,
    "pictures": ("image", *pictures_csv.NEEDED),
    "SentiCap": senticap_file.NEEDED,
}
REMEDY = (
    "Rename those that mean the same. Instead of image, guid or id may name the "
    "pictures of a folder images"
)


def unknown(path: Path, formats: list[str]) -> DataError:
    """The error for a path that is of no known format.

    Args:
        path: The file or folder.
        formats: How errors call the known formats.

    Returns:
        The error. It names the columns that a table has and those that it lacks.
    """
    file = csv_file(path)
    columns = columns_of(file)
    if columns:
        lacks = " or ".join(
            f"{', '.join(name for name in needed if name not in columns)} ({table})"
            for table, needed in TABLES.items()
            if not set(needed) <= set(columns)
        )
        fault = f"its columns are {some(columns)}; it lacks {lacks}"
        return DataError(file, fault, REMEDY)
    known = "".join(f"\n  - {each}" for each in formats)
    return DataError(path, "it is of no format that mmzoo reads", f"Those are:{known}")
