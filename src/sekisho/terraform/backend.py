"""The backend block that we write over whatever the configuration says."""

from sekisho.domain.targets import Backend, S3Backend, ServerBackend
from sekisho.terraform.environment import quoted


def up(directory: str) -> str:
    """Return the way up from `directory` of a configuration to the folder that holds it all."""
    return "../" * (1 + len([part for part in directory.split("/") if part]))


def backend_block(backend: Backend, out: str = "../") -> str:
    """Write the override file for a backend. It also overrides a `cloud` block.

    `out` leads to where `state/` lies. It is relative: a saved plan embeds its backend, and is
    applied in another directory.
    """
    if isinstance(backend, ServerBackend):
        return _block("local", {"path": quoted(f"{out}state/terraform.tfstate")})
    return _block("s3", _s3(backend))


def _s3(backend: S3Backend) -> dict[str, str]:
    settings = {
        "bucket": quoted(backend.bucket),
        "key": quoted(backend.key),
        "region": quoted(backend.region),
        "encrypt": _bool(backend.encrypt),
    }
    if backend.lock in ("lockfile", "both"):
        settings["use_lockfile"] = "true"
    if backend.lock in ("dynamodb", "both") and backend.dynamodb_table:
        settings["dynamodb_table"] = quoted(backend.dynamodb_table)
    if backend.kms_key_id:
        settings["kms_key_id"] = quoted(backend.kms_key_id)
    if backend.role_arn:
        settings["assume_role"] = _map({"role_arn": backend.role_arn})
    if backend.use_path_style:
        settings["use_path_style"] = "true"
    if backend.endpoints:
        settings["endpoints"] = _map(dict(backend.endpoints))
        settings["skip_region_validation"] = "true"
        if "sts" not in backend.endpoints:
            # Somebody else's S3 without an STS beside it: do not ask Amazon's.
            settings["skip_credentials_validation"] = "true"
            settings["skip_requesting_account_id"] = "true"
    return settings


def _block(kind: str, settings: dict[str, str]) -> str:
    lines = "".join(f"    {name} = {value}\n" for name, value in settings.items())
    return f'terraform {{\n  backend "{kind}" {{\n{lines}  }}\n}}\n'


def _map(entries: dict[str, str]) -> str:
    body = ", ".join(f"{quoted(k)} = {quoted(v)}" for k, v in sorted(entries.items()))
    return "{ " + body + " }"


def _bool(value: bool) -> str:
    return "true" if value else "false"
