"""Do what a command of `mmzoo` asks for, once its arguments are read."""

from mmzoo.command.clips import are_clips
from mmzoo.command.convert import convert
from mmzoo.command.evaluate import evaluate
from mmzoo.command.inspect_data import inspect_data
from mmzoo.command.list_data_sets import list_data_sets
from mmzoo.command.predict import predict_rows
from mmzoo.command.predict_clips import predict_clips
from mmzoo.command.report import report
from mmzoo.command.train import train
from mmzoo.models import list_models


def execute(arguments):
    """Do what was asked for.

    Args:
        arguments: words of the command line, as `parse` returns them.

    Returns:
        int, the exit status.
    """
    if arguments.command == "inspect":
        inspect_data(arguments)
    elif arguments.command == "convert":
        convert(arguments)
    elif arguments.command == "data":
        list_data_sets(arguments)
    elif arguments.command == "models":
        print("\n".join(list_models()))
    elif arguments.command == "train":
        train(arguments)
    elif arguments.command == "report":
        report(arguments)
    elif arguments.command == "evaluate":
        return evaluate(arguments)
    else:
        return (predict_clips if are_clips(arguments) else predict_rows)(arguments)
    return 0
