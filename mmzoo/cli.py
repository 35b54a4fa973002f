"""The command `mmzoo`: look at data, predict with a model, measure it."""

from mmzoo.command.evaluate import evaluate
from mmzoo.command.predict import predict_clip, predict_rows
from mmzoo.data import read
from mmzoo.models import list_models
from mmzoo_command import entry


def main(argv=None):
    """Run one command.

    Args:
        argv: optional list of words; those of the command line where not given.

    Returns:
        int, what the process exits with: 0; 2 after a fault, which is one line; 3
        where some rows could not be answered; 130 after Ctrl-C.
    """
    return entry.main(argv)


def execute(arguments):
    """Do what was asked for.

    Args:
        arguments: words of the command line, as `mmzoo_command` reads them.

    Returns:
        int, the exit status.
    """
    if arguments.command == "summary":
        print(read(arguments.data, arguments.protocol).summary())
    elif arguments.command == "models":
        print("\n".join(list_models()))
    elif arguments.command == "evaluate":
        return evaluate(arguments)
    else:
        return (predict_clip if arguments.data is None else predict_rows)(arguments)
    return 0
