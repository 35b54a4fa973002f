"""What a user chose, among the arguments of a command line."""


def chosen(arguments, *names):
    """The arguments that were given, so that all others keep their default.

    Args:
        arguments: `argparse.Namespace`.
        *names: of the arguments that may be given; without a default they are `None`.

    Returns:
        Dict from name to value, without those that are `None`.

    Example:
    ```python
    import argparse

    arguments = argparse.Namespace(epochs=3, learning_rate=None)
    mmzoo.command.chosen(arguments, "epochs", "learning_rate")  # {"epochs": 3}
    ```
    """
    found = {name: getattr(arguments, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}
