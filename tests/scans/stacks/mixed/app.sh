echo "of the example"
