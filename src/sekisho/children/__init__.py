"""Processes apart from ours that answer questions: what they read may harm them, and no more."""

from sekisho.children.warm import ChildGone, ChildLate, WarmChild

__all__ = ["ChildGone", "ChildLate", "WarmChild"]
