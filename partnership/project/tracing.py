"""Traces of requests, jobs and queries for OpenTelemetry, sent to the collector that OTLP_URL names.

A span says what kind of work was done and how long it took. Of its attributes only those in `KEPT` leave the process: an address may
name a record or hold a secret, a statement may hold what somebody wrote, an error may quote it.

Source: OpenTelemetry specification, "Trace SDK" and "OTLP/HTTP".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.psycopg2 import Psycopg2Instrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Status

KEPT = {
    "http.method", "http.request.method", "http.route", "http.status_code", "http.response.status_code", "http.scheme",
    "db.system", "messaging.destination", "celery.action", "celery.task_name", "celery.state",
}  # fmt: skip
"""Attributes that say nothing of anybody: methods, routes with the names of their parts, codes, names of jobs and queues."""


class NothingOfAnybody(SpanExporter):
    """Sends spans on without what could tell of somebody."""

    def __init__(self, exporter: SpanExporter) -> None:
        self.exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Sends them."""
        return self.exporter.export([bare(span) for span in spans])

    def shutdown(self) -> None:
        """No more will come."""
        self.exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Sends what waits."""
        return self.exporter.force_flush(timeout_millis)


def bare(span: ReadableSpan) -> ReadableSpan:
    """The span with the attributes that are kept, without events (an error's words) and the words of its status."""
    attributes = {name: value for name, value in (span.attributes or {}).items() if name in KEPT}
    return ReadableSpan(
        name=_name(span, attributes),
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        kind=span.kind,
        instrumentation_scope=span.instrumentation_scope,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
    )


def _name(span: ReadableSpan, attributes: dict[str, Any]) -> str:
    """What was done: the method and the route, the name of the job, the first word of a statement."""
    if span.kind == SpanKind.SERVER:
        method = attributes.get("http.request.method") or attributes.get("http.method") or "HTTP"
        return f"{method} {attributes.get('http.route', '')}".strip()
    if "db.system" in attributes:
        return (span.name.split() or ["SQL"])[0][:20]
    return span.name


def start() -> None:
    """From now on this process sends its spans, if OTLP_URL is set. How many, OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG say."""
    provider = TracerProvider(
        resource=Resource({"service.name": f"portal-{settings.DB_ROLE}", "service.version": settings.VERSION})
    )
    provider.add_span_processor(BatchSpanProcessor(NothingOfAnybody(OTLPSpanExporter(endpoint=settings.OTLP_URL))))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument()
    CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]
    Psycopg2Instrumentor().instrument(skip_dep_check=True)
