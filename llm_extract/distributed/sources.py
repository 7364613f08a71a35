"""Inputs of a run on Ray: folders of letters, and Parquet files with a row a letter."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llm_extract.distributed.rows import HOLDERS, ID, require_columns
from llm_extract.errors import SettingsError
from llm_extract.letters import LetterFile, find_letters

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import dataset as pads

PARQUET = ".parquet"


@dataclass(frozen=True)
class ParquetInput:
    """One input of Parquet files: those of a folder, or one. `columns` are the ones that letters are read from."""

    files: tuple[str, ...]
    columns: tuple[str, ...]
    filesystem: Any
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Sources:
    """The letters of a run, files first. `ids` are unique and in the order of the inputs."""

    files: tuple[LetterFile, ...]
    tables: tuple[ParquetInput, ...]

    @property
    def ids(self) -> Iterator[str]:
        """The letters' ids."""
        yield from (file.letter_id for file in self.files)
        for table in self.tables:
            yield from table.ids

    def blocks(self, rows: int) -> Iterator[pa.Table]:
        """The files as tables of so many rows: id and absolute path, which is true on every machine that shares the folder."""
        import pyarrow as pa

        for start in range(0, len(self.files), rows):
            some = self.files[start : start + rows]
            paths = [os.fsencode(Path(file.path).absolute()) for file in some]  # bytes: a file name need not be Unicode
            yield pa.table({ID: [file.letter_id for file in some], "path": pa.array(paths, pa.binary())})


def find_sources(inputs: Sequence[str]) -> Sources:
    """The letters that the inputs name.

    Parquet is what ends in `.parquet` or lies in an object store (`s3://...`), and a folder that holds such files; the rest is
    looked up as `run` does. Raises `SettingsError` for inputs without letters, wrong columns, and ids that are missing or double.
    """
    tables = [name for named in inputs for name in _parquet_in(named)]
    others = [named for named in inputs if not any(True for _ in _parquet_in(named))]
    sources = Sources(
        tuple(find_letters(others)) if others or not inputs else (),
        tuple(_opened(name) for name in dict.fromkeys(tables)),
    )
    _refuse_doubles(sources.ids)
    return sources


def _parquet_in(named: str) -> Iterable[str]:
    if "://" in named:
        return [named]
    if named.lower().endswith(PARQUET):
        return sorted(glob.glob(named)) if glob.has_magic(named) and not os.path.lexists(named) else [named]  # noqa: PTH207
    folder = Path(named)
    return [named] if named.strip() and folder.is_dir() and any(folder.glob(f"*{PARQUET}")) else []


def _opened(name: str) -> ParquetInput:
    from pyarrow import ArrowException, dataset

    try:
        # Absolute: the processes that read have working folders of their own.
        found = dataset.dataset(name if "://" in name else str(Path(name).absolute()), format="parquet")
        _check_columns(found.schema, name)
        columns = tuple(column for column in (ID, *HOLDERS) if column in found.schema.names)
        return ParquetInput(tuple(found.files), columns, found.filesystem, tuple(_ids(found, name)))
    except (OSError, ArrowException) as error:
        raise SettingsError(f"{name} cannot be read as Parquet ({type(error).__name__}): check the path and the file.") from error


def _check_columns(schema: pa.Schema, name: str) -> None:
    from pyarrow import types

    require_columns(schema.names, name)
    text, binary, whole = (types.is_string, types.is_large_string), (types.is_binary, types.is_large_binary), (types.is_integer,)
    fitting = {ID: (*text, *whole), "text": text, "path": (*text, *binary), "bytes": binary}
    wrong = [f"{column} is {schema.field(column).type}" for column in fitting if column in schema.names
             and not any(fits(schema.field(column).type) for fits in fitting[column])]  # fmt: skip
    if wrong:
        raise SettingsError(
            f"{name} has columns of other types than letters need: {', '.join(wrong)}. "
            f"{ID} and text must be strings, bytes binary, path one of both."
        )


def _ids(found: pads.Dataset, name: str) -> Iterator[str]:
    for batch in found.to_batches(columns=[ID]):
        for value in batch.column(0).to_pylist():
            if value is None or str(value) == "":
                raise SettingsError(f"{name} has rows without a {ID}: give each letter one.")
            yield str(value)


def _refuse_doubles(ids: Iterable[str]) -> None:
    double = [name for name, count in Counter(ids).items() if count > 1]
    if double:
        shown = ", ".join(repr(name) for name in double[:3])
        raise SettingsError(f"{len(double)} letter ids stand more than once in the inputs ({shown}): give each letter its own.")
