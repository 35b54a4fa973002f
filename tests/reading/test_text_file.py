import pytest

from mmzoo.data import DataError
from mmzoo.reading import common_encoding, decode, read_json, read_text

TEXTS = [
    ("I don\u2019t know\u2026 \u201creally\u201d", "cp1252"),
    ("caf\u00e9", "cp1252"),
    ("d\u00e9j\u00e0 vu", "cp1252"),
    ("na\u00efve fa\u00e7ade \u2013 tr\u00e8s bien", "cp1252"),
    ("se\u00f1or, \u00bfqu\u00e9 tal?", "cp1252"),
    ("100 \u20ac please", "cp1252"),
    ("RT so happy http\u2026", "gb18030"),
    ("don\u2019t wait", "gb18030"),
    ("我很高兴", "gb18030"),
    ("写真好きな人と繋がりたい", "gb18030"),
    ("Когда увидел", "gb18030"),
    ("今日は悲しい", "cp932"),
    ("カメラ", "cp932"),
    ("나는 매우 행복하다", "cp949"),
    ("今天天氣很好,我們去公園吧", "big5"),
    ("Сегодня грустный день", "cp1251"),
    ("Сегодня грустный день", "koi8_r"),
    ("Ζω και είμαι χαρούμενος", "cp1253"),
]


@pytest.mark.parametrize(("text", "encoding"), TEXTS)
def test_bytes_speak_for_their_encoding(tmp_path, text, encoding):
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert read_text(tmp_path / "a.txt") == (text, encoding)


@pytest.mark.parametrize("text", [text for text, _ in TEXTS])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_decides(text, encoding):
    assert decode(text.encode(encoding))[0] == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_unicode_without_a_mark(encoding):
    text = "hello w\u00f6rld, \u4f60\u597d\n"
    assert decode(text.encode(encoding)) == (text, encoding)


def test_windows_signs_that_were_taken_for_control_characters():
    written = "You\x92ve\x97well, \x93been\x94".encode()
    text = "You\u2019ve\u2014well, \u201cbeen\u201d"
    assert decode(written) == (text, "cp1252 in utf-8")
    assert decode(b"\xef\xbb\xbf" + written) == (text, "cp1252 in utf-8")
    assert decode("\x81\x90".encode()) == ("\x81\x90", "utf-8")


def test_ascii_is_called_so():
    assert decode(b"plain") == ("plain", "ascii")


def test_a_text_that_was_cut_in_a_character():
    content = "a caf\u00e9 \u2014 d\u00e9j\u00e0 vu\u2026".encode()[:-1]
    assert decode(content) == ("a caf\u00e9 \u2014 d\u00e9j\u00e0 vu\ufffd", "utf-8")


def test_what_is_not_certain_is_replaced():
    # Hebrew and Russian letters share their places here.
    text, encoding = decode("\u05e9\u05d3".encode("cp1255"))
    assert (text, encoding) == ("\ufffd\ufffd", "unknown")


def test_texts_of_one_source_speak_together():
    contents = [text.encode("gb18030") for text, name in TEXTS if name == "gb18030"]
    unclear = "\u65e0".encode("gb18030")
    encoding = common_encoding([*contents, unclear, b"plain"])
    assert encoding == "gb18030"
    assert decode(unclear, encoding) == ("\u65e0", "gb18030")
    assert common_encoding([b"plain"]) is None


def test_a_text_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        read_text(tmp_path / "a.txt")


def test_json_in_any_encoding(tmp_path):
    path = tmp_path / "a.json"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_text('{"a": ["caf\u00e9", 1]}', encoding)
        assert read_json(path) == {"a": ["caf\u00e9", 1]}


def test_what_no_other_file_could_keep_is_replaced(tmp_path):
    (tmp_path / "a.json").write_text(r'{"a\u0000": ["\ud83d", "\ud83d\ude00"]}')
    found = read_json(tmp_path / "a.json")
    assert found == {"a\ufffd": ["\ufffd", "\U0001f600"]}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "it is no proper json"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": {"b": 1, "b": 2}}', "it names 'b' twice"),
    ],
)
def test_what_is_no_json_is_refused(tmp_path, text, fault):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(DataError, match=rf"a\.json: .*{fault}"):
        read_json(tmp_path / "a.json")
