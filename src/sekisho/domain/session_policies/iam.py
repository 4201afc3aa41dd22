"""What types of IAM itself need: by what they are about, so that a role gives no right over users.

Plain verbs would do far too much here: whoever may `iam:Create*` makes himself an access key.
"""

from sekisho.domain.session_policies.needs import Need

_KINDS = {
    "Role": {
        Need.CREATE: "CreateRole TagRole PutRole* AttachRolePolicy UpdateRole* "
        "UpdateAssumeRolePolicy",
        Need.UPDATE: "TagRole UntagRole PutRole* DeleteRolePolicy DeleteRolePermissionsBoundary "
        "AttachRolePolicy DetachRolePolicy UpdateRole* UpdateAssumeRolePolicy",
        Need.DELETE: "DeleteRole* DetachRolePolicy RemoveRoleFromInstanceProfile",
    },
    "User": {
        Need.CREATE: "CreateUser TagUser PutUser* AttachUserPolicy AddUserToGroup",
        Need.UPDATE: "UpdateUser TagUser UntagUser PutUser* DeleteUserPolicy "
        "DeleteUserPermissionsBoundary AttachUserPolicy DetachUserPolicy AddUserToGroup "
        "RemoveUserFromGroup",
        Need.DELETE: "DeleteUser* DetachUserPolicy RemoveUserFromGroup DeleteAccessKey "
        "DeleteLoginProfile DeleteSSHPublicKey DeactivateMFADevice DeleteVirtualMFADevice "
        "DeleteSigningCertificate DeleteServiceSpecificCredential",
    },
    "Group": {
        Need.CREATE: "CreateGroup PutGroupPolicy AttachGroupPolicy AddUserToGroup",
        Need.UPDATE: "UpdateGroup PutGroupPolicy DeleteGroupPolicy AttachGroupPolicy "
        "DetachGroupPolicy AddUserToGroup RemoveUserFromGroup",
        Need.DELETE: "DeleteGroup* DetachGroupPolicy RemoveUserFromGroup",
    },
    "Policy": {
        Need.CREATE: "CreatePolicy* TagPolicy SetDefaultPolicyVersion",
        Need.UPDATE: "CreatePolicyVersion DeletePolicyVersion SetDefaultPolicyVersion TagPolicy "
        "UntagPolicy",
        Need.DELETE: "DeletePolicy*",
    },
    "Attachment": {
        Need.CREATE: "AttachRolePolicy AttachUserPolicy AttachGroupPolicy",
        Need.UPDATE: "AttachRolePolicy AttachUserPolicy AttachGroupPolicy DetachRolePolicy "
        "DetachUserPolicy DetachGroupPolicy",
        Need.DELETE: "DetachRolePolicy DetachUserPolicy DetachGroupPolicy",
    },
    "InstanceProfile": {
        Need.CREATE: "CreateInstanceProfile AddRoleToInstanceProfile TagInstanceProfile",
        Need.UPDATE: "AddRoleToInstanceProfile RemoveRoleFromInstanceProfile TagInstanceProfile "
        "UntagInstanceProfile",
        Need.DELETE: "RemoveRoleFromInstanceProfile DeleteInstanceProfile",
    },
    "AccessKey": {
        Need.CREATE: "CreateAccessKey UpdateAccessKey",
        Need.UPDATE: "UpdateAccessKey",
        Need.DELETE: "DeleteAccessKey",
    },
    "LoginProfile": {
        Need.CREATE: "CreateLoginProfile",
        Need.UPDATE: "UpdateLoginProfile",
        Need.DELETE: "DeleteLoginProfile",
    },
    "OpenIDConnect": {
        Need.CREATE: "CreateOpenIDConnectProvider TagOpenIDConnectProvider",
        Need.UPDATE: "UpdateOpenIDConnectProviderThumbprint AddClientIDToOpenIDConnectProvider "
        "RemoveClientIDFromOpenIDConnectProvider TagOpenIDConnectProvider "
        "UntagOpenIDConnectProvider",
        Need.DELETE: "DeleteOpenIDConnectProvider",
    },
    "SAML": {
        Need.CREATE: "CreateSAMLProvider TagSAMLProvider",
        Need.UPDATE: "UpdateSAMLProvider TagSAMLProvider UntagSAMLProvider",
        Need.DELETE: "DeleteSAMLProvider",
    },
    "ServerCertificate": {
        Need.CREATE: "UploadServerCertificate TagServerCertificate",
        Need.UPDATE: "UpdateServerCertificate TagServerCertificate UntagServerCertificate",
        Need.DELETE: "DeleteServerCertificate",
    },
    "ServiceLinkedRole": {
        Need.CREATE: "CreateServiceLinkedRole TagRole",
        Need.UPDATE: "UpdateRole* TagRole UntagRole",
        Need.DELETE: "DeleteServiceLinkedRole",
    },
    "AccountAlias": {
        Need.CREATE: "CreateAccountAlias",
        Need.DELETE: "DeleteAccountAlias",
    },
    "PasswordPolicy": {
        Need.CREATE: "UpdateAccountPasswordPolicy",
        Need.UPDATE: "UpdateAccountPasswordPolicy",
        Need.DELETE: "DeleteAccountPasswordPolicy",
    },
    "SSHKey": {
        Need.CREATE: "UploadSSHPublicKey UpdateSSHPublicKey",
        Need.UPDATE: "UpdateSSHPublicKey",
        Need.DELETE: "DeleteSSHPublicKey",
    },
}

_TYPES = {
    "Role": "role role_policy role_policies_exclusive role_policy_attachment "
    "role_policy_attachments_exclusive roles",
    "User": "user user_policy user_policies_exclusive user_policy_attachment "
    "user_policy_attachments_exclusive user_group_membership users",
    "Group": "group group_policy group_policies_exclusive group_policy_attachment "
    "group_policy_attachments_exclusive group_membership",
    "Policy": "policy",
    "Attachment": "policy_attachment",
    "InstanceProfile": "instance_profile instance_profiles",
    "AccessKey": "access_key access_keys",
    "LoginProfile": "user_login_profile",
    "OpenIDConnect": "openid_connect_provider",
    "SAML": "saml_provider",
    "ServerCertificate": "server_certificate",
    "ServiceLinkedRole": "service_linked_role",
    "AccountAlias": "account_alias",
    "PasswordPolicy": "account_password_policy",
    "SSHKey": "user_ssh_key",
}
KINDS: dict[str, dict[Need, str]] = {
    f"aws_iam_{name}": {
        need: " ".join(f"iam:{action}" for action in said.split())
        for need, said in _KINDS[kind].items()
    }
    for kind, names in _TYPES.items()
    for name in names.split()
}
"""Types of IAM, and what each need takes. All of them are read with `Get` and `List`."""
