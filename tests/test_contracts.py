"""Promises that the code keeps by how it is written."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import provenance

PACKAGE = Path(provenance.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = [path.relative_to(PACKAGE).as_posix() for path in MODULES]
LINES = 500

#: Library to the only places that may import it.
DOORS = {
    "requests": ["fetch"],
    "urllib3": ["fetch"],
    # serve asks whether it could listen; it connects to nothing.
    "socket": ["fetch", "commands/serve.py"],
    "protego": ["fetch/robots.py"],
    "trafilatura": ["extract"],
    "htmldate": ["extract", "dates.py"],
    "datasketch": [],
    "sqlite_utils": ["store"],
    "sqlite3": ["store", "datasette_plugin"],
    "datasette": ["datasette_plugin"],
    "warcio": ["store/archive.py", "readers"],
    "brotli": ["readers/http.py"],
    "duckdb": ["readers/parquet.py", "engines/parquet.py"],
    "feedparser": ["readers/feed.py"],
    "zstandard": ["readers/packed.py"],
    "fastwarc": [],
    "click": ["cli.py", "commands"],
    "click_default_group": ["cli.py", "commands/sites.py"],
    "Stemmer": ["languages.py"],
    "anyascii": ["latin.py"],
    "selectolax": ["screen/skim.py"],
    "tld": ["urls.py"],
    "pyspark": ["engines/spark.py"],
    "subprocess": ["commands/serve.py"],
    "multiprocessing": ["workers.py"],
}
NOWHERE = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "sklearn", "scipy"}


def imported(path: Path) -> set[str]:
    """Every module that a file imports, at any depth of its code."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def libraries(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


PUBLIC = {
    "Article", "Checked", "Given", "Match", "ProvenanceError", "Store", "Verdict", "add", "check",
    "compare_texts", "scan",
}  # fmt: skip


def test_public_api() -> None:
    assert set(provenance.__all__) == PUBLIC | {"__version__"}
    assert provenance.__version__.count(".") == 2
    for name in PUBLIC:
        assert callable(getattr(provenance, name)), name
        assert inspect.getdoc(getattr(provenance, name)), name
    with pytest.raises(AttributeError):
        _ = provenance.nonsense
    assert (PACKAGE / "py.typed").is_file()


def test_the_public_api_for_type_checkers_is_the_same() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    names = {
        alias.asname or alias.name
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert names == PUBLIC


def test_the_package_is_cheap_to_import() -> None:
    code = "import provenance, sys; print(sum(n.startswith('provenance.') for n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "0"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_modules_stay_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LINES


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_modules_say_what_they_are(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert not tree.body or ast.get_docstring(tree)


@pytest.mark.parametrize("library", DOORS)
def test_a_library_enters_through_its_door(library: str) -> None:
    doors = DOORS[library]
    entered = [
        name
        for name, path in zip(NAMES, MODULES, strict=True)
        if library in libraries(path)
        and not any(name == door or name.startswith(f"{door}/") for door in doors)
    ]
    assert entered == []


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_nothing_that_runs_what_it_reads(path: Path) -> None:
    assert not libraries(path) & NOWHERE
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec", "__import__"}, node.lineno
        if isinstance(node, ast.keyword):
            on = isinstance(node.value, ast.Constant) and node.value.value is True
            # trafilatura's memory of paragraphs outlives the page: results would depend on order.
            assert not (node.arg == "deduplicate" and on), node.value.lineno
            assert not (node.arg == "shell" and on), node.value.lineno


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_the_package_has_no_assert_and_no_print(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        assert not isinstance(node, ast.Assert), node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print", node.lineno


ROOMS = [
    "boilerplate", "candidates", "compare", "direction", "extract", "fetch", "fingerprint",
    "readers", "report", "store", "traces", "verdict",
]  # fmt: skip


@pytest.mark.parametrize("room", ROOMS)
def test_no_door_leads_from_room_to_room(room: str) -> None:
    files = [PACKAGE / f"{room}.py", *(PACKAGE / room).rglob("*.py")]
    upstairs = {
        f"provenance.{name}" for name in ("pipeline", "cli", "commands", "matching", "learning")
    }
    others = {f"provenance.{other}" for other in ROOMS if other != room} | upstairs
    for path in filter(Path.is_file, files):
        opened = {
            name
            for name in imported(path)
            if any(name == other or name.startswith(f"{other}.") for other in others)
        }
        assert not opened, path


def test_the_report_is_pure() -> None:
    for path in (PACKAGE / "report").rglob("*.py"):
        assert not libraries(path) & {"sqlite3", "requests", "os", "time", "pathlib"}, path


@pytest.mark.parametrize("verb", ["add", "check", "scan", "matches", "show", "originals"])
def test_help_loads_nothing_heavy(verb: str) -> None:
    code = (
        "import sys\n"
        "from provenance.cli import cli\n"
        f"try: cli.main([{verb!r}, '--help'], standalone_mode=False)\n"
        "finally: print(sorted(set(sys.modules) & {'numpy', 'trafilatura', 'requests', 'lxml',"
        " 'datasketch', 'sqlite_utils'}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.stderr.strip().splitlines()[-1] == "[]"


@pytest.mark.parametrize("page", ["SECURITY.md", "docs/security.md"])
def test_what_a_page_of_promises_names_is_there(page: str) -> None:
    """Each test, case, module and target of make by which it says that a promise is held."""
    text = (PACKAGE.parent / page).read_text("utf-8")
    named = set(re.findall(r"`((?:tests|benchmarks|provenance)/[\w/.*]+)`", text))
    cases = set(re.findall(r"`((?:pages|rows|feeds|archives|folders|databases|texts)/\w*)`", text))
    assert named | cases
    for name in named:
        assert list(PACKAGE.parent.glob(name.rstrip("/"))), name
    for name in cases:
        assert list(
            (PACKAGE.parent / "tests/hostile").glob(f"{name}.py" if name[-1] != "/" else name)
        ), name
    targets = re.findall(
        r"^([a-z-]+):", (PACKAGE.parent / "Makefile").read_text("utf-8"), re.MULTILINE
    )
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= set(targets)
