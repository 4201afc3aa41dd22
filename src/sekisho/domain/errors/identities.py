"""What is wrong with a token of an identity provider. See the tree in `sekisho.domain.errors`."""

from sekisho.domain.errors.kinds import Refused, Unavailable


class TokenMalformed(Refused):
    """It looks like a token of an identity provider and cannot be read as one."""

    code = "token_malformed"
    says = "The token cannot be read: {problem}."
    step = "Sign in again in your client. A token is three parts with dots between them."


class TokenIssuerUnknown(Refused):
    """A provider issued it that this server was not told of, or none is configured."""

    code = "token_issuer_unknown"
    says = "This server does not know the provider that issued the token."
    step = "Sign in at the provider that this server names: {issuer}"


class TokenSignatureWrong(Refused):
    """The signature is none, of a kind that is not allowed, or not of the provider's keys."""

    code = "token_signature_wrong"
    says = "The signature of the token is not good: {problem}."
    step = "Sign in again in your client. If it goes on, the operator compares issuer and keys."


class TokenAudienceWrong(Refused):
    """The token is good, and for another server or client."""

    code = "token_audience_wrong"
    says = "The token is meant for somebody else, not for this server."
    step = "Ask the provider for a token whose audience is: {audience}"


class TokenExpired(Refused):
    """The token was good and is not any more."""

    code = "token_expired"
    says = "The token has expired."
    step = "Let your client refresh it, or sign in again."


class TokenEarly(Refused):
    """The token is good only later, or was issued in the future."""

    code = "token_early"
    says = "The token is not valid yet."
    step = "Compare the clocks of this server and of the identity provider."


class TokenKindWrong(Refused):
    """A token of the provider, but of another kind than is needed here."""

    code = "token_kind_wrong"
    says = "This is not the kind of token that is needed here: {problem}."
    step = "Send the access token that the provider gave a person for this server."


class ScopeMissing(Refused):
    """The token is good and for us, but was not given what is needed."""

    code = "scope_missing"
    says = "The token does not have the scope that this server needs."
    step = "Sign in again and consent to the scope: {scope}"


class PersonUnfit(Refused):
    """The token is good, and does not name a person in a way that can be recorded."""

    code = "person_unfit"
    says = "The token names nobody that can be let in: claim {claim} {problem}."
    step = (
        "The operator compares identity.oidc.claims in sekisho.yaml with what the provider sends."
    )


class IdentityConflict(Refused):
    """Somebody comes by a name that is another's."""

    code = "identity_conflict"
    says = "The name {person} belongs to somebody else here: one name is one person."
    step = (
        "The operator looks with `sekisho person list` and gives it free: sekisho person release."
    )


class IdentityProviderAway(Unavailable):
    """The identity provider does not answer, or not as one; so nobody can be told."""

    code = "identity_provider_away"
    says = "The identity provider {issuer} cannot be asked: {problem}."
    step = "Try again in a moment. The operator looks at the provider and the network to it."
