"""A small MELD in its exact layout."""

import csv

from tests.data.small_clips import tone, write_clip

HEAD = (
    "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,"
    "Episode,StartTime,EndTime"
).split(",")
FOLDERS = {
    "train": "train_splits",
    "dev": "dev_splits_complete",
    "test": "output_repeated_splits_test",
}
TIMES = ("8", "21", "00:16:16,059", "00:16:21,731")
SAID = {"neutral": "neutral", "joy": "positive", "anger": "negative"}
# The numbers of the dialogues begin at 0 in each split.
ROWS = [
    (f'Well, "dialogue" {dialogue}', "The Interviewer", emotion, SAID[emotion], *place)
    for dialogue in range(2)
    for number, emotion in enumerate(SAID)
    for place in [(dialogue, number)]
]


def write_table(path, rows=ROWS, encoding="utf-8", head=HEAD):
    """Write a table of utterances, numbered and timed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows([number, *row, *TIMES] for number, row in enumerate(rows, 1))
    return path


def write_meld(folder, rows=ROWS, clips=False):
    """Write the three tables, and a recording of each row where asked for."""
    for split, clip_folder in FOLDERS.items():
        write_table(folder / f"{split}_sent_emo.csv", rows)
        for *_, dialogue, number in rows if clips else ():
            name = f"dia{dialogue}_utt{number}.wav"
            pitch = 100 + 50 * dialogue + 10 * number + 3 * len(split)
            write_clip(folder / clip_folder / name, tone(0.02, pitch=pitch))
    return folder
