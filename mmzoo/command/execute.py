"""Do what a command of `mmzoo` asks for, once its arguments are read."""

from mmzoo.command.evaluate import evaluate
from mmzoo.command.predict import predict_clip, predict_rows
from mmzoo.command.report import report
from mmzoo.command.train import train
from mmzoo.command.train_arguments import READING
from mmzoo.data import read
from mmzoo.models import list_models


def execute(arguments):
    """Do what was asked for.

    Args:
        arguments: words of the command line, as `parse` returns them.

    Returns:
        int, the exit status.
    """
    if arguments.command == "summary":
        how = {name: getattr(arguments, name) for name in READING}
        corpus = read(arguments.data, arguments.protocol, **how)
        print(corpus.summary())
    elif arguments.command == "models":
        print("\n".join(list_models()))
    elif arguments.command == "train":
        train(arguments)
    elif arguments.command == "report":
        report(arguments)
    elif arguments.command == "evaluate":
        return evaluate(arguments)
    else:
        return (predict_clip if arguments.data is None else predict_rows)(arguments)
    return 0
