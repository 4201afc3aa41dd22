# Policies on Terraform plans. `input` is what `terraform show -json` says of the saved plan.
package terraform

# Whatever is planned must say who owns it.
deny contains msg if {
	some change in input.resource_changes
	change.type == "terraform_data"
	"create" in change.change.actions
	not change.change.after.input.owner
	msg := sprintf("%s has no owner: set input.owner", [change.address])
}

# Nothing is deleted by a plan that creates nothing: that is a mistake more often than not.
warn contains msg if {
	some change in input.resource_changes
	change.change.actions == ["delete"]
	msg := sprintf("%s would be deleted", [change.address])
}
