"""Runs the benchmarks and writes var/bench.json."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

BENCHMARKS = ("lists", "api", "imports", "figures", "coverage")


def main() -> int:
    chosen = sys.argv[1:] or list(BENCHMARKS)
    unknown = set(chosen) - set(BENCHMARKS)
    if unknown:
        print(f"No benchmark named {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    from bench import database

    figures = []
    with database.fresh():
        for name in chosen:
            for figure in importlib.import_module(f"bench.{name}").run():
                goal = f" (goal {figure.goal})" if figure.goal else ""
                held = "" if figure.holds is None else " holds" if figure.holds else " MISSED"
                print(f"{figure.name} {figure.value:.4g} {figure.unit}{goal}{held}", flush=True)
                figures.append(figure._asdict())
    path = Path("var/bench.json")
    path.write_text(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
