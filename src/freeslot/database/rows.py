"""Models to rows and back without the ORM's compiler, for the hot path: same fields, same adapting, SQL made once.

The ORM builds each statement anew, which costs more than running it. Here the text of a statement is made once per
model and set of fields; values still go through the fields, so both databases read and write exactly as with the ORM.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Generic, TypeAlias, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

Row = TypeVar("Row", bound=models.Model)
AnyField: TypeAlias = "models.Field[Any, Any]"
Converter = Callable[[Any, Any, Any], Any]
TEXT = (models.CharField, models.TextField)


def insert_row(row: models.Model) -> None:
    """Inserts one row; IntegrityError as with the ORM. For models whose key is made by Python."""
    connection = _connection()
    values = [_written(row, field, connection, adding=True) for field in row._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(_insert_text(type(row)), values)
    # What `save` sets as well.
    state = row._state
    state.adding, state.db = False, DEFAULT_DB_ALIAS


def update_row(row: models.Model, fields: Iterable[str]) -> None:
    """Writes the named fields of one row."""
    connection = _connection()
    names = tuple(fields)
    values = [_written(row, field, connection, adding=False) for field in _fields(type(row), names)]
    key = row._meta.pk.get_db_prep_value(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(_update_text(type(row), names), [*values, key])


def adapted(model: type[models.Model], **values: Any) -> list[Any]:
    """The values as the database wants them, each by the field it is compared with or written to."""
    connection, fields = _connection(), _fields(model, tuple(values))
    return [field.get_db_prep_value(each, connection) for field, each in zip(fields, values.values(), strict=True)]


@lru_cache(maxsize=1024)
def read_uuid(value: uuid.UUID | str) -> uuid.UUID:
    """An id as a cursor gives it: SQLite keeps ids as text."""
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


class Columns(Generic[Row]):
    """All columns of a model under an alias: `sql` for the SELECT, `read` for the row that comes back, or `find`."""

    def __init__(self, model: type[Row], alias: str) -> None:
        self.model = model
        self.fields = model._meta.concrete_fields
        self.names = [field.attname for field in self.fields]
        self.table = f"{model._meta.db_table} {alias}"
        self.sql = ", ".join(f'{alias}."{field.column}"' for field in self.fields)
        self._readers: dict[str, list[tuple[int, Any, list[Converter]]]] = {}

    def find(self, rest: str, values: Sequence[Any]) -> list[Row]:
        """The rows of a SELECT from the model's table; `rest` is what follows its alias."""
        with _connection().cursor() as cursor:
            cursor.execute(f"SELECT {self.sql} FROM {self.table} {rest}", values)  # noqa: S608  names of columns only
            return [self.read(row) for row in cursor.fetchall()]

    def read(self, values: Sequence[Any]) -> Row:
        connection = _connection()
        read = list(values)
        for index, expression, converters in self._converting(connection):
            if read[index] is not None:
                for convert in converters:
                    read[index] = convert(read[index], expression, connection)
        return self.model.from_db(DEFAULT_DB_ALIAS, self.names, read)

    def take(self, values: Iterator[Any]) -> Row:
        """From the columns that come next in a row of several models."""
        return self.read(list(islice(values, len(self.fields))))

    def _converting(self, connection: BaseDatabaseWrapper) -> list[tuple[int, Any, list[Converter]]]:
        """The columns that the database gives in another form than Python's, with what turns them."""
        if connection.vendor not in self._readers:
            table = self.model._meta.db_table
            found = []
            for index, field in enumerate(self.fields):
                column = field.get_col(table)
                converters = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
                if converters:
                    found.append((index, column, converters))
            self._readers[connection.vendor] = found
        return self._readers[connection.vendor]


def _written(row: models.Model, field: AnyField, connection: BaseDatabaseWrapper, *, adding: bool) -> Any:
    """A field's value as the database wants it: nothing, and a text in a text's column, as it is."""
    value = field.pre_save(row, adding)
    if value is None or (type(value) is str and isinstance(field, TEXT)):
        return value
    return field.get_db_prep_save(value, connection=connection)


def _connection() -> BaseDatabaseWrapper:
    """The thread's own connection: Django's proxy for it looks it up anew at every attribute."""
    return connections[DEFAULT_DB_ALIAS]


@lru_cache(maxsize=64)
def _insert_text(model: type[models.Model]) -> str:
    columns = [field.column for field in model._meta.concrete_fields]
    quoted = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    return f'INSERT INTO "{model._meta.db_table}" ({quoted}) VALUES ({marks})'  # noqa: S608  names of columns only


@lru_cache(maxsize=64)
def _update_text(model: type[models.Model], names: tuple[str, ...]) -> str:
    changes = ", ".join(f'"{field.column}" = %s' for field in _fields(model, names))
    table, key = model._meta.db_table, model._meta.pk.column
    return f'UPDATE "{table}" SET {changes} WHERE "{key}" = %s'  # noqa: S608  names of columns only


@lru_cache(maxsize=256)
def _fields(model: type[models.Model], names: tuple[str, ...]) -> list[AnyField]:
    return [_field(model, name) for name in names]


def _field(model: type[models.Model], name: str) -> AnyField:
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{name} is not a column of {model.__name__}")
    return field
