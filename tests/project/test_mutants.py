"""The table of mutations keeps step with the code; `make mutants` breaks each rule in turn."""

from __future__ import annotations

import tomllib
from pathlib import Path

TABLE = tomllib.loads(Path("tests/mutants.toml").read_text())


def test_each_text_that_is_to_be_broken_stands_once_in_its_file():
    wrong = [
        (rule, text)
        for entry in TABLE["rules"]
        if "file" in entry
        for rule, text, *_rest in entry["broken"]
        if Path(entry["file"]).read_text().count(text) != 1
    ]
    assert wrong == []
