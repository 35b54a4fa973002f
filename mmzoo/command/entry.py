"""Run the work of a command or a recipe, and say how it ended in one line."""

import contextlib
import functools
import importlib.util
import os
import re
import signal
import sys
import tempfile
import threading

from mmzoo.compilation import compiled_once

# Exit statuses, beside 0.
FAULT = 2
MISSING = 3
INTERRUPTED = 130
FAULTS = (ValueError, OSError, FloatingPointError, MemoryError)
# What TensorFlow writes about the machine while it starts, but for errors.
CHATTER = re.compile(
    r"[IW]\d{4} \d\d:\d\d:|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IW] |"
    r"E\d{4} .*cuInit|WARNING: All log messages before absl|To enable the following"
)


def main(argv=None):
    """Run one command of `mmzoo`.

    Args:
        argv: optional list of words; those of the command line where not given.

    Returns:
        int, what the process exits with.
    """
    try:
        with _interruptions_kept():
            from mmzoo.command.arguments import parse

            # It imports, too.
            arguments = parse(argv)
    except KeyboardInterrupt:
        return _interrupted("interrupted")
    if arguments.command == "inspect":
        from mmzoo.command.inspect_model import inspect_model
        from mmzoo.reading.keras_file import model_meant

        model = model_meant(arguments.data)
        if model is not None:
            show = functools.partial(inspect_model, arguments, model)
            return run(show, "interrupted", backend=False, trains=False)

    def work():
        with _interruptions_kept():
            from mmzoo.command.execute import execute

        return execute(arguments)

    if arguments.command == "train":
        return run(work)
    return run(work, "interrupted", trains=False)


def run(
    work,
    interrupted="interrupted: the same command goes on where it was",
    backend=True,
    trains=True,
):
    """Run something that may be interrupted, or given files with faults.

    A fault of a file is one line on stderr, without a traceback, and so is Ctrl-C.
    TensorFlow starts without its lines about the machine.

    Args:
        work: function without arguments. What it returns is the exit status where it
            is an int.
        interrupted: what Ctrl-C says.
        backend: whether Keras and its backend are started before.
        trains: whether it trains, which compiles the same for each seed, see
            `compiled_once`.

    Returns:
        int, what the process exits with: 2 after a fault, 130 after Ctrl-C, else what
        the work says, such as 3 where something is missing.
    """
    try:
        with compiled_once() if trains else contextlib.nullcontext():
            if backend:
                with _interruptions_kept():
                    _start_quietly()
            # A log that nobody watches shows each line when it is written, too.
            if hasattr(sys.stdout, "reconfigure"):
                sys.stdout.reconfigure(line_buffering=True)
            status = work()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _interrupted(interrupted)
    except BrokenPipeError:
        # Whoever read the output, such as `head`, has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except FAULTS as error:
        print(f"error: {_told(error)}", file=sys.stderr)
        return FAULT
    return status if isinstance(status, int) else 0


def _interrupted(said):
    """Say that the user interrupted, and return the exit status of that."""
    # A progress bar may stand in the line.
    print(f"\n{said}", file=sys.stderr)
    return INTERRUPTED


@contextlib.contextmanager
def _interruptions_kept():
    """Let Ctrl-C end the block also where a library that is imported swallows it.

    Returns:
        A context manager.

    Raises:
        KeyboardInterrupt: at the end of the block at the latest.
    """
    if threading.current_thread() is not threading.main_thread():
        # No other thread is interrupted.
        yield
        return
    came, before = [], signal.getsignal(signal.SIGINT)

    def interrupt(number, frame):
        came.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


def _start_quietly():
    """Import Keras and start its backend without TensorFlow's remarks.

    Where TensorFlow is not the backend it is imported later, if at all, by what needs
    a part of it: as quietly. With `TF_CPP_MIN_LOG_LEVEL=0` the remarks are shown.
    """
    shown = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") == "0"
    if shown or "keras" in sys.modules:
        return
    with _without_remarks():
        import keras

        # The first operation starts the device.
        keras.ops.zeros(())
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _QuietTensorFlow())
    _hush_python()


@contextlib.contextmanager
def _without_remarks():
    """Leave TensorFlow's remarks out of what is written to standard error meanwhile.

    TensorFlow writes them to the file descriptor, before it reads any setting; its
    failures reach Python as exceptions.
    """
    kept = os.dup(2)
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            written.seek(0)
            lines = written.read().decode(errors="replace").splitlines(keepends=True)
            sys.stderr.writelines(line for line in lines if not CHATTER.match(line))


class _QuietTensorFlow:
    """A finder that lets the first import of TensorFlow say nothing of the machine."""

    def find_spec(self, name, path=None, target=None):
        """What the other finders find, and for anything else nothing."""
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None:
            load = spec.loader.exec_module

            @_without_remarks()
            def exec_module(module):
                load(module)
                # The first look for devices has a remark, too.
                module.config.list_physical_devices()

            spec.loader.exec_module = exec_module
        return spec


def _hush_python():
    """Keep of TensorFlow's Python loggers the errors alone."""
    import logging

    for name in ("tensorflow", "absl"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _told(error):
    """The message in one line; only what it lists keeps lines of its own."""
    text = str(error) or "there is not enough memory"
    parts = (" ".join(part.split()) for part in text.split("\n  - "))
    return "\n  - ".join(parts)
