"""Run the fenced code of README and docstrings, and what its comments promise."""

import ast
import re

# Of the sample of features, where code is to run and need learn nothing.
SMALL_SAMPLE = {"train": 64, "valid": 12, "test": 36}


def fenced_blocks(text, language):
    """The blocks of one language, in order.

    Args:
        text: markdown, or a docstring.
        language: the word after the opening fence.

    Returns:
        List of strings.
    """
    fence = re.compile(rf"^( *)```{language}\n(.*?)^\1```$", re.M | re.S)
    return [_dedent(body, len(indent)) for indent, body in fence.findall(text)]


def run_block(code, namespace):
    """Execute a block; `value  # literal` and `print(value)  # text` are checked.

    Args:
        code: python source.
        namespace: dict, which later blocks see again.

    Raises:
        AssertionError: where a value is not what the comment beside it says.
    """
    lines = code.splitlines()
    for node in ast.parse(code).body:
        if not isinstance(node, ast.Expr):
            exec(compile(ast.Module([node], []), "<example>", "exec"), namespace)
            continue
        value = eval(
            compile(ast.Expression(node.value), "<example>", "eval"), namespace
        )
        expected = _promised(lines[node.end_lineno - 1][node.end_col_offset :])
        if expected is not None:
            # Every backend has a shape type of its own.
            found = tuple(value) if isinstance(expected, tuple) else value
            source = ast.unparse(node)
            assert found == expected, f"{source} gave {found}, not {expected}"


def _promised(rest):
    """The literal in a comment at the end of a line, if there is one."""
    comment = rest.partition("#")[2].strip()
    try:
        return ast.literal_eval(comment)
    except (SyntaxError, ValueError):
        return None


def _dedent(body, spaces):
    return "".join(line[spaces:] or "\n" for line in body.splitlines(keepends=True))
