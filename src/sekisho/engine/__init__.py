"""What the product does: one class a noun, one method a verb.

It decides with the domain and acts through ports; faces call it, adapters never do.
"""
