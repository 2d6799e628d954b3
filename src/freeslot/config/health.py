"""What machines ask: is it alive, can it serve, and how much waits."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from freeslot.events.leases import Leased
from freeslot.events.models import Heartbeat

HEARTBEAT_AT_MOST = timedelta(seconds=30)

_found_migrated = False


@require_safe
@never_cache
def alive(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


@require_safe
@never_cache
def ready(_request: HttpRequest) -> JsonResponse:
    """200 with each part in words, or 503 as soon as one of them is not "ok"."""
    now = timezone.now()
    checks: dict[str, Callable[[], bool]] = {
        "database": _answers,
        "migrations": _is_migrated_once,
        "worker": lambda: _beats(now),
    }
    parts = {name: _words(check) for name, check in checks.items()}
    return JsonResponse(parts, status=200 if set(parts.values()) == {"ok"} else 503)


def _words(check: Callable[[], bool]) -> str:
    try:
        return "ok" if check() else "not ok"
    except DatabaseError:
        return "unreachable"


def _answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _is_migrated_once() -> bool:
    """Migrations are only ever added by a new release, which is a new process: one good look is enough."""
    global _found_migrated
    _found_migrated = _found_migrated or is_migrated()
    return _found_migrated


def is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _beats(now: datetime) -> bool:
    return Heartbeat.objects.filter(at__gt=now - HEARTBEAT_AT_MOST).exists()


@require_safe
@never_cache
def metrics(_request: HttpRequest) -> HttpResponse:
    """Prometheus text: counts and ages of what waits, of no person and no practice."""
    lines = "".join(f"{line}\n" for line in _lines(timezone.now()))
    return HttpResponse(lines, content_type="text/plain; version=0.0.4; charset=utf-8")


def _lines(now: datetime) -> Iterator[str]:
    waiting = {model: _waiting(model, now) for model in queues()}
    yield from _gauge(
        "freeslot_waiting", "Rows that are due and not finished, by queue.",
        [(f'queue="{_name(model)}"', count) for model, (count, _) in waiting.items()],
    )  # fmt: skip
    yield from _gauge(
        "freeslot_oldest_waiting_seconds", "How long the oldest of them has been due.",
        [(f'queue="{_name(model)}"', age) for model, (_, age) in waiting.items()],
    )  # fmt: skip
    heartbeat = Heartbeat.objects.order_by("-at").first()
    if heartbeat:
        age = (now - heartbeat.at).total_seconds()
        yield from _gauge("freeslot_worker_heartbeat_seconds", "Since the worker's last sign of life.", [("", age)])
    message = apps.get_model("messages", "Message")
    states = message._default_manager.values_list("state").annotate(count=Count("pk")).order_by("state")
    yield from _gauge(
        "freeslot_messages", "Messages by state.", [(f'state="{state}"', count) for state, count in states]
    )


def queues() -> list[type[Leased]]:
    """Every table that is its own queue."""
    return [model for model in apps.get_models() if issubclass(model, Leased)]


def _name(model: type[Leased]) -> str:
    return str(model._meta.label_lower)


def _waiting(model: type[Leased], now: datetime) -> tuple[int, float]:
    due = model._default_manager.filter(done_at__isnull=True, due_at__lte=now)
    found = due.aggregate(count=Count("pk"), oldest=Min("due_at"))
    return found["count"], (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0


def _gauge(name: str, words: str, values: list[tuple[str, float]]) -> Iterator[str]:
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} gauge"
    for labels, value in values:
        yield f"{name}{{{labels}}} {value:g}" if labels else f"{name} {value:g}"
