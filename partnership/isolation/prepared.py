"""A query that every request asks: its SQL is built once."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

PLACE = -8_271_946_035
"""Stands where the value goes, which no record has for its number."""


M = TypeVar("M", bound=Model)


class Prepared(Generic[M]):
    """The rows of `build(number)`, for another number each time. Django takes ten times as long to build the SQL of a query over
    three tables as PostgreSQL to answer it."""

    def __init__(self, build: Callable[[int], QuerySet[M]]) -> None:
        self.build = build

    @cached_property
    def built(self) -> tuple[QuerySet[M], SQLCompiler, str, tuple[Any, ...]]:
        queryset = self.build(PLACE)
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        return queryset, compiler, sql, tuple(params)

    def rows(self, number: int) -> list[M]:
        queryset, compiler, sql, params = self.built
        asked, known = queryset.all(), copy(compiler)
        known.connection = connections[asked.db]
        known.as_sql = lambda *_args, **_more: (sql, tuple(number if each == PLACE else each for each in params))  # type: ignore[method-assign]
        asked.query.get_compiler = lambda *_args, **_more: known  # type: ignore[method-assign]
        return list(asked)
