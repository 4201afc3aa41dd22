"""Inspection: what a configuration would run or reach for, read before Terraform sees it.

- `syntax`: what a file says: blocks, attributes, expressions, in whichever syntax
- `native`: HCL → `syntax`, by tree-sitter
- `agreement`: whether the HCL library that Terraform uses sees the same; `shapes`: known blocks
- `json_files`: `.tf.json` → `syntax`
- `constants`: which texts an expression can be
- `functions`: where the paths of functions that read files lead
- `blocks`: what blocks want that the operator has to allow
- `names`: files that should not be there at all
- `reading`: all of that for a whole configuration
- `child`: the process that does it; `inspector`: asks it, and remembers
"""
