"""Least privilege, derived: the session policy that the apply of a plan would need on AWS.

Pure data and derivation. It is advice: derived from types and actions alone, it may miss what a
value asks for (a key of KMS, a role in a template), and a policy that misses one action leaves a
half-applied run. So it is shown to people and agents, and nothing here ever applies it. It is
for the apply alone: planning reads all of the state, and the state's backend is another identity's.
"""

from sekisho.domain.session_policies.deriving import Asked, Gap, Uncovered, asked_of
from sekisho.domain.session_policies.fitting import LIMIT, Widened, fitted
from sekisho.domain.session_policies.policy import SessionPolicy, session_policy

__all__ = [
    "LIMIT",
    "Asked",
    "Gap",
    "SessionPolicy",
    "Uncovered",
    "Widened",
    "asked_of",
    "fitted",
    "session_policy",
]
