"""Breaks chosen lines of the rules one by one and lists the breaks that no test notices: `make mutants [ONLY="word|another"]`.

A mutation that survives is a missing test. tests/mutants.toml says what is broken, how, and which tests should notice. The tree
itself is not touched: two copies of it, each with a PostgreSQL and a Redis of its own, take turns.

Exit status: 0 when every mutation was noticed, 1 when one survived or could not be judged, 2 when the table or the tests are not
in order before anything is broken (a line that moved, a test that fails on its own).
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

TOP = Path(__file__).resolve().parent.parent
TABLE = TOP / "tests" / "mutants.toml"
LEFT_OUT = (".git", ".venv", "node_modules", "var", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache")
AT_ONCE = 2
LEAST_PATIENCE, TIMES_AS_LONG = 600, 3
"""Seconds after which a run is ended, or so many times as long as the whole tests took, on a busy machine: a mutation that makes
a test wait for ever is noticed as well."""
HEAVY = (
    "numpy", "scipy.optimize", "scipy.stats", "pandas", "statsmodels.api", "altair", "openpyxl", "celery", "redis", "psycopg2",
    "cryptography.fernet", "django.core.management", "django.db.models", "django.forms", "django.test", "hypothesis.strategies",
    "icalendar", "polib", "pytest",
)  # fmt: skip
"""What takes the portal and its tests longest to import, and is not their own: imported once, before runs are forked off."""
TEMPLATES, WHOLE, OWNER = "portal_template_%", "portal_whole", "portal_owner"
"""Each run of the tests copies its database from a template (tests/databases.py)."""
NEEDS_A_DATABASE = "tests/partnership/test_agreements.py"
OPTIONS = ("-n0", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "--durations-min=9999")
PASSED, FAILED = 0, 1


@dataclass(frozen=True)
class Mutant:
    """One break: a text of a file replaced by another, or a statement run on the test database as its administrator."""

    rule: str
    tests: tuple[str, ...]
    file: str = ""
    find: str = ""
    replace: str = ""
    sql: str = ""

    @property
    def place(self) -> str:
        return self.file or "database"


def read_table() -> list[Mutant]:
    mutants = []
    for part in tomllib.loads(TABLE.read_text())["rules"]:
        everywhere = tuple(part["tests"].split())
        for rule, *rest in part["broken"]:
            *change, nodes = rest if len(rest) == (3 if "file" in part else 2) else [*rest, ""]
            tests = tuple(n if "/" in n else f"{everywhere[0]}::{n}" for n in nodes.split()) or everywhere
            if "file" in part:
                mutants.append(Mutant(rule, tests, file=part["file"], find=change[0], replace=change[1]))
            else:
                mutants.append(Mutant(rule, tests, sql=change[0]))
    return mutants


def faults_of(mutants: list[Mutant]) -> list[str]:
    """Mutations whose line is not where the table says, once and only once."""
    faults = []
    for mutant in mutants:
        if mutant.file:
            path = TOP / mutant.file
            times = path.read_text().count(mutant.find) if path.exists() else 0
            if times != 1:
                faults.append(f"{mutant.file}: “{mutant.find}” occurs {times} times ({mutant.rule})")
    return faults


@dataclass
class Workshop:
    """A copy of the tree in which one run takes place at a time."""

    top: Path
    mutant: Mutant | None = None
    process: int = 0
    began: float = 0.0
    patience: float = LEAST_PATIENCE
    is_given_up: bool = False
    whole: bytes = field(default=b"", repr=False)
    template: str = ""
    output: str = field(default="", repr=False)

    @classmethod
    def of_the_tree(cls, folder: Path) -> Workshop:
        shutil.copytree(TOP, folder, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
        return cls(folder)

    # --- Runs ----------------------------------------------------------------------------------------------------------

    def start(self, tests: tuple[str, ...], mutant: Mutant | None = None) -> None:
        """Runs the tests in a process of its own, the mutant's break made before."""
        self.mutant, self.began, self.is_given_up = mutant, time.monotonic(), False
        if mutant and mutant.file:
            self.whole = (self.top / mutant.file).read_bytes()
            text = self.whole.decode().replace(mutant.find, mutant.replace)
            (self.top / mutant.file).write_bytes(text.encode())
        elif mutant:
            self._renew_template(mutant.sql)
        sys.stdout.flush()
        self.process = os.fork()
        if not self.process:
            self._be_a_run(tests)

    def _be_a_run(self, tests: tuple[str, ...]) -> None:
        """The rest of the child's life: pytest in this copy, what it says in a file."""
        status = 3
        try:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            written = os.open(self._said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(written, 1)
            os.dup2(written, 2)
            os.chdir(self.top)
            os.environ["PORTAL_KEEP_SERVICES"] = "yes"
            # A compiled file of what is broken must not be taken for the whole one's later.
            sys.dont_write_bytecode = self.mutant is not None
            sys.path[:] = [
                str(self.top),
                *(path for path in sys.path if Path(path).resolve() not in {TOP, TOP / "scripts"}),
            ]
            import pytest

            status = int(pytest.main([*OPTIONS, *(["-x"] if self.mutant else []), *tests]))
        finally:
            with contextlib.suppress(OSError):
                sys.stdout.flush()
            os._exit(status)

    @property
    def _said(self) -> Path:
        return self.top.with_suffix(".output")

    def end(self, status: int) -> tuple[int, float]:
        """Puts right what was broken; returns the exit status of the tests and the seconds that they took."""
        self.output = self._said.read_text(errors="replace")
        if self.mutant and self.mutant.file:
            path = self.top / self.mutant.file
            path.write_bytes(self.whole)
            # As old as it was: what was compiled of it is right again.
            shutil.copystat(TOP / self.mutant.file, path)
        if self.mutant and (self.mutant.sql or self.template not in self._templates()):
            self._renew_template()  # the tests make another one when what it is made of was broken
        self.process, seconds = 0, time.monotonic() - self.began
        return (FAILED if self.is_given_up else os.waitstatus_to_exitcode(status)), seconds

    def give_up(self) -> None:
        """Ends a run that takes too long."""
        self.is_given_up = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)

    # --- Databases -----------------------------------------------------------------------------------------------------

    def keep_template(self) -> None:
        """Keeps a copy of what the databases of the tests are copied from, to put it right after it was broken."""
        self.template = self._templates()[0]
        self._as_administrator("postgres", f"CREATE DATABASE {WHOLE} TEMPLATE {self.template}")
        self._renew_template()  # what follows is proven on one that was renewed

    def faults_of(self, mutant: Mutant) -> list[str]:
        """What the database says to a statement, in a transaction that is rolled back."""
        try:
            self._as_administrator(WHOLE, f"BEGIN; {mutant.sql}; ROLLBACK")
        except Exception as error:
            return [f"{mutant.sql}: {error} ({mutant.rule})"]
        return []

    def _templates(self) -> list[str]:
        names = self._as_administrator("postgres", f"SELECT datname FROM pg_database WHERE datname LIKE '{TEMPLATES}'")
        return [str(name) for (name,) in names]

    def _renew_template(self, broken_by: str = "") -> None:
        self._as_administrator("postgres", f"DROP DATABASE IF EXISTS {self.template} WITH (FORCE)")
        self._as_administrator("postgres", f"CREATE DATABASE {self.template} TEMPLATE {WHOLE} OWNER {OWNER}")
        if broken_by:
            self._as_administrator(self.template, broken_by)

    def _as_administrator(self, database: str, statement: str) -> list[tuple[object, ...]]:
        import psycopg2

        services = json.loads((self.top / "var" / "test" / "services.json").read_text())
        host = quote(services["postgres_host"], safe="")
        connection = psycopg2.connect(f"postgres://postgres@{host}:{services['postgres_port']}/{database}")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def close(self) -> None:
        if self.process:
            self.give_up()
        stop = "from pathlib import Path; from partnership.local import embedded; embedded.stop(Path('var/test').resolve())"
        if (self.top / "var" / "test" / "services.json").exists():
            subprocess.run([sys.executable, "-c", stop], cwd=self.top, check=False, capture_output=True)


def next_that_ended(workshops: list[Workshop]) -> tuple[Workshop, int]:
    """Waits for a run to end; mutants' that take too long are ended."""
    while True:
        process, status = os.waitpid(-1, os.WNOHANG)
        if process:
            return next(workshop for workshop in workshops if workshop.process == process), status
        for workshop in workshops:
            if workshop.process and workshop.mutant and time.monotonic() - workshop.began > workshop.patience:
                workshop.give_up()
        time.sleep(0.05)


def are_whole(workshops: list[Workshop], mutants: list[Mutant]) -> bool:
    """Whether the tests pass where nothing is broken: first one of them, which makes the template of the databases, then all."""
    files = sorted({test.split("::")[0] for mutant in mutants for test in mutant.tests})
    named = {test for mutant in mutants for test in mutant.tests}
    tests = [
        test
        for file in files
        for test in ([file] if file in named else sorted(n for n in named if n.startswith(f"{file}::")))
    ]
    if not _pass(workshops, [(NEEDS_A_DATABASE,) for _ in workshops]):
        return False
    for workshop in workshops:
        workshop.keep_template()
    return _pass(workshops, [tuple(tests[n :: len(workshops)]) or (tests[0],) for n in range(len(workshops))])


def _pass(workshops: list[Workshop], tests: list[tuple[str, ...]]) -> bool:
    for workshop, own in zip(workshops, tests, strict=True):
        workshop.start(own)
    are_passed = True
    for _ in workshops:
        workshop, status = next_that_ended(workshops)
        code, seconds = workshop.end(status)
        workshop.patience = max(LEAST_PATIENCE, TIMES_AS_LONG * seconds)
        print(f"{'whole' if code == PASSED else 'NOT WHOLE':9} {seconds:6.1f} s", flush=True)
        if code != PASSED:
            print(workshop.output[-3000:])
            are_passed = False
    return are_passed


def judge(workshops: list[Workshop], mutants: list[Mutant]) -> list[tuple[str, Mutant]]:
    """Breaks one rule after the other; returns the breaks that were not noticed, with a word on each."""
    waiting, left = list(mutants), []
    free, running = list(workshops), 0
    while waiting or running:
        while waiting and free:
            workshop = free.pop()
            workshop.start(waiting[0].tests, waiting.pop(0))
            running += 1
        workshop, status = next_that_ended(workshops)
        mutant = workshop.mutant
        assert mutant is not None  # noqa: S101
        code, seconds = workshop.end(status)
        word = {FAILED: "killed", PASSED: "SURVIVED"}.get(code, "UNCLEAR")
        print(f"{word:9} {seconds:6.1f} s  {mutant.place}: {mutant.rule}", flush=True)
        if word != "killed":
            left.append((word, mutant))
            if word == "UNCLEAR":
                print(workshop.output[-2000:])
        free.append(workshop)
        running -= 1
    return left


def main(only: str = "") -> int:
    mutants = read_table()
    if faults := faults_of(mutants):
        print("tests/mutants.toml and the code disagree:", *faults, sep="\n  ")
        return 2
    words = only.casefold().split("|")
    mutants = [m for m in mutants if any(word in f"{m.place} {m.rule} {m.sql}".casefold() for word in words)]
    if not mutants:
        print(f"No rule of tests/mutants.toml has the word “{only}”.")
        return 2
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends it ends its servers, too
    for variable in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(variable, None)  # each copy of the tree has its own
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[variable] = "1"  # nothing but this thread may run when a run is forked off
    for module in HEAVY:
        importlib.import_module(module)
    # A short path: a Unix socket's may have no more than 107 characters.
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as folder:
        workshops = [Workshop.of_the_tree(Path(folder) / f"w{number}") for number in range(min(AT_ONCE, len(mutants)))]
        try:
            if not are_whole(workshops, mutants):
                return 2
            if faults := [fault for mutant in mutants if mutant.sql for fault in workshops[0].faults_of(mutant)]:
                print("tests/mutants.toml and the database disagree:", *faults, sep="\n  ")
                return 2
            left = judge(workshops, mutants)
        finally:
            for workshop in workshops:
                workshop.close()
    print(f"\n{len(mutants)} broken, {len(mutants) - len(left)} noticed, in {time.monotonic() - began:.0f} s")
    for word, mutant in left:
        change = mutant.sql or f"“{mutant.find}” → “{mutant.replace}”"
        print(f"{word}: {mutant.place}: {mutant.rule}\n  {change}\n  not noticed by {' '.join(mutant.tests)}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
