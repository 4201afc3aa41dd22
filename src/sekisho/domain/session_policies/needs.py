"""What an action of Terraform needs besides the plain verbs, by service and by type.

Reasoned from how the AWS provider makes, changes and deletes these types. A row names IAM actions,
whole or up to a `*`.
"""

from enum import StrEnum


class Need(StrEnum):
    """What is asked of a service: what Terraform does to a resource, in the end."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


READS = {"Get", "List", "Describe", "BatchGet", "BatchDescribe", "BatchList"} | {
    "AdminGet",
    "AdminList",
    "GET",
}
"""Verbs that only look."""

_UPDATES = {
    *("Update", "Modify", "Put", "Set", "Change", "Attach", "Detach", "Associate", "Disassociate"),
    *("Authorize", "Revoke", "Add", "Remove", "Enable", "Disable", "Register", "Deregister"),
    *("Tag", "Untag", "Activate", "Deactivate", "Replace", "Reset", "Assign", "Unassign"),
    *("Apply", "Configure", "Subscribe", "Unsubscribe", "Alter", "Grant", "Link", "Unlink"),
    *("BatchUpdate", "BatchPut", "BatchAssociate", "BatchDisassociate", "BatchGrant"),
    *("BatchRevoke", "AdminUpdate", "AdminSet", "AdminAdd", "AdminRemove", "AdminEnable"),
    *("AdminDisable", "PUT", "PATCH"),
}
_CREATES = {
    *("Create", "Put", "Register", "Allocate", "Attach", "Associate", "Authorize", "Add"),
    *("Enable", "Set", "Import", "Request", "Upload", "Update", "Modify", "Tag", "Copy"),
    *("Restore", "Subscribe", "Change", "Provision", "Assign", "Activate", "Accept", "Apply"),
    *("Configure", "Join", "Issue", "Define", "Grant", "Claim", "Link", "Invite", "Confirm"),
    *("BatchCreate", "BatchPut", "BatchAssociate", "BatchGrant", "AdminCreate", "AdminSet"),
    *("AdminAdd", "AdminUpdate", "POST", "PUT", "PATCH"),
}
_DELETES = {
    *("Delete", "Deregister", "Terminate", "Release", "Detach", "Disassociate", "Revoke"),
    *("Remove", "Cancel", "Disable", "Deactivate", "Unsubscribe", "Unassign", "Drop", "Leave"),
    *("Abort", "Deprovision", "Withdraw", "Unlink", "Dissociate", "BatchDelete"),
    *("BatchDisassociate", "BatchRevoke", "AdminDelete", "AdminRemove", "AdminDisable"),
    "DELETE",
}
CLASSES: dict[Need, frozenset[str]] = {
    Need.READ: frozenset(READS),
    Need.CREATE: frozenset(_CREATES),
    Need.UPDATE: frozenset(_UPDATES),
    Need.DELETE: frozenset(_DELETES),
}
"""The verbs by which actions that do so begin. `Run`, `Start`, `Stop`, `Publish`, `Invoke` and
`Send` are in none: they start sessions and jobs, so they are named one by one below."""

BY_HAND: dict[str, dict[Need, str]] = {
    "iam": {Need.READ: "Get* List*"},
    "s3": {
        Need.READ: "GetAcc* GetBucket* Get*Configuration List*",
        Need.CREATE: "CreateBucket CreateAcc* PutAcc* PutBucket* Put*Configuration TagResource",
        Need.UPDATE: "PutAcc* PutBucket* Put*Configuration DeleteBucketPolicy "
        "DeleteBucketWebsite TagResource UntagResource",
        Need.DELETE: "DeleteBucket* DeleteAcc* PutAcc* PutBucket* Put*Configuration",
    },
    "secretsmanager": {
        Need.READ: "Describe* List* GetResourcePolicy",
        Need.CREATE: "CreateSecret PutResourcePolicy RotateSecret ReplicateSecretToRegions "
        "TagResource",
        Need.UPDATE: "UpdateSecret PutResourcePolicy DeleteResourcePolicy RotateSecret "
        "CancelRotateSecret ReplicateSecretToRegions RemoveRegionsFromReplication TagResource "
        "UntagResource",
        Need.DELETE: "DeleteSecret DeleteResourcePolicy CancelRotateSecret "
        "RemoveRegionsFromReplication",
    },
    "dynamodb": {
        Need.READ: "Describe* List* GetResourcePolicy",
        Need.CREATE: "CreateTable CreateTableReplica CreateGlobalTable Enable* ImportTable "
        "PutResourcePolicy RestoreTable* TagResource Update*",
        Need.UPDATE: "CreateTableReplica DeleteTableReplica DeleteResourcePolicy Disable* Enable* "
        "PutResourcePolicy TagResource UntagResource Update*",
        Need.DELETE: "DeleteTable DeleteTableReplica DeleteResourcePolicy Disable* Update*",
    },
}
"""Services whose plain verbs would reach what they hold: rights, secrets, objects, rows."""

_OBJECTS = {
    Need.READ: "s3:GetObject*",
    Need.CREATE: "s3:PutObject*",
    Need.UPDATE: "s3:PutObject* s3:DeleteObject*",
    Need.DELETE: "s3:DeleteObject*",
}
_VERSIONS = {
    Need.READ: "secretsmanager:GetSecretValue",
    Need.CREATE: "secretsmanager:PutSecretValue",
    Need.UPDATE: "secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage",
    Need.DELETE: "secretsmanager:UpdateSecretVersionStage",
}
_ITEMS = {
    Need.READ: "dynamodb:GetItem",
    Need.CREATE: "dynamodb:PutItem",
    Need.UPDATE: "dynamodb:UpdateItem dynamodb:PutItem dynamodb:DeleteItem",
    Need.DELETE: "dynamodb:DeleteItem",
}
_ROUTES = "ec2:CreateRoute ec2:DeleteRoute"
_ENTRIES = "ec2:CreateNetworkAclEntry ec2:DeleteNetworkAclEntry"
_ACL = "ec2:ReplaceNetworkAclAssociation"
_TABLE = "ec2:ReplaceRouteTableAssociation"
_INTERFACES = "ec2:CreateNetworkInterface ec2:DeleteNetworkInterface"
_ZONE = "route53:CreateHostedZone route53:GetHostedZone route53:ListHostedZonesByName"
_LAUNCHED = "ec2:RunInstances ec2:CreateTags ec2:CreateLaunchTemplateVersion"

BY_TYPE: dict[str, dict[Need, str]] = {
    "aws_s3_bucket": {Need.DELETE: "s3:DeleteObject*"},
    "aws_s3_bucket_object": _OBJECTS,
    "aws_s3_object": _OBJECTS,
    "aws_s3_object_copy": _OBJECTS,
    "aws_secretsmanager_secret_version": _VERSIONS,
    "aws_dynamodb_table_item": _ITEMS,
    "aws_kms_ciphertext": {Need.CREATE: "kms:Encrypt"},
    "aws_kms_secrets": {Need.READ: "kms:Decrypt"},
    "aws_kms_grant": {Need.DELETE: "kms:RetireGrant kms:RevokeGrant"},
    "aws_instance": {
        Need.CREATE: "ec2:RunInstances ec2:StopInstances ec2:StartInstances",
        Need.UPDATE: "ec2:StopInstances ec2:StartInstances ec2:MonitorInstances "
        "ec2:UnmonitorInstances",
        Need.DELETE: "ec2:StopInstances ec2:ModifyInstanceAttribute",
    },
    "aws_ec2_instance_state": {
        Need.CREATE: "ec2:StartInstances ec2:StopInstances",
        Need.UPDATE: "ec2:StartInstances ec2:StopInstances",
    },
    "aws_spot_instance_request": {Need.CREATE: "ec2:RunInstances"},
    "aws_ec2_fleet": {Need.CREATE: "ec2:RunInstances"},
    "aws_ami_from_instance": {Need.CREATE: "ec2:StopInstances ec2:StartInstances"},
    "aws_launch_template": {
        Need.UPDATE: "ec2:CreateLaunchTemplateVersion ec2:DeleteLaunchTemplateVersions"
    },
    # AWS lets a new group send everything; the provider takes that rule away.
    "aws_security_group": {
        Need.CREATE: "ec2:RevokeSecurityGroupEgress",
        Need.DELETE: "ec2:DeleteNetworkInterface",
    },
    # Defaults are not made: what is in them is taken away, and made anew.
    "aws_default_security_group": {Need.CREATE: "ec2:RevokeSecurityGroup*"},
    "aws_default_route_table": {
        Need.CREATE: "ec2:DeleteRoute ec2:DisableVgwRoutePropagation",
        Need.UPDATE: _ROUTES,
    },
    "aws_default_network_acl": {
        Need.CREATE: f"ec2:DeleteNetworkAclEntry {_ACL}",
        Need.UPDATE: _ENTRIES,
    },
    "aws_route_table": {Need.UPDATE: _ROUTES},
    "aws_main_route_table_association": {Need.CREATE: _TABLE, Need.DELETE: _TABLE},
    "aws_network_acl": {Need.CREATE: _ACL, Need.UPDATE: _ENTRIES, Need.DELETE: _ACL},
    "aws_network_acl_association": {Need.CREATE: _ACL, Need.DELETE: _ACL},
    "aws_vpc_dhcp_options_association": {Need.DELETE: "ec2:AssociateDhcpOptions"},
    "aws_vpc_endpoint": {Need.CREATE: "route53:AssociateVPCWithHostedZone"},
    "aws_autoscaling_group": {
        Need.CREATE: _LAUNCHED,
        Need.UPDATE: f"{_LAUNCHED} autoscaling:StartInstanceRefresh "
        "autoscaling:CancelInstanceRefresh autoscaling:ResumeProcesses "
        "autoscaling:SuspendProcesses autoscaling:TerminateInstanceInAutoScalingGroup",
        Need.DELETE: "autoscaling:UpdateAutoScalingGroup autoscaling:SetInstanceProtection",
    },
    "aws_lambda_function": {
        Need.CREATE: "lambda:PublishVersion s3:GetObject*",
        Need.UPDATE: "lambda:PublishVersion lambda:DeleteFunctionConcurrency s3:GetObject*",
    },
    "aws_lambda_layer_version": {Need.CREATE: "lambda:PublishLayerVersion s3:GetObject*"},
    "aws_lambda_invocation": {
        Need.CREATE: "lambda:InvokeFunction",
        Need.UPDATE: "lambda:InvokeFunction",
        Need.DELETE: "lambda:InvokeFunction",
        Need.READ: "lambda:InvokeFunction",
    },
    "aws_cloudfront_function": {
        Need.CREATE: "cloudfront:PublishFunction",
        Need.UPDATE: "cloudfront:PublishFunction",
    },
    "aws_cloudtrail": {
        Need.CREATE: "cloudtrail:StartLogging cloudtrail:StopLogging",
        Need.UPDATE: "cloudtrail:StartLogging cloudtrail:StopLogging",
    },
    "aws_config_configuration_recorder_status": {
        Need.CREATE: "config:StartConfigurationRecorder",
        Need.UPDATE: "config:StartConfigurationRecorder config:StopConfigurationRecorder",
        Need.DELETE: "config:StopConfigurationRecorder",
    },
    "aws_kinesis_stream": {
        Need.CREATE: "kinesis:IncreaseStreamRetentionPeriod kinesis:StartStreamEncryption",
        Need.UPDATE: "kinesis:IncreaseStreamRetentionPeriod "
        "kinesis:DecreaseStreamRetentionPeriod kinesis:StartStreamEncryption "
        "kinesis:StopStreamEncryption",
    },
    "aws_kinesis_firehose_delivery_stream": {
        Need.CREATE: "firehose:StartDeliveryStreamEncryption",
        Need.UPDATE: "firehose:StartDeliveryStreamEncryption firehose:StopDeliveryStreamEncryption",
    },
    "aws_rds_instance_state": {
        Need.CREATE: "rds:StartDBInstance rds:StopDBInstance",
        Need.UPDATE: "rds:StartDBInstance rds:StopDBInstance",
    },
    "aws_db_instance": {
        Need.CREATE: "rds:RebootDBInstance",
        Need.UPDATE: "rds:RebootDBInstance rds:PromoteReadReplica rds:CreateBlueGreenDeployment",
        Need.DELETE: "rds:CreateDBSnapshot rds:AddTagsToResource",
    },
    "aws_rds_cluster": {Need.DELETE: "rds:CreateDBClusterSnapshot rds:AddTagsToResource"},
    "aws_dms_replication_task": {
        Need.CREATE: "dms:StartReplicationTask",
        Need.UPDATE: "dms:StartReplicationTask dms:StopReplicationTask",
        Need.DELETE: "dms:StopReplicationTask",
    },
    "aws_emr_cluster": {Need.CREATE: "elasticmapreduce:RunJobFlow"},
    "aws_glue_trigger": {
        Need.CREATE: "glue:StartTrigger",
        Need.UPDATE: "glue:StartTrigger glue:StopTrigger",
    },
    "aws_sagemaker_notebook_instance": {
        Need.UPDATE: "sagemaker:StartNotebookInstance sagemaker:StopNotebookInstance",
        Need.DELETE: "sagemaker:StopNotebookInstance",
    },
    "aws_synthetics_canary": {
        Need.CREATE: "synthetics:StartCanary lambda:CreateFunction lambda:PublishLayerVersion "
        "s3:GetObject*",
        Need.UPDATE: "synthetics:StartCanary synthetics:StopCanary s3:GetObject*",
        Need.DELETE: "synthetics:StopCanary",
    },
    "aws_transfer_server": {
        Need.UPDATE: "transfer:StartServer transfer:StopServer",
        Need.DELETE: "transfer:StopServer",
    },
    "aws_appconfig_deployment": {Need.CREATE: "appconfig:StartDeployment"},
    "aws_appsync_graphql_api": {
        Need.CREATE: "appsync:StartSchemaCreation",
        Need.UPDATE: "appsync:StartSchemaCreation",
    },
    "aws_eks_node_group": {Need.CREATE: "ec2:RunInstances ec2:CreateTags"},
    "aws_ses_domain_dkim": {Need.CREATE: "ses:VerifyDomainDkim"},
    "aws_ses_domain_identity": {Need.CREATE: "ses:VerifyDomainIdentity"},
    "aws_ses_email_identity": {Need.CREATE: "ses:VerifyEmailIdentity"},
    "aws_securityhub_standards_subscription": {
        Need.CREATE: "securityhub:BatchEnableStandards",
        Need.DELETE: "securityhub:BatchDisableStandards",
    },
    "aws_service_discovery_private_dns_namespace": {
        Need.CREATE: f"{_ZONE} route53:AssociateVPCWithHostedZone ec2:DescribeVpcs "
        "ec2:DescribeRegions",
        Need.DELETE: "route53:DeleteHostedZone",
    },
    "aws_service_discovery_public_dns_namespace": {
        Need.CREATE: _ZONE,
        Need.DELETE: "route53:DeleteHostedZone",
    },
    "aws_wafv2_web_acl_association": {
        Need.CREATE: "elasticloadbalancing:SetWebAcl apigateway:SetWebACL",
        Need.DELETE: "elasticloadbalancing:SetWebAcl apigateway:SetWebACL",
    },
    "aws_ec2_transit_gateway_vpc_attachment": {
        Need.CREATE: "ec2:DisassociateTransitGatewayRouteTable "
        "ec2:DisableTransitGatewayRouteTablePropagation"
    },
    "aws_elasticache_replication_group": {
        Need.UPDATE: "elasticache:IncreaseReplicaCount elasticache:DecreaseReplicaCount"
    },
    "aws_elasticsearch_domain": {Need.UPDATE: "es:UpgradeElasticsearchDomain"},
    "aws_elb": {
        Need.UPDATE: "elasticloadbalancing:CreateLoadBalancerListeners "
        "elasticloadbalancing:DeleteLoadBalancerListeners"
    },
    "aws_flow_log": {Need.CREATE: "logs:CreateLogDelivery", Need.DELETE: "logs:DeleteLogDelivery"},
    "aws_mq_broker": {Need.UPDATE: "mq:RebootBroker"},
    "aws_opensearch_domain": {Need.UPDATE: "es:UpgradeDomain"},
    "aws_sns_topic_subscription": {Need.DELETE: "sns:Unsubscribe"},
    "aws_keyspaces_table": {Need.READ: "cassandra:Select"},
    "aws_keyspaces_keyspace": {Need.READ: "cassandra:Select"},
}
"""What one type needs alone. Its data source is read with the row's `read`."""

_SETTINGS = {
    "aws_ami_launch_permission": "ec2:ModifyImageAttribute",
    "aws_api_gateway_method_settings": "apigateway:PATCH",
    "aws_api_gateway_usage_plan": "apigateway:PATCH",
    "aws_batch_compute_environment": "batch:UpdateComputeEnvironment",
    "aws_batch_job_queue": "batch:UpdateJobQueue",
    "aws_ebs_default_kms_key": "ec2:ResetEbsDefaultKmsKeyId",
    "aws_ecr_registry_scanning_configuration": "ecr:PutRegistryScanningConfiguration",
    "aws_ecr_replication_configuration": "ecr:PutReplicationConfiguration",
    "aws_ecs_cluster_capacity_providers": "ecs:PutClusterCapacityProviders",
    "aws_efs_backup_policy": "elasticfilesystem:PutBackupPolicy",
    "aws_globalaccelerator_accelerator": "globalaccelerator:UpdateAccelerator",
    "aws_ses_identity_notification_topic": "ses:SetIdentityNotificationTopic",
    "aws_snapshot_create_volume_permission": "ec2:ModifySnapshotAttribute",
    "aws_sns_topic_policy": "sns:SetTopicAttributes",
    "aws_sqs_queue_policy": "sqs:SetQueueAttributes",
    "aws_sqs_queue_redrive_allow_policy": "sqs:SetQueueAttributes",
    "aws_sqs_queue_redrive_policy": "sqs:SetQueueAttributes",
}
"""Types that are deleted by setting something anew, or that have to be switched off before."""
BY_TYPE.update({type_: {Need.DELETE: action} for type_, action in _SETTINGS.items()})

_NETWORKED = "ec2:Describe*"
_KEYED = "kms:CreateGrant kms:DescribeKey"

BY_SERVICE: dict[str, dict[Need, str]] = {
    "autoscaling": {
        Need.CREATE: _NETWORKED,
        Need.UPDATE: f"{_NETWORKED} autoscaling:CreateOrUpdateTags autoscaling:DeleteTags "
        "autoscaling:PutScalingPolicy",
        Need.DELETE: "elasticloadbalancing:Describe*",
    },
    "budgets": {
        Need.READ: "budgets:ViewBudget",
        Need.CREATE: "budgets:ModifyBudget",
        Need.DELETE: "budgets:ModifyBudget",
    },
    "cloudfront": {Need.DELETE: "cloudfront:UpdateDistribution"},
    "dax": {Need.CREATE: _NETWORKED},
    "dms": {Need.CREATE: _NETWORKED},
    "ds": {
        Need.CREATE: f"{_NETWORKED} ec2:AuthorizeSecurityGroup* ec2:CreateNetworkInterface "
        "ec2:CreateSecurityGroup ec2:CreateTags",
        Need.DELETE: f"{_NETWORKED} ec2:DeleteNetworkInterface ec2:DeleteSecurityGroup "
        "ec2:RevokeSecurityGroup*",
    },
    "ec2": {
        Need.UPDATE: "ec2:CreateTags ec2:DeleteTags",
        Need.DELETE: "ec2:ModifyVpcEndpoint ec2:ModifyNetworkInterfaceAttribute",
    },
    "ecs": {Need.DELETE: "ecs:UpdateService"},
    "eks": {Need.CREATE: f"{_NETWORKED} iam:GetRole iam:ListAttachedRolePolicies"},
    "elasticache": {
        Need.CREATE: f"{_NETWORKED} {_INTERFACES}",
        Need.UPDATE: f"{_NETWORKED} {_INTERFACES}",
        Need.DELETE: f"{_NETWORKED} {_INTERFACES}",
    },
    "elasticfilesystem": {
        Need.CREATE: f"{_NETWORKED} ec2:CreateNetworkInterface",
        Need.DELETE: "ec2:DeleteNetworkInterface",
    },
    "elasticloadbalancing": {
        Need.CREATE: _NETWORKED,
        Need.UPDATE: _NETWORKED,
        Need.DELETE: "elasticloadbalancing:ModifyLoadBalancerAttributes",
    },
    "es": {Need.CREATE: _NETWORKED, Need.UPDATE: _NETWORKED},
    "fsx": {Need.CREATE: _NETWORKED},
    "kafka": {Need.CREATE: f"{_NETWORKED} {_KEYED}"},
    "kms": {Need.UPDATE: "kms:EnableKey*", Need.DELETE: "kms:ScheduleKeyDeletion"},
    "lambda": {Need.CREATE: _NETWORKED, Need.UPDATE: _NETWORKED},
    "logs": {Need.UPDATE: "logs:DeleteRetentionPolicy"},
    "memorydb": {Need.CREATE: _NETWORKED},
    "mq": {
        Need.CREATE: f"{_NETWORKED} ec2:CreateNetworkInterface "
        "ec2:CreateNetworkInterfacePermission",
        Need.DELETE: "ec2:DeleteNetworkInterface",
    },
    "rds": {Need.CREATE: f"{_NETWORKED} {_KEYED}", Need.UPDATE: _NETWORKED},
    "redshift": {
        Need.CREATE: f"{_NETWORKED} {_KEYED}",
        Need.UPDATE: "redshift:CreateTags redshift:DeleteTags",
    },
    "route53": {Need.CREATE: "ec2:DescribeVpcs", Need.DELETE: "route53:ChangeResourceRecordSets"},
    "sqs": {Need.CREATE: "sqs:TagQueue"},
}
"""What every type of a service needs: mostly, to look at the network that it is put into."""

NEVER_WIDENED = frozenset(
    {"account", "iam", "kms", "organizations", "s3", "secretsmanager", "sso", "dynamodb", "ssm"}
)
"""Services of which a policy never allows more than it must: who may do all of them owns the
account, or what it holds, or runs commands on all of its machines."""
