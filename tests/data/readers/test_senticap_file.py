import pytest

from mmzoo.data import DataError, read
from mmzoo.data.readers.senticap_file import NO_SPLIT
from tests.data.small_pictures import write_picture

HEAD = "filename,is_positive_sentiment,caption"


def write(folder, rows, head=HEAD):
    (folder / "captions.csv").write_text("\n".join([head, *rows]) + "\n")
    return folder / "captions.csv"


def rows(count, split=None):
    """Two captions an image, as SentiCap's script writes them."""
    end = f",{split}" if split else ""
    return [
        row
        for number in range(count)
        for row in (
            f'COCO_{number}.jpg,1,"a nice dog on a couch"{end}',
            f'COCO_{number}.jpg,0,"an ugly dog"{end}',
        )
    ]


def test_csv_is_cut_by_image_and_says_so(tmp_path):
    corpus = read(write(tmp_path, rows(10)), strict=True)
    assert {name: len(split) for name, split in corpus.splits.items()} == {
        "train": 12,
        "valid": 4,
        "test": 4,
    }
    groups = [set(split.groups) for split in corpus.splits.values()]
    assert len(set().union(*groups)) == sum(map(len, groups)) == 10
    assert corpus.provenance["warnings"][0] == NO_SPLIT
    assert corpus.train.words[:2] == ("a nice dog on a couch", "an ugly dog")
    assert corpus.train.labels[:2].tolist() == [1, 0]
    assert corpus.train.ids[0] == f"{corpus.train.groups[0]}_0"


def test_csv_with_splits_and_images(tmp_path):
    lines = [*rows(2, "train")]
    lines += [f"b.jpg,{label},so,val" for label in (0, 1)]
    lines += [f"c.jpg,{label},so,test" for label in (0, 1)]
    for name in ("COCO_0.jpg", "COCO_1.jpg", "b.jpg", "c.jpg"):
        write_picture(tmp_path / "images" / name)
    corpus = read(write(tmp_path, lines, HEAD + ",split"), strict=True)
    assert [len(split) for split in corpus.splits.values()] == [4, 2, 2]
    assert corpus.input_dims == {"pixels": 3}
    assert corpus.provenance["warnings"] != [NO_SPLIT]


@pytest.mark.parametrize(
    ("lines", "head", "message"),
    [
        (["a.jpg,1,a,train", "a.jpg,0,b,test"], HEAD + ",split", "a is in both train"),
        (["a.jpg,yes,a", "b.jpg,0,b", "c.jpg,0,c"], HEAD, "caption a_0 is 'yes'"),
        (["x/a.jpg,1,a", "b.jpg,0,b", "c.jpg,0,c"], HEAD, "no plain file"),
        ([], HEAD, "it lists no captions"),
        (["a.jpg,1"], HEAD, "line 2 has 2 cells"),
    ],
)
def test_csv_that_cannot_be_used(tmp_path, lines, head, message):
    with pytest.raises(DataError, match=rf"captions\.csv: .*{message}"):
        read(write(tmp_path, lines, head))


def test_csv_does_not_mark_the_words_of_sentiment(tmp_path):
    with pytest.raises(DataError, match="has no proper text .'tokens'"):
        read(write(tmp_path, rows(5)), "without_sentiment_words")


def test_csv_without_labels_names_what_is_there_and_what_is_missing(tmp_path):
    path = write(tmp_path, ["a.jpg,so"], "filename,caption")
    told = (
        r"captions\.csv: it has no column is_positive_sentiment\. "
        "Its columns are filename, caption; it needs"
    )
    with pytest.raises(DataError, match=told):
        read(path)
    assert len(read(path, answering=True).splits) == 1


def test_cut_that_leaves_a_class_out_says_so(tmp_path):
    lines = [f"{number}.jpg,{int(number == 0)},so" for number in range(10)]
    warnings = read(write(tmp_path, lines)).provenance["warnings"]
    assert any("is 'positive': results on it tell nothing" in told for told in warnings)
