"""What tests install for themselves: Node and npm packages, Python environments, under `.cache`."""
