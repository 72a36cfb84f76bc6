"""Values that the schema allows and that we never write: what a database that was handed on, or
changed by hand, may hold. Only looks."""

from __future__ import annotations

import sqlite3

# Counters among the things that are known of the whole.
_COUNTERS = ("generation", "last_number", "originals")
# Columns of JSON, by the type of their value.
_JSON = {
    "object": (
        ("runs", "arguments"),
        ("runs", "parameters"),
        ("inputs", "passed_over"),
    ),
    "array": (
        ("captures", "headers"),
        ("captures", "redirects"),
        ("fingerprints", "terms"),
        ("within_pages", "links"),
        ("within_pages", "images"),
        ("within_pages", "aliases"),
    ),
}
_LISTED = "EXISTS (SELECT 1 FROM json_each({}) WHERE {})"
_NO_PAIR = "type <> 'array' OR json_array_length(value) <> 2"
# Columns of packed numbers, by the bytes of one.
_PACKED = (
    ("fingerprints", "bands", 8),
    ("fingerprints", "fragments", 8),
    ("unindexed", "keys", 8),
)


def odd_values(conn: sqlite3.Connection, references: bool = True) -> list[str]:
    """The columns that hold what we never write, and references that lead nowhere; [] for none.

    Reads every row of the tables that it asks. ``references`` False passes over those, which is
    for callers that have followed them.
    """
    there = {str(name) for (name,) in conn.execute("SELECT name FROM sqlite_master")}
    asked = [
        (table, column, f"NOT json_valid({column}) OR json_type({column}) <> '{kind}'")
        for kind, columns in _JSON.items()
        for table, column in columns
    ]
    asked += [(table, column, f"length({column}) % {size}") for table, column, size in _PACKED]
    asked += [
        # Of a list, its elements: headers are pairs, all the others are strings.
        (table, column, f"json_valid({column}) AND {_LISTED.format(column, wrong)}")
        for table, column in _JSON["array"]
        for wrong in [_NO_PAIR if column == "headers" else "type <> 'text'"]
    ]
    found = [
        f"{table}.{column}"
        for table, column, wrong in asked
        if table in there
        and conn.execute(f"SELECT 1 FROM {table} WHERE {wrong} LIMIT 1").fetchone()  # noqa: S608
    ]
    for table, _, parent, _ in conn.execute("PRAGMA foreign_key_check") if references else ():
        found.append(f"{table} → {parent}")
        break
    numbers = ", ".join(f"'{key}'" for key in _COUNTERS)
    if conn.execute(
        f"SELECT 1 FROM meta WHERE key IN ({numbers})"  # noqa: S608
        " AND (value GLOB '*[^0-9]*' OR length(value) NOT BETWEEN 1 AND 9) LIMIT 1"
    ).fetchone():
        found.append("meta.value")
    return list(dict.fromkeys(found))


def told_of(odd: list[str]) -> str:
    """What an error or ``doctor`` says of them."""
    return f"the database holds what provenance does not write ({', '.join(odd)})"
