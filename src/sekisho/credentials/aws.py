"""Roles by STS. The library comes with the extra `aws` and is loaded when a role is first lent."""

import contextlib
import importlib.util
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any, cast

from sekisho.domain.credentials import LENT_FOR, Keys, Loan
from sekisho.domain.errors import AwsMissing, CredentialsAway, CredentialsRefused
from sekisho.domain.text import plain

_CONNECT, _READ, _TRIES = 5, 10, 3
_LONGEST_REASON = 100


def installed() -> bool:
    """Say whether the extra is there."""
    return importlib.util.find_spec("botocore") is not None


class StsRoles:
    """Assumes roles as this server: with its task role, profile, or whatever the SDK finds.

    Each time anew, since what an operator put into files of the SDK may change while we run.
    """

    def assume(self, loan: Loan) -> Keys:
        """Return keys of the role.

        Raises:
            AwsMissing: the extra is not installed.
            CredentialsRefused: STS said no.
            CredentialsAway: it did not answer, or we have no credentials to ask with.
        """
        try:
            import botocore.exceptions as failures  # pyright: ignore[reportMissingTypeStubs] (none)
        except ImportError:
            raise AwsMissing from None
        try:
            with _client(loan) as client:
                return _keys(client.assume_role(**_request(loan)))
        except failures.ClientError as error:
            found = cast("dict[str, Any]", error.response)
            reason = plain(found.get("Error", {}).get("Code") or "unknown", _LONGEST_REASON)
            raise CredentialsRefused(role=loan.role, reason=reason) from None
        except (failures.BotoCoreError, OSError, KeyError, TypeError, ValueError) as error:
            # Its name alone: texts of the library quote settings and addresses.
            raise CredentialsAway(role=loan.role, problem=type(error).__name__) from None


@contextlib.contextmanager
def _client(loan: Loan) -> Generator[Any]:
    import botocore.config as settings  # pyright: ignore[reportMissingTypeStubs] (none)
    import botocore.session as sessions  # pyright: ignore[reportMissingTypeStubs] (none)

    session: Any = sessions.get_session()  # pyright: ignore[reportUnknownMemberType]
    session.set_config_variable("sts_regional_endpoints", "regional")
    client = session.create_client(
        "sts",
        region_name=loan.region,
        endpoint_url=loan.endpoint or None,
        verify=loan.certificates or None,
        config=settings.Config(
            connect_timeout=_CONNECT,
            read_timeout=_READ,
            retries={"mode": "standard", "total_max_attempts": _TRIES},
        ),
    )
    try:
        yield client
    finally:
        client.close()


def _request(loan: Loan) -> dict[str, Any]:
    request: dict[str, Any] = {
        "RoleArn": loan.role,
        "RoleSessionName": loan.session,
        "DurationSeconds": int(LENT_FOR.total_seconds()),
    }
    if loan.external_id:
        request["ExternalId"] = loan.external_id
    if loan.source_identity:
        request["SourceIdentity"] = loan.source_identity
    return request


def _keys(answer: dict[str, Any]) -> Keys:
    given = answer["Credentials"]
    expires: datetime = given["Expiration"]
    return Keys(
        access_key_id=str(given["AccessKeyId"]),
        secret_access_key=str(given["SecretAccessKey"]),
        session_token=str(given["SessionToken"]),
        expires_at=expires.astimezone(UTC),
    )
