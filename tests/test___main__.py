import mmzoo.__main__
from mmzoo.command import entry


def test_it_is_the_command():
    assert mmzoo.__main__.main is entry.main
