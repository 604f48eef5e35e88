"""Runs the benchmarks and writes var/bench.json (var/bench-small.json at the small size)."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

BENCHMARKS = (
    "lists",
    "api",
    "search",
    "imports",
    "figures",
    "coverage",
    "protection",
    "series",
    "sign_in",
    "linkage",
    "load",
)


def main() -> int:
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"No benchmark named {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    from bench import database

    if database.SIZE not in database.SIZES:
        print(f"PORTAL_BENCH_SIZE is one of: {', '.join(database.SIZES)}.", file=sys.stderr)
        return 2
    figures = []
    with database.fresh():
        # In the order of BENCHMARKS: `figures` empties what `lists` and `api` fill.
        for name in sorted(set(names), key=BENCHMARKS.index):
            for figure in importlib.import_module(f"bench.{name}").run():
                if database.SIZE == "small":
                    figure = figure._replace(goal="", holds=None)
                goal = f" (goal {figure.goal})" if figure.goal else ""
                verdict = "" if figure.holds is None else " holds" if figure.holds else " MISSED"
                print(f"{figure.name} {figure.value:.4g} {figure.unit}{goal}{verdict}", flush=True)
                figures.append(figure._asdict())
    path = Path("var/bench.json" if database.SIZE == "full" else f"var/bench-{database.SIZE}.json")
    path.write_text(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
