"""Writes the expected texts with the functions of the Python tool itself: pip install s3-credentials==0.17, then run me here."""

import contextlib
import datetime
import io
import json

from s3_credentials import cli

UTC = datetime.timezone.utc
ROWS = [
    {
        "Key": 'plain "quoted", comma',
        "LastModified": datetime.datetime(2023, 1, 1, tzinfo=UTC),
        "Size": 12,
        "Owner": {"DisplayName": "é ☃ 😀 \x7f", "ID": "a\tb\\c/d"},
    },
    {
        "Key": "line\nbreak\r\x01",
        "LastModified": datetime.datetime(2023, 1, 1, 2, 3, 4, 56000, tzinfo=UTC),
        "Size": 0,
        "Empty": [],
        "Nothing": {},
        "Unknown": None,
        "Owner": ["x", {"y": [1, 2.5, True]}],
    },
    {"Key": " spaces ", "Size": 9007199254740993, "Owner": False, "Tab": "a\tb"},
]
COLUMNS = ["Key", "LastModified", "Size", "Owner", "Missing"]
LISTS = {"rows": (ROWS, COLUMNS), "one": (ROWS[:1], COLUMNS), "none": ([], COLUMNS), "narrow": ([{"A": ""}, {}], ["A"])}
NUMBERS = (
    '[0, -0, 12345678901234567890123, 1.0, 1.50, -0.0, 1e5, 1E22, 1e16, 123456789012345680, 1e15, 0.0001, 0.00001,'
    ' 1.5e-7, 5e-324, 1.7976931348623157e308, {"b": 1, "a": 2, "b": 3}, "\\ud83d\\ude00\\u00e9/", null, true, [], {}]'
)


def write(name, text):
    with open(name, "w", newline="", encoding="utf-8") as f:
        f.write(text)


for name, (rows, columns) in LISTS.items():
    for kind in ("json", "nl", "csv", "tsv"):
        # the Python tool fails on members that are no column: leave those out of tables
        wanted = rows if kind in ("json", "nl") else [{k: v for k, v in r.items() if k in columns} for r in rows]
        out = io.StringIO(newline="")
        with contextlib.redirect_stdout(out):
            cli.output(iter(wanted), columns, kind == "nl", kind == "csv", kind == "tsv")
        write(f"{name}.{kind}", out.getvalue())
write("../../orderedjson/testdata/numbers.in", NUMBERS)
write("../../orderedjson/testdata/numbers.indented", json.dumps(json.loads(NUMBERS), indent=4))
write("../../orderedjson/testdata/numbers.compact", json.dumps(json.loads(NUMBERS)))
