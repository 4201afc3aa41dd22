# A policy on Terraform plans. `input` is what `terraform show -json` says of the saved plan.
package terraform

import rego.v1

# Whatever is created must say whose it is.
deny contains msg if {
	some change in input.resource_changes
	"create" in change.change.actions
	not change.change.after.input.owner
	msg := sprintf("%s has no owner: set owner in its input", [change.address])
}

# What is deleted is worth a second look.
warn contains msg if {
	some change in input.resource_changes
	"delete" in change.change.actions
	msg := sprintf("%s would be deleted", [change.address])
}
