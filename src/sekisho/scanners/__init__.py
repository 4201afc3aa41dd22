"""Security scanners, each in an environment and a process of its own."""

from sekisho.scanners.checkov import Checkov
from sekisho.scanners.installing import Installation

__all__ = ["Checkov", "Installation"]
