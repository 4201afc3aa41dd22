"""Policies in Rego on plan JSON, evaluated by rego-cpp in a process of its own."""

from sekisho.policies.engine import RegoEngine

__all__ = ["RegoEngine"]
