"""What reading a file yields: a table with its cautions, or one refusal with a code."""

import msgspec

MUST_ACCEPT = frozenset({"tables.cut_at_limit", "tables.encoding_unsure"})


class TableRefused(Exception):
    """The file as a whole cannot be taken; `code` says why and `details` fills the text."""

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details


class Caution(msgspec.Struct, frozen=True):
    """Something a person should know about a file that was read."""

    code: str
    details: dict[str, str | int] = {}

    @property
    def must_be_accepted(self) -> bool:
        """Whether the import may not go on before a person has said so."""
        return self.code in MUST_ACCEPT


class Table(msgspec.Struct, frozen=True):
    """One sheet as text. `numbers[i]` is the row number of `rows[i]` as a spreadsheet program shows it.

    Rows are padded to the header's width; a row that is longer than the header has cells too many.
    """

    sheet: str
    encoding: str
    header: tuple[str, ...]
    header_number: int
    rows: list[tuple[str, ...]]
    numbers: list[int]
    warnings: tuple[Caution, ...]


class RawSheet(msgspec.Struct, frozen=True):
    """All filled rows of a sheet before its header is found; `numbers` as in `Table`."""

    name: str
    rows: list[list[str]]
    numbers: list[int]
    cautions: tuple[Caution, ...] = ()
