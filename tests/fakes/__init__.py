"""Fakes: products in their own right; each passes the contract suite of its port."""
