"""What the commands of `mmzoo` do, one file a command."""
