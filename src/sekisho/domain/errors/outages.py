"""Parts that are needed and away. See the tree in `sekisho.domain.errors`."""

from sekisho.domain.errors.kinds import Unavailable


class StoreUnavailable(Unavailable):
    """The store cannot be reached; nothing is applied."""

    code = "store_unavailable"
    says = "The store cannot be reached: {problem}."
    step = "Nothing was changed. Try again; tell the operator if it goes on."


class StoreTampered(Unavailable):
    """Something stored is not as the server wrote it: nothing is done with it."""

    code = "store_tampered"
    says = "What is stored is not what this server wrote: {what}."
    step = "Nothing was changed. The operator keeps the data folder, runs sekisho audit verify."


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


class ScannerMissing(Unavailable):
    """No security scanner is installed."""

    code = "scanner_missing"
    says = "No security scanner is installed on this server."
    step = "The operator runs `sekisho scan setup` on the server, then plan again."


class ScannerFailed(Unavailable):
    """The scanner died, took too long, or said what it never says."""

    code = "scanner_failed"
    says = "The security scan failed: {problem}."
    step = "Plan again; if it stays, the operator runs `sekisho scan status`."


class PolicyEngineMissing(Unavailable):
    """Policies are declared, and what evaluates them is not installed."""

    code = "policy_engine_missing"
    says = "Policies in Rego are declared, and the engine for them is not installed."
    step = 'The operator installs the extra: pip install "sekisho[rego]". Then plan again.'


class PolicyFailed(Unavailable):
    """A policy could not be evaluated: it is wrong, or takes too long or too much."""

    code = "policy_failed"
    says = "Policy {policy} could not be evaluated: {problem}."
    step = "The operator corrects the policy and runs `sekisho config reload`; then plan again."


class ScannerSetupFailed(Unavailable):
    """The scanner could not be installed."""

    code = "scanner_setup_failed"
    says = "The scanner could not be installed: {problem}"
    step = (
        "See that pip reaches an index (its own configuration says which), or give all files: "
        "sekisho scan setup --wheels DIR."
    )


class ConsoleAway(Unavailable):
    """The console where people approve is not running."""

    code = "console_away"
    says = "The console is not running."
    step = "A person starts it with: {command}"


class IdentityMissing(Unavailable):
    """Beyond loopback, nobody has a key yet: the server cannot tell who asks."""

    code = "identity_missing"
    says = "This server cannot tell who asks: it is set up for keys, and there is no key yet."
    step = (
        "The operator runs `sekisho token create PERSON` on the server, or sets SEKISHO_AUTH=none "
        "for reading and planning without a key."
    )


class RunsUnavailable(Unavailable):
    """The server is up, but takes no runs as it is set up."""

    code = "runs_unavailable"
    says = "This server takes no runs: {problem}."
    step = "The operator must set: {setting}."


class StreamsTooMany(Unavailable):
    """As many logs are streamed as this server streams at a time."""

    code = "streams_too_many"
    says = "{cap} logs are being streamed already, and that is the cap."
    step = "Read the log by cursor (run_log), or try again in a moment."


class ServerDraining(Unavailable):
    """The server is being stopped and takes no new work."""

    code = "server_draining"
    says = "The server is stopping."
    step = "Try again in a moment: another one takes over, or it comes back."


class ServerBusy(Unavailable):
    """As many requests are under way as the server carries."""

    code = "server_busy"
    says = "The server is busy with other requests."
    step = "Nothing was changed. Try again in a moment."
