"""The version of mmzoo, for the package's metadata, reports and saved files."""

__version__ = "0.1.0"
