"""What mkdocs makes of the code and the folders, so that no page lists them by hand.

`::: mmzoo.<package>` on a page becomes one `:::` line for each name that the package
exports; an entry of the nav that ends in `/` becomes the pages of that folder, which
their first headings title. mkdocs runs these functions (`hooks` in mkdocs.yml).
"""

import ast
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[1]
PACKAGE = re.compile(r"^::: (mmzoo\.\w+)$", re.M)


def on_config(config):
    """Put the pages of a folder where the nav names the folder."""
    folder = pathlib.Path(config.docs_dir)
    config.nav = [_with_pages(entry, folder) for entry in config.nav]
    return config


def on_page_markdown(markdown, **_):
    """Name what a package exports where a page names the package."""
    return PACKAGE.sub(lambda found: _entries(found[1]), markdown)


def exports(package):
    """Where each name that a package exports is defined, in order.

    A function may bear the name of its file (`mmzoo.data.sample_clips`), so that only
    the place of its definition names it without doubt.

    Args:
        package: str, such as `"mmzoo.layers"`.

    Returns:
        List of dotted names.
    """
    tree = ast.parse((_path(package) / "__init__.py").read_text())
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            names = [(alias.name, alias.asname or alias.name) for alias in node.names]
            if names[0][0] == "*":
                names = [(each, each) for each in _declared(node.module)]
            found |= {name: f"{node.module}.{own}" for own, name in names}
    return list(found.values())


def _entries(package):
    if not _path(package).is_dir():
        return f"::: {package}"
    return "\n\n".join(f"::: {name}" for name in exports(package))


def _declared(module):
    """The `__all__` of a file, which a star imports."""
    tree = ast.parse(_path(module).with_suffix(".py").read_text())
    for node in tree.body:
        names = [getattr(each, "id", "") for each in getattr(node, "targets", ())]
        if names == ["__all__"]:
            return ast.literal_eval(node.value)
    raise ValueError(f"{module} needs an `__all__`, since its package imports `*`.")


def _path(dotted):
    return ROOT.joinpath(*dotted.split("."))


def _with_pages(entry, folder):
    """The entry of the nav, `{title: what stands there}`, with its folders opened."""
    if isinstance(entry, str):
        return entry
    ((title, inside),) = entry.items()
    if isinstance(inside, str) and inside.endswith("/"):
        pages = sorted((folder / inside).glob("*.md"))
        inside = [page.relative_to(folder).as_posix() for page in pages]
    elif isinstance(inside, list):
        inside = [_with_pages(each, folder) for each in inside]
    return {title: inside}
