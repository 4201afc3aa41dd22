print("of the example")
