"""The workspaces that the operator declared: in `sekisho.yaml`, or by having folders."""

from sekisho.catalog.file_catalog import FileCatalog
from sekisho.catalog.folder_catalog import FolderCatalog
from sekisho.catalog.live_catalog import LiveCatalog
from sekisho.catalog.operator_file import (
    OperatorFile,
    TerraformSection,
    Usual,
    json_schema,
    parse_operator_file,
    read_operator_file,
)

__all__ = [
    "FileCatalog",
    "FolderCatalog",
    "LiveCatalog",
    "OperatorFile",
    "TerraformSection",
    "Usual",
    "json_schema",
    "parse_operator_file",
    "read_operator_file",
]
