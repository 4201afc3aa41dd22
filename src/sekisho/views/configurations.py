"""Configurations as they are shown: what was taken, where to send one, what is wrong with one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sekisho.domain.configurations import Configuration, Upload
from sekisho.domain.logs import LogLine
from sekisho.views.view import View, moment, one_line, shown

_MOST_ERRORS = 20


class ConfigurationView(View):
    """A configuration that was taken in; its digest is what to plan from."""

    digest: str
    source: str
    files: int
    size: int
    next: list[str]

    @classmethod
    def of(cls, configuration: Configuration) -> "ConfigurationView":
        """Show a configuration."""
        step = f'plan_create(workspace=…, configuration="{configuration.digest}")'
        return cls(
            digest=configuration.digest,
            source=configuration.source,
            files=configuration.files,
            size=configuration.size,
            next=[step],
        )

    def words(self) -> str:
        """Say what was taken."""
        head = f"Took {self.files} files, {self.size} bytes: {self.digest}"
        return "\n".join([head, *[f"Next: {n}" for n in self.next]])


class UploadView(View):
    """A single-use address to send a folder to, with the command that does it."""

    workspace: str
    url: str
    command: str
    expires_at: datetime
    next: list[str]

    @classmethod
    def of(cls, upload: Upload, url: str) -> "UploadView":
        """Show an address. The URL is the credential: it works once, until it expires."""
        pack = "tar --exclude=.terraform --exclude=.git --exclude='*.tfstate*' -czf - -C FOLDER ."
        return cls(
            workspace=upload.workspace,
            url=url,
            command=f"{pack} | curl -sS --fail-with-body -T - '{url}'",
            expires_at=upload.expires_at,
            next=[
                "Run the command with FOLDER replaced; it prints the digest",
                f'plan_create(workspace="{upload.workspace}", configuration=DIGEST): plan it',
            ],
        )

    def words(self) -> str:
        """Give the command."""
        lines = [f"Send the folder once, before {moment(self.expires_at)}:", self.command]
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


class DiagnosticView(View):
    """An error of Terraform about a configuration."""

    text: str
    detail: str | None = None
    file: str | None = None
    line: int | None = None

    @classmethod
    def of(cls, line: LogLine) -> "DiagnosticView":
        """Show an error."""
        return cls(
            text=shown(line.text),
            detail=shown(line.detail, 800) or None,
            file=one_line(line.file) or None,
            line=line.line or None,
        )

    def words(self) -> str:
        """Say what is wrong and where."""
        place = f"{self.file}:{self.line}: " if self.file else ""
        return f"{place}{self.text}" + (f" — {self.detail}" if self.detail else "")


class ValidationView(View):
    """Whether Terraform accepts a configuration, and what it says where it does not."""

    valid: bool
    configuration: str
    errors: list[DiagnosticView]
    left_out: int = 0
    next: list[str]

    @classmethod
    def of(
        cls, digest: str, workspace: str, errors: tuple[LogLine, ...], git_ref: str = ""
    ) -> "ValidationView":
        """Show what validating found; what came from Git is planned from Git again."""
        way = f'git_ref="{one_line(git_ref)}"' if git_ref else f'configuration="{digest}"'
        plan = f'plan_create(workspace="{workspace}", {way}): plan it'
        again = f'Correct the files and call config_validate(workspace="{workspace}", …) again'
        return cls(
            valid=not errors,
            configuration=digest,
            errors=[DiagnosticView.of(e) for e in errors[:_MOST_ERRORS]],
            left_out=max(len(errors) - _MOST_ERRORS, 0),
            next=[again if errors else plan],
        )

    def words(self) -> str:
        """Say whether it is valid, and every error."""
        head = f"The configuration is {'valid' if self.valid else 'not valid'}: "
        lines = [head + self.configuration, *[f"- {e.words()}" for e in self.errors]]
        lines += [f"… {self.left_out} more"] if self.left_out else []
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


class FormatView(View):
    """Files as `terraform fmt` writes them; those that were right already are only named."""

    changed: dict[str, str]
    unchanged: list[str]
    next: list[str]

    @classmethod
    def of(cls, given: Mapping[str, str], written: Mapping[str, str]) -> "FormatView":
        """Show what formatting changed."""
        changed = {p: t for p, t in written.items() if given.get(p) != t}
        return cls(
            changed=changed,
            unchanged=sorted(set(given) - set(changed)),
            next=["Write the changed files back as they are given here"] if changed else [],
        )

    def structured(self) -> dict[str, Any]:
        """Return the JSON form as it is: the caller's own files, to be written back unharmed."""
        return self.model_dump(mode="json")

    def spoken(self) -> str:
        """Return the text form as it is."""
        return self.words()

    def words(self) -> str:
        """Give the changed files in full."""
        if not self.changed:
            return f"All {len(self.unchanged)} files are formatted already."
        files = [f"--- {path}\n{text}" for path, text in self.changed.items()]
        return "\n".join([f"{len(self.changed)} files change:", *files, *self.next])
