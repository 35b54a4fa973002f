"""Text and tables of Markdown from what people and files say.

Names, identifiers and configuration come from elsewhere: nothing in them may become
markup, a link, or HTML.
"""

import re

from mmzoo.reading.visible_text import visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#|~!$])")


def escaped(value):
    """A value as words: one line, every special character harmless."""
    line = _one_line(value).replace("&", "&amp;").replace("<", "&lt;")
    line = _SPECIAL.sub(r"\\\1", _unlinked(line)).replace(r"<\!-- -->", "<!-- -->")
    return _no_block(line)


def prose(value):
    """A sentence of the library's own, which may hold names: no HTML, no markup."""
    line = _one_line(value).replace("&", "&amp;").replace("<", "&lt;")
    line = re.sub(r"([\\`*_\[\]|~!$])", r"\\\1", _unlinked(line))
    return _no_block(line.replace(r"<\!-- -->", "<!-- -->"))


def code(value):
    """A value in a code span, which it cannot leave."""
    line = _one_line(value).replace("`", "'").replace("|", "\\|")
    return f"`{line}`" if line else ""


def table_lines(header, lines, numbers_from=1):
    """A table; columns from `numbers_from` on are flush right."""
    rule = ["---" if i < numbers_from else "---:" for i in range(len(header))]
    return ["| " + " | ".join(cells) + " |" for cells in (header, rule, *lines)]


def picture_lines(name, caption):
    """A picture beside the report, with the caption under it."""
    return ["", f"![{escaped(caption)}]({name})", "", f"*{caption}*"]


def _flat(value, path=()):
    """Nested values as `(path, value)` of the leaves, in order."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _flat(item, (*path, str(key)))
    elif isinstance(value, list | tuple) and any(
        isinstance(item, dict | list | tuple) for item in value
    ):
        for i, item in enumerate(value):
            yield from _flat(item, (*path, str(i)))
    else:
        yield ".".join(path), value


def key_values(value):
    """A nested dict as a table of two columns."""
    cells = []
    for path, item in _flat(value):
        if isinstance(item, list | tuple | dict):
            item = ", ".join(str(part) for part in item) or "none"
        cells.append([code(path), escaped(item)])
    return table_lines(["key", "value"], cells, numbers_from=2)


def _one_line(value):
    """No line breaks and nothing that does not print or is drawn as nothing."""
    shown = (c if c.isprintable() and c == visible(c) else " " for c in str(value))
    return " ".join("".join(shown).split())


def _unlinked(line):
    """Renderers make links of bare addresses, but for those that are interrupted."""
    return re.sub(r"(?i)\b(https?|ftp|mailto|www)(?=[:.])", r"\1<!-- -->", line)


def _no_block(line):
    """A line that begins no heading, quotation, list or code."""
    line = re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", line)
    return re.sub(r"^([>+=#-])", r"\\\1", line)
