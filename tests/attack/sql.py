"""Everything that a hostile author of SQL would try as web, as worker and as linker, in one run: `python -m tests.attack.sql`.

Walks the catalogue, tries to become owner, to switch the partner, to hang rows onto others', to learn from errors, to take over sign-in,
to move and decode values, to get at figures; prints each attempt. Ends with 0 where nothing was got.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ATTEMPTS = (
    HERE / "test_sql.py",
    HERE / "test_rows.py",
    HERE / "test_authorities.py",
    HERE / "test_linker.py",
    HERE / "test_my_page.py",
    HERE / "test_figures_by_sql.py",
    HERE / "test_imports.py",
    HERE / "test_openings.py",
    HERE / "test_stolen_dump.py",
    HERE.parent / "partnership" / "test_catalogue.py",
    HERE.parent / "partnership" / "test_isolation.py",
)

if __name__ == "__main__":
    sys.exit(pytest.main(["-v", "-n", "0", "--no-header", *map(str, ATTEMPTS)]))
