"""The base of all resources: scope, parameters, paging, conditional requests, repeated requests, log of reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import renderers, serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from partnership.actions import Reading, Right
from partnership.actions.declaration import action_of
from partnership.api import idempotency
from partnership.api.auth import (
    BearerAuthentication,
    HasScope,
    PerMinute,
    PersonAuthentication,
    client_of,
    require_right,
)
from partnership.api.models import Tombstone
from partnership.api.paging import MAX_SIZE, SIZE, ListPages, Since, page_of
from partnership.api.parsers import ShallowJSONParser
from partnership.api.problems import PreconditionFailed, WrongParameter
from partnership.api.purpose import purpose_of_request
from partnership.api.references import number_of, shown_with
from partnership.api.serializers import OwnReference, Resource, utc, with_allowed
from partnership.audit_trail.models import ReadLog
from partnership.audit_trail.purposes import read_for, reason_for
from partnership.audit_trail.read_log import named_by, people_behind, people_of
from partnership.isolation.acting import Acting
from partnership.isolation.marks import Horizon, horizon
from partnership.pages.guard import pass_door
from partnership.pages.number_format import typed

WORDS: Any = ReadLog._meta.get_field("words")
LARGEST = 2**63 - 1


class JSONRenderer(renderers.BaseRenderer):
    """orjson: UTC with a Z, and several times as fast on long lists."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        return _json(data)


class Written(JSONRenderer):
    """What a view wrote itself, as bytes; problems as JSON."""

    media_type = "*/*"
    format = "any"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return data if isinstance(data, bytes) else super().render(data)


class Query(serializers.Serializer[Any]):
    """The parameters of an address, besides those that every list has."""


class Number(serializers.IntegerField):
    """A record's number as a parameter."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"min_value": 1, "max_value": LARGEST, "required": False} | kwargs))


class Flag(serializers.BooleanField):
    """True or false as a parameter; without it, either."""

    TRUE_VALUES = {"true"}
    FALSE_VALUES = {"false"}
    NULL_VALUES: set[str | None] = set()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"required": False, "allow_null": True, "default": None} | kwargs))


class WithoutMarks(StrEnum):
    """How to keep a copy of a list that does not take `updated_since`."""

    SHORT = "A short list: read it whole."
    ADDED = "Rows are added, and little of them changes: read newest first until you meet one that you have."
    FIGURES = "Figures of a run are published together: read them anew with each run."


class Deprecated(NamedTuple):
    """Since when an operation is deprecated, and what takes its place: an address below that of the API."""

    since: date
    successor: str


class View(GenericViewSet[Any]):
    """A resource. `sees` and `does` say who may; `queries` the parameters of each action besides the usual ones."""

    authentication_classes = [BearerAuthentication, PersonAuthentication]
    permission_classes = [HasScope]
    throttle_classes = [PerMinute]
    renderer_classes = [JSONRenderer]
    parser_classes = [ShallowJSONParser]
    pagination_class = ListPages
    filter_backends: list[Any] = []
    lookup_value_converter = "int"
    lookup_value_regex = r"[1-9][0-9]{0,17}"

    resource = ""
    operation = ""
    """What its operations are called in the description; empty: as the resource."""
    sees: Reading | None = None
    """The right to see what it shows."""
    does: dict[str, Callable[..., Any]] = {}
    """What its other operations do: name of the operation → action. Who may, the action says."""
    queries: dict[str, type[Query]] = {}
    orders: tuple[str, ...] = ("-id", "id")
    """Orders that a list offers, the default first."""
    tombstones: tuple[str, ...] = ()
    """Tables whose deleted rows a synchronising client learns of; empty: the list does not take updated_since."""
    without_marks: WithoutMarks | None = None
    """Why not."""
    repeatable: frozenset[str] = frozenset()
    """Parameters that may be given more than once: each a list."""
    logged_as = ""
    """What the log of reads calls it; empty: as the resource."""
    deprecated: dict[str, Deprecated] = {}
    """Operations that go on working and have a successor."""
    is_personal = False
    """Whether reading is noted for people as well, not for systems alone."""

    # --- Who and what ----------------------------------------------------------------------------------------------------

    def right(self) -> Right | None:
        """What the caller must be allowed: the operation's action, else to see the resource."""
        change = self.does.get(self.action or "")
        return action_of(change) if change else self.sees

    def scope(self) -> str:
        right = self.right()
        return right.scope if right else ""

    @property
    def acting(self) -> Acting:
        acting: Acting = self.request._request.acting  # type: ignore[attr-defined]
        return acting

    def still_open(self, body: Any) -> Any:
        """An answer that was kept, without what the caller may no longer see."""
        serializer_class = self.serializer_for_reading(self.action)
        if serializer_class and isinstance(body, dict) and "id" in body and not self.shows(serializer_class):
            return {name: value for name, value in body.items() if name in serializer_class.receipt}
        return body

    def shows(self, serializer_class: type[Resource]) -> bool:
        """Whether the caller may see what the serializer shows: a right to change is none to see."""
        right = serializer_class.sees or self.sees
        return right is None or right.allows(self.acting)

    def checked_body(self, serializer_class: type[serializers.Serializer[Any]], body: Any = None) -> dict[str, Any]:
        """The request's body, or the one that is given, checked."""
        fields: dict[str, Any] = serializer_class().run_validation(self.request.data if body is None else body)
        return fields

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action is None:
            return  # a method that the address does not take
        self.parameters = self._parameters(request)
        self.shown_besides: list[tuple[str, int, int, list[int]]] = []
        self.shown: list[int] | QuerySet[Any] = []
        read_for(purpose_of_request(request))
        for expanded in self._expanded():
            if expanded.sees is not None:
                require_right(expanded.sees, self.acting)
        self.replayed: Response | None = None
        if request.method == "POST":
            self.replayed = idempotency.earlier_answer(request, self.acting, self.still_open)
            if self.replayed is not None:
                self.post = lambda *args, **kwargs: self.replayed

    def _expanded(self) -> list[type[Resource]]:
        """What the answer shows of related records."""
        serializer_class = self.serializer_for_reading(self.action)
        expandable = serializer_class.expandable if serializer_class else {}
        return [expandable[name][1] for name in self.parameters.get("expand", []) if name in expandable]

    def _parameters(self, request: Request) -> dict[str, Any]:
        query_params = request.query_params
        query = _query_of(type(self), self.action, self.serializer_class)  # type: ignore[arg-type]
        unknown = {
            name: [ErrorDetail(_("There is no such parameter here."), "unknown")]
            for name in query_params
            if name not in query.fields
        }
        twice = {
            name: [ErrorDetail(_("Given twice."), "twice")]
            for name in query_params
            if len(query_params.getlist(name)) > 1 and name not in self.repeatable
        }
        if unknown or twice:
            raise WrongParameter(unknown | twice)
        if any("\x00" in value for value in query_params.values()):
            raise WrongParameter({"": [_("An address holds no NUL characters.")]})
        try:
            checked = query.run_validation(
                {
                    name: query_params.getlist(name) if name in self.repeatable else query_params[name]
                    for name in query_params
                }
            )
        except serializers.ValidationError as error:
            raise WrongParameter(with_allowed(query, error.detail)) from error
        return {name: value for name, value in checked.items() if name in query_params or value is not None}

    def query_class(self, action: str | None) -> type[Query]:
        """The parameters that an action takes: its own and the usual ones."""
        base = self.queries.get(action or "", Query)
        serializer = self.serializer_for_reading(action)
        usual: dict[str, Any] = {}
        if action == "list" or getattr(base, "is_list", False):
            usual["limit"] = serializers.IntegerField(
                min_value=1, max_value=MAX_SIZE, default=SIZE, help_text="Rows a page."
            )
            usual["cursor"] = serializers.CharField(required=False, help_text="From the `next` of the page before.")
            orders = self.orders if action == "list" else ("-id", "id")
            usual["order"] = serializers.ChoiceField(
                choices=orders, default=orders[0], help_text="How rows are ordered."
            )
        if action == "list" and self.tombstones:
            usual["updated_since"] = Since(
                required=False,
                help_text="Only what changed since a moment or, better, since an earlier answer (its `synced_to`), oldest change"
                " first, with what was deleted.",
            )
        if action == "list" and serializer is not None and serializer.known_as():
            usual["external_reference"] = serializers.CharField(
                required=False,
                max_length=OwnReference.LONGEST,
                help_text="Only the record that the caller's system calls so.",
            )
        if serializer is not None and self.request_is_read(action):
            names = [name for name, field in serializer().fields.items() if not field.write_only]
            usual["fields"] = Names(names, help_text="Only these fields, divided by commas (and `id`).")
            needs = [
                f"`{name}` needs the scope `{related.sees.scope}`"
                for name, (_attribute, related, _path) in serializer.expandable.items()
                if related.sees
            ]
            usual["expand"] = Names(
                [*serializer.expandable, "labels"],
                help_text="; ".join(
                    ["Related records to add under `expanded`, divided by commas", *needs, "`labels`: texts of codes."]
                ),
            )
        return type(f"{type(self).__name__}{action}Query", (base,), usual)

    def request_is_read(self, action: str | None) -> bool:
        return action in {"list", "retrieve"} or getattr(self.queries.get(action or "", Query), "is_list", False)

    def serializer_for_reading(self, action: str | None) -> type[Resource] | None:
        serializer = getattr(self, "serializer_class", None)
        return serializer if isinstance(serializer, type) and issubclass(serializer, Resource) else None

    # --- Reading ---------------------------------------------------------------------------------------------------------

    def get_queryset(self) -> QuerySet[Any]:
        """What the caller may see, whatever the parameters say."""
        raise NotImplementedError

    def sources(self, parameters: dict[str, Any]) -> Sequence[QuerySet[Any]]:
        """The rows of a list: querysets without a row in common, each with an index for the order."""
        return [self.narrowed(self.get_queryset(), parameters)]

    def narrowed(self, queryset: QuerySet[Any], parameters: dict[str, Any]) -> QuerySet[Any]:
        """The rows that the parameters ask for: each names a field, unless the resource says otherwise."""
        own = {field.source for field in self.queries.get("list", Query)().fields.values()}
        return queryset.filter(**{name: value for name, value in parameters.items() if name in own})

    def representation(self, instance: Any, *, many: bool = False, serializer: type[Resource] | None = None) -> Any:
        serializer_class = serializer or self.serializer_for_reading(self.action)
        assert serializer_class is not None  # noqa: S101
        shows = self.shows(serializer_class)
        if not shows:
            self.count = 0
        rows = list(instance) if many else [instance]
        only = self.parameters.get("fields", []) if shows else list(serializer_class.receipt)
        expanded = self.parameters.get("expand", []) if shows else []
        references = shown_with(self.acting, serializer_class, rows, only=only, expanded=expanded)
        context = {**self.get_serializer_context(), "references": references}
        rendering = serializer_class(context=context, only=only, expanded=expanded)
        answers = [rendering.to_representation(row) for row in rows]
        if shows and isinstance(self.shown, list):
            model = _model_of(serializer_class)
            self.shown += people_behind(rows, model) if model else people_of(rows)
        for name, (attribute, related, _path) in serializer_class.expandable.items():
            if name in rendering.expanded and related.logged_as:
                numbers = {answer["expanded"][name]["id"] for answer in answers if answer["expanded"][name]}
                people = people_of([attrgetter(attribute)(row) for row in rows], _model_of(related))
                self.shown_besides.append(
                    (related.logged_as, 0 if many else min(numbers, default=0), len(numbers), people)
                )
        return answers if many else answers[0]

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        serializer_class = self.serializer_for_reading(self.action)
        if (
            self.action == "list"
            and serializer_class
            and serializer_class.row_columns
            and not set(self.parameters.get("expand", [])) - {"labels"}
        ):
            return queryset.values_list(*serializer_class.row_columns, named=True)
        paths = (
            [
                serializer_class.expandable[name][2]
                for name in self.parameters.get("expand", [])
                if name in serializer_class.expandable
            ]
            if serializer_class
            else []
        )
        return queryset.select_related(*filter(None, paths)) if any(paths) else queryset

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        sources = self.sources(self.parameters)
        if reference := self.parameters.get("external_reference"):
            serializer_class = self.serializer_for_reading("list")
            number = number_of(self.acting, serializer_class.known_as() if serializer_class else "", reference)
            sources = [source.filter(pk=number) for source in sources]
        return self.answer_list(sources)

    def answer_list(self, sources: Sequence[QuerySet[Any]]) -> Response:
        parameters = self.parameters
        order, since = parameters["order"], parameters.get("updated_since")
        sources = [self.with_related(source) for source in sources]
        if since:
            synced_to = horizon()  # before the rows are read
            order, from_here = _changes_since(since, synced_to)
            tombstones = Tombstone.objects.filter(partner=self.acting.partner, resource__in=self.tombstones)
            sources = [source.filter(from_here) for source in (*sources, tombstones)]
        page = page_of(sources, order, parameters.get("cursor", ""), parameters["limit"])
        answer: dict[str, Any] = {"results": self.representation(page.rows, many=True), "next": None}
        if page.next_cursor:
            address = self.request.query_params.copy()
            address["cursor"] = page.next_cursor
            answer["next"] = self.request.build_absolute_uri(f"{self.request.path}?{address.urlencode()}")
        if since:
            answer["deleted"] = [{"id": row.object_id, "deleted_at": utc(row.changed_at)} for row in page.deleted]
            answer["synced_to"] = str(synced_to)
        self.count = len(page.rows)
        return Response(answer)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer(self.get_object())

    def get_object(self) -> Any:
        try:
            record = self.with_related(self.get_queryset()).get(pk=self.kwargs["pk"])
        except (self.get_queryset().model.DoesNotExist, OverflowError):
            raise Http404 from None
        self.check_door(record)
        return record

    def check_door(self, record: Any) -> None:
        """Before one record is shown or changed: as on its page."""
        pass_door(self.acting, record)

    def answer(self, instance: Model, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        representation = self.representation(instance)
        response = Response(representation, status=status, headers=headers)
        response["ETag"] = f'"{_tag(instance, representation)}"'
        return response

    # --- Conditional requests ----------------------------------------------------------------------------------------------

    def check_unchanged(self, instance: Model) -> None:
        """Raises PreconditionFailed when If-Match names another version than the record's. From here on nobody else changes it."""
        if_match = self.request.headers.get("If-Match")
        if if_match and if_match.strip() != "*":
            tags = {tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")}
            name = _versioned_by(instance)
            own = type(instance)._base_manager.filter(pk=instance.pk)
            # Two that send the same tag at once: the second waits here, and finds another version. (What is another partner's can't
            # be locked, nor changed.)
            now = own.select_for_update().values_list(name, flat=True).first()
            if name == "id":
                is_unchanged = _tag(instance, self.representation(instance)) in tags
            else:
                versions = {tag.rsplit("-", 1)[0] for tag in tags}
                is_unchanged = {_text(getattr(instance, name)), _text(now or getattr(instance, name))} <= versions
            if not is_unchanged:
                raise PreconditionFailed

    # --- After -------------------------------------------------------------------------------------------------------------

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        raw = request._request
        if hasattr(raw, "rate"):
            limit, left, seconds = raw.rate
            response["RateLimit-Policy"] = f'"minute";q={limit};w=60'
            response["RateLimit"] = f'"minute";r={left};t={seconds}'
        if deprecated := self.deprecated.get(self.action or ""):
            since = int(datetime.combine(deprecated.since, time.min, UTC).timestamp())
            response["Deprecation"] = f"@{since}"
            successor = request.build_absolute_uri(f"/api/v1/{deprecated.successor.format(**self.kwargs)}")
            response["Link"] = f'<{successor}>; rel="successor-version"'
        if response.status_code >= 400 or self.action is None:
            return response
        if request.method == "POST" and getattr(self, "replayed", None) is None:
            idempotency.remember(request, response)
        self.log(request)
        if request.method == "GET" and response.status_code == 200 and not response.streaming:
            self._conditional(request, response)
        return response

    def log(self, request: Request) -> None:
        """Notes who read or wrote: every request of a system, and people's reading of people's data."""
        client, acting = client_of(request), getattr(request._request, "acting", None)
        if acting is None or not (client or self.is_personal):
            return
        number = typed(str(self.kwargs.get("pk", 0))) or 0
        reason = reason_for(self.logged_as or self.resource)
        people = self.shown if isinstance(self.shown, list) else named_by(self.shown)[0]
        with connection.cursor() as cursor:
            for what, object_id, count, seen in (
                (self.logged_as or self.resource, number, getattr(self, "count", 1), people),
                *self.shown_besides,
            ):
                # By hand: each request of a client ends with it.
                cursor.execute(
                    "INSERT INTO partnership_readlog"
                    " (partner_id, user_id, at, what, object_id, count, client_id, scope, is_refused, purpose, words, people)"
                    " VALUES (%s, %s, now(), %s, %s, %s, %s, %s, false, %s, %s, %s::bigint[])",
                    [
                        acting.partner.pk,
                        acting.user.pk,
                        f"api {what}"[:30],
                        object_id,
                        count,
                        client.pk if client else None,
                        self.scope() if client else "",
                        reason.purpose,
                        WORDS.seal(reason.words, acting.partner.pk),
                        seen if seen is None else sorted(set(seen)),
                    ],
                )

    def _conditional(self, request: Request, response: Response) -> None:
        def compare(rendered: Any) -> None:
            if not rendered.has_header("ETag"):
                rendered["ETag"] = f'"{hashlib.sha256(rendered.content).hexdigest()[:32]}"'
            if_none_match = request.headers.get("If-None-Match", "")
            if if_none_match.strip() == "*" or rendered["ETag"].removeprefix("W/") in {
                tag.strip().removeprefix("W/") for tag in if_none_match.split(",")
            }:
                rendered.status_code = 304
                rendered.content = b""
                del rendered["Content-Type"]

        response.add_post_render_callback(compare)


def _model_of(serializer_class: type[Resource]) -> type[Model] | None:
    return getattr(getattr(serializer_class, "Meta", None), "model", None)


@cache
def _query_of(view_class: type[View], action: str | None, serializer: Any) -> Query:
    """The parameters of a view's action, made once: reading them leaves no trace in their fields. A list inside a record has
    a serializer of its own."""
    view = view_class(serializer_class=serializer)
    view.action = action or ""
    return view.query_class(action)()


class Names(serializers.CharField):
    """Names divided by commas, each one of those allowed."""

    def __init__(self, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.names = names

    def to_internal_value(self, data: Any) -> Any:
        names = [name.strip() for name in super().to_internal_value(data).split(",")]
        unknown = [name for name in names if name not in self.names]
        if unknown:
            raise serializers.ValidationError(
                _("Not known: %(names)s. Known: %(known)s.")
                % {"names": ", ".join(unknown), "known": ", ".join(self.names)}
            )
        return names


def _tag(instance: Model, representation: Any) -> str:
    """By the version writes are compared, by what is shown readings."""
    content = hashlib.sha256(_json(representation)).hexdigest()[:16]
    return f"{_text(getattr(instance, _versioned_by(instance)))}-{content}"


def _versioned_by(instance: Model) -> str:
    """The field by which writes are compared."""
    names = {field.name for field in instance._meta.concrete_fields}
    return next(name for name in ("version", "changed_at", "id") if name in names)


def _text(version: Any) -> str:
    return f"{version.timestamp():.6f}" if isinstance(version, datetime) else str(version)


def _changes_since(since: datetime | Horizon, now: Horizon) -> tuple[str, Q]:
    """The order of a list of changes, and which rows are in it. Raises WrongParameter for a mark of another database."""
    if isinstance(since, datetime):
        return "changed_at", Q(changed_at__gte=since)
    if since.server != now.server or since.transaction > now.transaction:
        raise WrongParameter({"updated_since": [_("This mark is of another database: begin anew, from a date.")]})
    return "changed_in", Q(changed_in__gte=since.transaction)


def _json(data: Any) -> bytes:
    return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)
