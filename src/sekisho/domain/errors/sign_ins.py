"""Signing in, passkeys, and step-ups. See the tree in `sekisho.domain.errors`."""

from sekisho.domain.errors.kinds import Conflict, NotFound, Refused


class SessionNeeded(Refused):
    """Nobody is signed in with this browser."""

    code = "session_needed"
    says = "You are not signed in with this browser, or not any more."
    step = "Sign in, then do it again: {url}"


class SignInLost(Refused):
    """An answer of the provider that this browser did not ask for."""

    code = "sign_in_lost"
    says = "This sign-in was not begun with this browser, was used before, or took too long."
    step = "Begin again from the console, and finish within ten minutes in the same browser."


class SignInRefused(Refused):
    """The provider let nobody in, or its answer does not hold."""

    code = "sign_in_refused"
    says = "The sign-in did not succeed: {problem}."
    step = "Try again; if it goes on, tell the operator the code and the time."


class SignInStale(Refused):
    """A fresh sign-in was asked for, and the provider took an older one."""

    code = "sign_in_stale"
    says = "The identity provider did not ask you to sign in again for this decision."
    step = "Use a passkey. The operator sees to it that the provider keeps prompt=login."


class PersonOther(Refused):
    """Somebody else signed in for the decision."""

    code = "person_other"
    says = "Another person signed in than the one whose session this is."
    step = "Sign out, sign in as yourself, and decide again."


class LoadBalancerUntrusted(Refused):
    """What the load balancer says of who asks is missing, or does not hold."""

    code = "load_balancer_untrusted"
    says = "The load balancer's word on who you are is missing or does not hold: {problem}."
    step = "Come through the load balancer. The operator compares identity.alb with its settings."


class StepUpNeeded(Refused):
    """A session alone decides nothing."""

    code = "step_up_needed"
    says = "A decision needs more than your session: a passkey, or a fresh sign-in for it."
    step = "Open the review page and decide there with one of the two."


class PasskeyWrong(Refused):
    """The answer of an authenticator does not hold for this."""

    code = "passkey_wrong"
    says = "The passkey's answer does not hold: it is for something else, used before or too old."
    step = "Try again on this page, with one of your passkeys, within two minutes."


class PasskeyCloned(Refused):
    """The authenticator counted back: there is a copy of its key."""

    code = "passkey_cloned"
    says = "Passkey {name} counted backwards: there may be a copy of it. It was not accepted."
    step = "Use another passkey, remove this one, and tell the operator."


class PasskeyUnknown(NotFound):
    """There is no such passkey of this person."""

    code = "passkey_unknown"
    says = "You have no such passkey."
    step = "Your page under Passkeys lists those you have."


class PasskeyKnown(Conflict):
    """The passkey was enrolled before."""

    code = "passkey_known"
    says = "This passkey is enrolled already."
    step = "Use it, or enrol another authenticator."


class PasskeysTooMany(Conflict):
    """A person has as many passkeys as one may have."""

    code = "passkeys_too_many"
    says = "You have {cap} passkeys, and that is the cap."
    step = "Remove one that you no longer use."


class EnrolmentCodeWrong(Refused):
    """The code for a first passkey is wrong, used, or too old."""

    code = "enrolment_code_wrong"
    says = "The enrolment code is wrong, used up or expired."
    step = "Ask the operator for a new one: sekisho person enroll {person}"
