"""Bulk export: PostgreSQL's own COPY under the caller's policies, streamed, compressed where the caller takes it."""

from __future__ import annotations

import queue
import re
import threading
import zlib
from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from psycopg2.extensions import BOOLEAN, PYDATETIMETZ
from rest_framework import serializers
from rest_framework.request import Request

from partnership.api.serializers import Moment
from partnership.api.views import Query, View, Written
from partnership.isolation import replica
from partnership.isolation.acting import Acting, stream_as

FORMATS = {"csv": "text/csv; charset=utf-8; header=present", "ndjson": "application/x-ndjson"}
PIECE = 64 * 1024
AHEAD = 16
"""Pieces that the database may be ahead of the reader."""


class ExportQuery(Query):
    file_format = serializers.ChoiceField(choices=list(FORMATS), default="csv", help_text="csv or ndjson.")
    updated_since = Moment(required=False, help_text="Only what changed since.")


class ExportView(View):
    """The base of exports. A resource names its rows and columns; identities are not among them."""

    queries = {"export": ExportQuery}
    renderer_classes = [Written]
    operation = tag = "exports"
    is_personal = True
    columns: tuple[str, ...] = ()

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    @extend_schema(
        parameters=[OpenApiParameter("Accept-Encoding", str, OpenApiParameter.HEADER, description="gzip: compressed.")],
        responses={
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, description="All rows, streamed."),
            (200, "application/x-ndjson"): OpenApiResponse(OpenApiTypes.STR),
        },
    )
    def export(self, request: Request) -> StreamingHttpResponse:
        """All rows as CSV or NDJSON, without identities. However many there are, they are streamed."""
        file_format = self.parameters["file_format"]
        rows = self.rows()
        if "updated_since" in self.parameters:
            rows = rows.filter(changed_at__gte=self.parameters["updated_since"])
        chunks = copied(self.acting, rows.order_by().values(*self.columns), file_format)
        headers = {
            "Content-Disposition": f'attachment; filename="{self.operation}.{file_format}"',
            "Vary": "Accept-Encoding",
        }
        if re.search(r"\bgzip\b(?!\s*;\s*q=0(\.0+)?\b)", request.headers.get("Accept-Encoding", "")):
            chunks, headers["Content-Encoding"] = _gzipped(chunks), "gzip"
        self.logged_as = f"{self.resource}_export"
        self.shown = rows
        self.count = rows.count()  # before the first is sent: whoever breaks off has had them all
        return StreamingHttpResponse(chunks, content_type=FORMATS[file_format], headers=headers)


def copied(acting: Acting, rows: QuerySet[Any], file_format: str) -> Iterator[bytes]:
    """The rows as the database writes them, a piece at a time, in a transaction of the caller's own partner."""
    sql, parameters = rows.query.sql_with_params()

    def chunks() -> Iterator[bytes]:
        with connections[replica.alias()].cursor() as cursor:
            text = cursor.mogrify(sql, parameters).decode() if parameters else sql
            rows = f"SELECT {_columns(cursor, text, file_format)} FROM ({text}) r"  # noqa: S608 — the ORM's
            if file_format == "csv":
                statement = f"COPY ({rows}) TO STDOUT WITH (FORMAT csv, HEADER)"
            else:
                # JSON holds no control characters, so that with these nothing is quoted.
                plain = "(FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')"
                statement = f"COPY (SELECT row_to_json(r) FROM ({rows}) r) TO STDOUT WITH {plain}"  # noqa: S608 — the ORM's
            yield from _pieces(cursor.cursor, statement)

    return stream_as(acting, chunks)


def _columns(cursor: CursorWrapper, text: str, file_format: str) -> str:
    """The columns of a statement as the rest of the API calls and writes them: a number by what it is of, moments in UTC with Z;
    true and false in CSV as in JSON, where COPY writes t and f."""
    cursor.execute(f"SELECT * FROM ({text}) r LIMIT 0")  # noqa: S608 — the ORM's

    def written(column: Any) -> str:
        if column.type_code == PYDATETIMETZ:
            return f"""to_char("{column.name}" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        is_boolean = column.type_code == BOOLEAN and file_format == "csv"
        return f'"{column.name}"{"::text" if is_boolean else ""}'

    return ", ".join(f'{written(column)} AS "{column.name.removesuffix("_id")}"' for column in cursor.description)


class _Pipe:
    """A file to COPY, a queue to the response. When the reader is gone, writing fails and the COPY ends."""

    def __init__(self) -> None:
        self.queue: queue.Queue[Any] = queue.Queue(AHEAD)
        self.is_closed = threading.Event()
        self.gathered: list[bytes] = []
        self.size = 0

    def write(self, data: bytes | str) -> None:
        data = data.encode() if isinstance(data, str) else bytes(data)
        self.gathered.append(data)
        self.size += len(data)
        if self.size >= PIECE:
            self.flush()

    def flush(self) -> None:
        if self.gathered:
            self._put(b"".join(self.gathered))
            self.gathered, self.size = [], 0

    def _put(self, item: Any) -> None:
        while not self.is_closed.is_set():
            try:
                return self.queue.put(item, timeout=0.5)
            except queue.Full:
                continue
        raise BrokenPipeError("The reader of the export is gone.")


def _pieces(cursor: Any, statement: str) -> Iterator[bytes]:
    pipe = _Pipe()

    def run() -> None:
        try:
            cursor.copy_expert(statement, pipe)
            pipe.flush()
            pipe._put(None)
        except BaseException as error:
            if not pipe.is_closed.is_set():
                pipe._put(error)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    try:
        while (piece := pipe.queue.get()) is not None:
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        pipe.is_closed.set()
        worker.join()


def _gzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(5, zlib.DEFLATED, 31)
    try:
        for chunk in chunks:
            if packed := packer.compress(chunk):
                yield packed
        yield packer.flush()
    finally:
        chunks.close()  # type: ignore[attr-defined]
