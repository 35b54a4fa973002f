"""`mmzoo inspect MODEL`: what a model file says of itself; Keras is not imported."""

import json

from mmzoo.command.model_card_text import lines_of
from mmzoo.command.train_arguments import READING
from mmzoo.reading import DataError, read_model_card


def inspect_model(arguments, path):
    """Print the card of a model, as text or as JSON.

    Args:
        arguments: words of the command line, as `parse` returns them.
        path: the `.keras` file that they mean.

    Raises:
        DataError: an argument is for data alone, or the file is damaged.
    """
    for name in ("plot", "protocol", *READING):
        if getattr(arguments, name) is not None:
            flag = name.replace("_", "-")
            fault = f"--{flag} is for data, but this is a model"
            raise DataError(path, fault, "Leave it out")
    found = read_model_card(path)
    if arguments.json:
        # What a stranger wrote is escaped wherever it is not plain ASCII.
        print(json.dumps(found, indent=2, allow_nan=False))
        return
    print("\n".join(lines_of(found)))
