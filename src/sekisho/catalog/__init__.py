"""The workspaces that the operator declared: in `sekisho.yaml`, or by having folders."""

from sekisho.catalog.file_catalog import FileCatalog
from sekisho.catalog.folder_catalog import FolderCatalog
from sekisho.catalog.operator_file import (
    OperatorFile,
    TerraformSection,
    json_schema,
    read_operator_file,
)

__all__ = [
    "FileCatalog",
    "FolderCatalog",
    "OperatorFile",
    "TerraformSection",
    "json_schema",
    "read_operator_file",
]
