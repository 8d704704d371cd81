"""Writes fnmatch.json: what Python's own fnmatch says of patterns and keys. Run it to renew the table:

    python3 fnmatch.py > fnmatch.json
"""

import fnmatch
import json
import random

PATTERNS = [
    "", "*", "**", "?", "a", "*.js", "*/*.js", "a*b", "a?b", "[abc]", "[a-c]x", "[!a-c]x", "[]", "[]]", "[]a]", "[!]", "[!]]",
    "[!]a]", "[", "a[", "[a", "[a-]", "[-a]", "[a-c-e]", "[--a]", "[c-a]", "[!c-a]", "[z-ab-c]", "[z-a-c]", "[^a]", "[a^]", "[\\]",
    "\\*", "a.b", "a+b", "(a|b)", "{a,b}", "$", "^", "a\n", "[[]", "[*]", "[?]", "[&&]", "[~~]", "[||]", "[a&&b]", "[0-9]*", "x/[!/]*",
    "é*", "[à-ü]", "?é", "*.", ".*", "A", "[A-Z]", "*a*b*c*", "[a-c-]", "[!-a]", "[!--a]", "[a-a]", "[b-a", "[.]", "[-]", "[!-]", "--",
]
KEYS = [
    "", "a", "b", "c", "d", "e", "x", "-", "]", "[", "!", "^", "\\", "*", "?", ".", "a.js", "dir/a.js", "dir/sub/a.js", "/a.js", "ab", "axb",
    "a/b", "a\nb", "a\n", "\n", "ax", "cx", "dx", "a.b", "a+b", "(a|b)", "{a,b}", "$", "a[", "[a", "é", "éa", "aé", "ü", "A", "Z", "&", "~",
    "|", "x/y", "x/", "x/y/z", "7up", "xaxbxcx", ".hidden", "end.", "🪣", "--", "[b-a", "\\*", "\\a",
]


def random_text(choose, alphabet, longest):
    return "".join(choose.choice(alphabet) for _ in range(choose.randint(0, longest)))


def main():
    choose = random.Random(17)
    patterns = PATTERNS + [random_text(choose, "ab-c[]!*?/^\\", 8) for _ in range(600)]
    keys = KEYS + [random_text(choose, "abc-]!/", 4) for _ in range(40)]
    table = [[p, [k for k in keys if fnmatch.fnmatchcase(k, p)]] for p in sorted(set(patterns))]
    print(json.dumps({"keys": sorted(set(keys)), "matches": table}, indent=0))


main()
