"""The scan as a Spark job: the steps of ``walk``, brought together by joins. The door of pyspark.

    provenance scan --engine spark --index INDEX INPUT... -o OUT
    spark-submit --py-files article_provenance-….whl spark.py --index INDEX INPUT... -o OUT

Three tables come of it, as Parquet: ``pages`` (all that was read, failures among it), ``matches``,
and ``about``, which is written last. What a task wrote before it failed is never seen: Spark
commits the files of one attempt only.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance.engines import walk
from provenance.engines.index import About
from provenance.errors import ProvenanceError, ReadError, UsageError

_PAGES = "page long, spec string, kind string, body string, keys array<long>, names array<string>"
_WANTED = "page long, wanted array<string>, capped map<string,long>"
_MATCHES = (
    "page long, position int, kind string, id string, source_id string, target_id string,"
    " relation string, is_repost boolean, probability double, direction string,"
    " attribution string, match string"
)
# What Spark reads by itself; all else is a file or folder that every executor sees.
_REMOTE = re.compile(r"^(?!https?:)[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
# Bytes of small inputs that one task takes together: to start one costs as much as some pages.
_SMALL = 32_000_000
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scan was made with and came to: the row of ``about``."""

    about: About
    #: The inputs, in the order of their numbers.
    inputs: tuple[str, ...]
    #: Keys that were passed over because too many originals hold them, by channel.
    capped: dict[str, int]
    #: The pages were read only: they are compared, with each other too, where they are imported.
    within: bool = False

    def text(self) -> str:
        """As JSON; without what only look-ups need."""
        about = dataclasses.replace(self.about, filter=b"", boilerplate_rows=())
        told = {"about": about.text(), "inputs": self.inputs, "capped": self.capped}
        return json.dumps(told | {"within": self.within})

    @classmethod
    def of_text(cls, text: str) -> Outcome:
        """What ``text`` made. Raises ReadError."""
        try:
            told = json.loads(text)
            about = About.of_text(told["about"])
            within = bool(told.get("within"))
            return cls(about, tuple(told["inputs"]), dict(told["capped"]), within)
        except (ValueError, KeyError, TypeError) as error:
            raise ReadError("this is no finished scan", code="bad-scan") from error


# --- the session -------------------------------------------------------------------------------


def session(master: str | None = None) -> Any:
    """A Spark session, here or on the cluster that Spark is configured for.

    Of what the user configured nothing is changed. Raises UsageError where pyspark or Java is
    missing, or the session can't be started.
    """
    try:
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UsageError(
            "the engine spark needs pyspark",
            hint="Try: pip install 'article-provenance[spark]'",
            code="no-spark",
        ) from error
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    if not submitted and not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise UsageError(
            "Spark needs Java 17 or newer",
            hint="On Debian and Ubuntu: apt install openjdk-17-jre-headless",
            code="no-java",
        )
    local = (master or "").startswith("local")
    if local:
        # Nobody else is to reach a session on one machine.
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    if submitted:
        SparkContext._ensure_initialized()
    conf = SparkConf()
    if master:
        conf.setMaster(master)
    for key, value in _settings(local).items():
        if not conf.contains(key):
            conf.set(key, value)
    try:
        found = SparkSession.builder.config(conf=conf).getOrCreate()
    except (PySparkException, OSError) as error:
        raise UsageError(
            f"Spark could not be started ({type(error).__name__})",
            subject=master or "",
            hint="What it said stands above; check Java and the address of the master",
            code="no-spark",
        ) from error
    if local:
        found.sparkContext.setLogLevel("ERROR")
    return found


def _settings(local: bool) -> dict[str, str]:
    """What suits this job, where the user says nothing else."""
    always = {
        "spark.app.name": "provenance scan",
        "spark.io.compression.codec": "zstd",
        "spark.sql.parquet.compression.codec": "zstd",
        **{f"spark.executorEnv.{name}": "1" for name in _ONE_THREAD},
    }
    if not local:
        return always
    return always | {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "8",
    }


# --- the job -----------------------------------------------------------------------------------


def scan(
    spark: Any, specs: Sequence[str], index: str, out: str, *, within: bool = False
) -> dict[str, int]:
    """Hold inputs against an exported index; the tables go to ``out``. Returns counts.

    ``within``: read them only; ``import-matches`` compares them, with each other too. Paths are as
    Spark reads them. Raises ReadError for an index that can't be read, UsageError for a folder that
    holds a finished scan.
    """
    from pyspark.errors import PySparkException

    about = _about(spark, index)
    if _exists(spark, f"{out}/about"):
        raise UsageError(
            "a finished scan lies here; it was left as it is",
            subject=out,
            hint="Name another folder with -o",
        )
    try:
        named = _named(spark, specs)
        _read(spark, named, about, f"{out}/pages", within=within)
        capped = {} if within else _judge(spark, index, about, out)
        told = Outcome(about, tuple(spec for spec, _ in named), capped, within).text()
        _write(spark.createDataFrame([(told,)], "about string"), f"{out}/about")
        return _counts(spark, out, within=within)
    except PySparkException as error:
        raise ReadError(
            f"Spark gave up: {str(error).strip().splitlines()[0][:300]}",
            subject=out,
            hint="Its log says why; the same command starts anew",
            code="spark",
        ) from error


def _about(spark: Any, index: str) -> About:
    from pyspark.errors import PySparkException

    try:
        rows = spark.read.parquet(f"{index}/about.parquet").collect()
    except PySparkException as error:
        raise ReadError(
            "there is no exported index here",
            subject=index,
            hint="Make one: provenance export-index -o DIR",
            code="missing",
        ) from error
    return About.of_text(rows[0]["about"])


def _exists(spark: Any, path: str) -> bool:
    from pyspark.errors import PySparkException

    try:
        spark.read.parquet(path)
    except PySparkException:
        return False
    return True


def _write(frame: Any, path: str) -> None:
    frame.write.mode("overwrite").parquet(path)


def _named(spark: Any, specs: Sequence[str]) -> list[tuple[str, bool]]:
    """Every input, and whether Spark has to read it; patterns of addresses are resolved."""
    found: list[tuple[str, bool]] = []
    for spec in specs:
        if not _REMOTE.match(spec):
            found.append((spec, False))
            continue
        files = spark.read.format("binaryFile").load(spec).select("path").collect()
        found += sorted((str(row["path"]), True) for row in files)
    return found


def _read(
    spark: Any, named: Sequence[tuple[str, bool]], about: About, out: str, *, within: bool
) -> None:
    """Read and extract every input, and write down what its pages ask."""
    context = spark.sparkContext
    shared = context.broadcast(about)
    numbers = {spec: number for number, (spec, _) in enumerate(named)}
    here = [(number, spec) for number, (spec, remote) in enumerate(named) if not remote]
    there = [spec for spec, remote in named if remote]

    folder = str(Path.cwd())

    def local(rows: Iterable[tuple[int, str]]) -> Iterator[walk.Read]:
        # An executor may stand elsewhere; names stay as they were given.
        with contextlib.suppress(OSError):
            os.chdir(folder)
        items = ((number, spec, None) for number, spec in rows)
        return walk.read(items, shared.value, within=within)

    def remote(rows: Iterable[Any]) -> Iterator[walk.Read]:
        items = ((numbers[row["path"]], row["path"], bytes(row["content"])) for row in rows)
        return walk.read(items, shared.value, within=within)

    parts = []
    if here:
        tasks = dealt(here, context.defaultParallelism)
        parts.append(context.parallelize(tasks, len(tasks)).flatMap(list).mapPartitions(local))
    if there:
        files = spark.read.format("binaryFile").load(there).select("path", "content")
        parts.append(files.repartition(len(there), "path").rdd.mapPartitions(remote))
    _write(spark.createDataFrame(context.union(parts), _PAGES), out)


def dealt(
    inputs: Sequence[tuple[int, str]], cores: int, small: int = _SMALL
) -> list[list[tuple[int, str]]]:
    """Inputs as tasks, in order: small ones together, but not so many that cores stand idle."""
    weights = [_weight(spec) for _, spec in inputs]
    known = sum(weight for weight in weights if weight is not None)
    # Some tasks a core: what is lost with one of them is little, and none waits long for the last.
    most = min(small, known // max(4 * cores, 1))
    tasks: list[list[tuple[int, str]]] = []
    taken = 0
    for one, weight in zip(inputs, weights, strict=True):
        if not tasks or weight is None or taken + weight > most:
            tasks.append([])
            taken = 0
        tasks[-1].append(one)
        taken = most + 1 if weight is None else taken + weight
    return tasks


def _weight(spec: str) -> int | None:
    """Bytes of a file, or of a folder's files; None where this machine doesn't see it."""
    path = Path(spec)
    try:
        if not path.is_dir():
            return path.stat().st_size
        return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
    except OSError:
        return None


def _judge(spark: Any, index: str, about: About, out: str) -> dict[str, int]:
    """Join what was asked with the originals that hold it, and judge; how many keys were
    passed over."""
    from pyspark import StorageLevel
    from pyspark.sql import functions as f

    shared = spark.sparkContext.broadcast(about)
    pages = spark.read.parquet(f"{out}/pages").where("kind = 'page'")
    parts: list[Any] = []
    for table, column, asked in (("postings", "key", "keys"), ("names", "name", "names")):
        held = spark.read.parquet(f"{index}/{table}.parquet").select(column, "originals")
        rows = pages.select("page", f.explode(asked).alias(column)).join(held, column)
        for missing, kind in (("key", "long"), ("name", "string")):
            if missing != column:
                rows = rows.withColumn(missing, f.lit(None).cast(kind))
        parts.append(rows.select("page", "key", "name", "originals"))
    answers = parts[0].union(parts[1])
    gathered = answers.groupBy("page").agg(
        f.collect_list(f.struct("key", "name", "originals")).alias("answers")
    )
    met = gathered.join(pages.select("page", "body"), "page").persist(StorageLevel.DISK_ONLY)

    def seeking(rows: Iterable[Any]) -> Iterator[tuple[int, list[str], dict[str, int]]]:
        for row in rows:
            yield row["page"], *walk.seek(row["body"], _answers(row["answers"]), shared.value)

    def judging(rows: Iterable[Any]) -> Iterator[walk.Found]:
        items = (
            (row["page"], row["body"], _answers(row["answers"]), list(row["found"])) for row in rows
        )
        return walk.judged(items, shared.value)

    sought = spark.createDataFrame(met.rdd.mapPartitions(seeking), _WANTED).persist(
        StorageLevel.DISK_ONLY
    )
    originals = spark.read.parquet(f"{index}/originals.parquet").select("id", "original")
    found = (
        sought.select("page", f.explode("wanted").alias("id"))
        .join(originals, "id")
        .groupBy("page")
        .agg(f.collect_list("original").alias("found"))
    )
    ready = met.join(found, "page")
    matches = spark.createDataFrame(ready.rdd.mapPartitions(judging), _MATCHES)
    # In order, so that what was found of one input lies together.
    _write(
        matches.repartitionByRange("page").sortWithinPartitions("page", "position"),
        f"{out}/matches",
    )
    passed_over = sought.select(f.explode("capped").alias("channel", "count"))
    capped = {
        row["channel"]: int(row["keys"])
        for row in passed_over.groupBy("channel").agg(f.sum("count").alias("keys")).collect()
    }
    sought.unpersist()
    met.unpersist()
    return capped


def _answers(rows: Iterable[Any]) -> walk.Answers:
    keys, names = {}, {}
    for row in rows:
        if row["key"] is None:
            names[row["name"]] = row["originals"]
        else:
            keys[row["key"]] = row["originals"]
    return keys, names


def _counts(spark: Any, out: str, *, within: bool) -> dict[str, int]:
    kinds = spark.read.parquet(f"{out}/pages").groupBy("kind").count().collect()
    counts = {row["kind"]: row["count"] for row in kinds}
    unread = sum(counts.get(kind, 0) for kind in ("failure", "broken", "unopened"))
    if within:
        return {"pages": counts.get("page", 0), "failures": unread}
    matches = spark.read.parquet(f"{out}/matches").where("kind = 'match'")
    return {
        "pages": counts.get("page", 0),
        "failures": unread + spark.read.parquet(f"{out}/matches").where("kind = 'failure'").count(),
        "matched": matches.select("page").distinct().count(),
        "reposts": matches.where("is_repost").select("page").distinct().count(),
    }


# --- by itself ---------------------------------------------------------------------------------


def listed(lines: Iterable[str]) -> list[str]:
    """The inputs that a manifest names, one a line; empty lines and ``#`` comments are none."""
    stripped = (line.strip() for line in lines)
    return [line for line in stripped if line and not line.startswith("#")]


def main(words: Sequence[str] | None = None) -> int:
    """What spark-submit starts. Master, executors and the rest are spark-submit's to say."""
    parser = argparse.ArgumentParser(prog="spark.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("inputs", nargs="*", metavar="INPUT", help="WARC, Parquet, rows, folders")
    parser.add_argument("--index", required=True, help="what `provenance export-index` wrote")
    parser.add_argument("--manifest", help="a file with an input a line, as Spark reads it")
    parser.add_argument("-o", "--out", required=True, help="the folder for the tables")
    parser.add_argument("--within", action="store_true", help="to be compared with itself, too")
    given = parser.parse_args(words)
    try:
        spark = session()
        try:
            specs = list(given.inputs)
            if given.manifest:
                rows = spark.read.text(given.manifest).collect()
                specs += listed(row["value"] for row in rows)
            counts = scan(spark, specs, given.index, given.out, within=given.within)
        finally:
            spark.stop()
    except ProvenanceError as error:
        sys.stderr.write(f"provenance: {error}\n")
        return 2
    sys.stderr.write(", ".join(f"{count} {name}" for name, count in counts.items()) + "\n")
    return 3 if counts["failures"] else 0


if __name__ == "__main__":
    # By its name, so that executors import what is sent to them.
    from provenance.engines.spark import main as start

    sys.exit(start())
