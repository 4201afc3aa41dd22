"""Files that say by their name alone what Terraform would do with them."""

from collections.abc import Iterable, Iterator

from sekisho.domain.inspections import Finding, FindingKind

K = FindingKind

_FOLDERS = {".terraform": K.TERRAFORM_FOLDER, "terraform.d": K.PLUGIN_FOLDER}
_CLI = frozenset({".terraformrc", "terraform.rc", ".tofurc", "tofu.rc", "credentials.tfrc.json"})
_ENDS = (
    (".tfrc", K.CLI_CONFIGURATION),
    (".tofurc", K.CLI_CONFIGURATION),
    (".tftest.hcl", K.TEST_FILE),
    (".tftest.json", K.TEST_FILE),
    (".tfmock.hcl", K.TEST_FILE),
    (".tfmock.json", K.TEST_FILE),
    (".tfcomponent.hcl", K.STACK_FILE),
    (".tfcomponent.json", K.STACK_FILE),
    (".tfstack.hcl", K.STACK_FILE),
    (".tfstack.json", K.STACK_FILE),
    (".tfdeploy.hcl", K.STACK_FILE),
    (".tfdeploy.json", K.STACK_FILE),
    (".tfquery.hcl", K.QUERY_FILE),
    (".tfquery.json", K.QUERY_FILE),
    # What OpenTofu reads instead of a .tf file of the same name.
    (".tofu", K.UNMODELLED),
    (".tofu.json", K.UNMODELLED),
)
_OVERRIDES = ("override.tf", "override.tf.json")


def is_configuration(name: str) -> bool:
    """Say whether Terraform reads a file as configuration."""
    return name.endswith((".tf", ".tf.json"))


def by_name(paths: Iterable[str]) -> Iterator[Finding]:
    """Find files that should not be there, or that mean more than they seem to."""
    for path in paths:
        *folders, name = path.split("/")
        found = {_FOLDERS[f.lower()] for f in folders if f.lower() in _FOLDERS}
        lower = name.lower()
        if lower in _CLI:
            found.add(K.CLI_CONFIGURATION)
        if lower in _OVERRIDES or lower.endswith(tuple(f"_{o}" for o in _OVERRIDES)):
            found.add(K.OVERRIDE_FILE)
        found |= {kind for end, kind in _ENDS if lower.endswith(end)}
        for kind in sorted(found):
            yield Finding(path, 0, kind)
