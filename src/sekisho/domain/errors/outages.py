"""Parts that are needed and away. See the tree in `sekisho.domain.errors`."""

from sekisho.domain.errors.kinds import Unavailable


class StoreUnavailable(Unavailable):
    """The store cannot be reached; nothing is applied."""

    code = "store_unavailable"
    says = "The store cannot be reached: {problem}."
    step = "Nothing was changed. Try again; tell the operator if it goes on."


class DiskFull(Unavailable):
    """There is no room left for data."""

    code = "disk_full"
    says = "There is no room left on the server's disk."
    step = "Nothing was changed. The operator frees room: sekisho store prune."


class TerraformMissing(Unavailable):
    """Neither terraform, tofu nor the engine extra is there."""

    code = "terraform_missing"
    says = "No Terraform was found on this server."
    step = "Install terraform, or the engine extra; docs/en/install.md says how."


class ConsoleAway(Unavailable):
    """The console where people approve is not running."""

    code = "console_away"
    says = "The console is not running."
    step = "A person starts it with: {command}"


class RunsUnavailable(Unavailable):
    """The server is up, but takes no runs as it is set up."""

    code = "runs_unavailable"
    says = "This server takes no runs: {problem}."
    step = "The operator must set: {setting}."


class ServerBusy(Unavailable):
    """As many requests are under way as the server carries."""

    code = "server_busy"
    says = "The server is busy with other requests."
    step = "Nothing was changed. Try again in a moment."
