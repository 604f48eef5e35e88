"""What a process loads when it starts: each of them, web, worker and command, pays for it in seconds and memory."""

from __future__ import annotations

import subprocess
import sys

LATE = {"pandas", "scipy.optimize", "scipy.sparse", "scipy.stats", "statsmodels"}
"""Only a computation needs them: together a third of the start and of the memory."""

START = """
import sys
import django
from django.urls import get_resolver
django.setup()
get_resolver().url_patterns
print(*sys.modules)
"""


def test_what_only_a_computation_needs_is_loaded_by_one():
    started = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    assert LATE & set(started.stdout.split()) == set()
