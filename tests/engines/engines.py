"""Each engine as a small fleet runs it: several workers, files of Parquet in, files of Parquet out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.engines.adapters import adapter, dying

WORKERS: Final = 2


def spark(reports: Path, output: Path, mark: Path, victim: int) -> None:
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master(f"local[{WORKERS},4]")  # a task may fail three times
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.log.level", "OFF")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "500")  # so that one dies amid its part
        .getOrCreate()
    )
    try:
        frame = session.read.parquet(str(reports)).repartition(8)
        adapter("spark")(frame, dying(mark, victim)).write.parquet(str(output))
    finally:
        session.stop()


def ray(reports: Path, output: Path, mark: Path, victim: int) -> None:
    import ray as engine

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    engine.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False, object_store_memory=512 << 20)
    try:
        rows = engine.data.read_parquet(str(reports))
        adapter("ray")(rows, dying(mark, victim)).write_parquet(str(output))
    finally:
        engine.shutdown()


def duckdb(reports: Path, output: Path, mark: Path, victim: int) -> None:
    import duckdb as engine

    connection = engine.connect()
    rows = connection.read_parquet(f"{reports}/*.parquet")
    output.mkdir()
    adapter("duckdb")(rows, connection.cursor()).write_parquet(str(output / "all.parquet"))


def polars(reports: Path, output: Path, mark: Path, victim: int) -> None:
    import polars as pl

    output.mkdir()
    frame = pl.scan_parquet(f"{reports}/*.parquet")
    adapter("polars")(frame).sink_parquet(output / "all.parquet", engine="streaming")


def dask(reports: Path, output: Path, mark: Path, victim: int) -> None:
    import dask.dataframe as engine
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        frame = engine.read_parquet(str(reports), dtype_backend="pyarrow", split_row_groups=True)
        adapter("dask")(frame).to_parquet(str(output), write_index=False)


ENGINES: Final[dict[str, Callable[[Path, Path, Path, int], None]]] = {
    "spark": spark,
    "ray": ray,
    "duckdb": duckdb,
    "polars": polars,
    "dask": dask,
}
KILLED: Final = {"spark", "ray"}
"""Engines of which one worker is killed."""
