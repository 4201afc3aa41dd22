"""The words by which the actions of a service begin, of every service that has types.

Made by `tools/session_policy_facts.py` from AWS's service authorization reference: do not edit.
"""

VERBS: dict[str, str] = {
    "access-analyzer": "Apply Cancel Check Create Delete Generate Get List Start Tag Untag Update "
    "Validate",
    "account": "Accept Close Delete Disable Enable Get List Put Start",
    "acm": "Add Delete Describe Export Get Import List Put Remove Renew Request Resend Update",
    "acm-pca": "Create Delete Describe Get Import Issue List Put Restore Revoke Tag Untag Update",
    "airflow": "Create Delete Get Invoke List Publish Tag Untag Update",
    "amplify": "Create Delete Generate Get List Start Stop Tag Untag Update",
    "aoss": "APIAccess BatchGet Create Dashboards Delete Get List Tag Untag Update",
    "apigateway": "Add DELETE GET PATCH POST PUT Remove Set Update",
    "app-integrations": "Create Delete Get List Tag Untag Update",
    "appconfig": "Create Delete Get List Start Stop Tag Untag Update Validate",
    "appfabric": "BatchGet Connect Create Delete Get List Start Stop Tag Untag Update",
    "appflow": "Cancel Create Delete Describe List Register Reset Run Start Stop Tag Un Untag "
    "Update Use",
    "application-autoscaling": "Delete Deregister Describe Get List Put Register Tag Untag",
    "applicationinsights": "Add Create Delete Describe Link List Remove Tag Untag Update",
    "appmesh": "Create Delete Describe Get List Put Stream Tag Untag Update",
    "apprunner": "Associate Create Delete Describe Disassociate List Pause Resume Start Tag Untag "
    "Update",
    "appstream": "Associate BatchAssociate BatchDisassociate Copy Create Delete Describe Disable "
    "Disassociate Enable Expire List Start Stop Stream Tag Untag Update",
    "appsync": "Associate Create Delete Disassociate Evaluate Event Flush Get Graph List Put Set "
    "Source Start Tag Untag Update",
    "aps": "Create Delete Describe Get List Put Query Remote Tag Untag Update",
    "arc-zonal-shift": "Cancel Create Delete Get List Start Update",
    "athena": "BatchGet Cancel Create Delete Export Get Import List Put Run Start Stop Tag "
    "Terminate Untag Update",
    "auditmanager": "Associate BatchAssociate BatchCreate BatchDelete BatchDisassociate "
    "BatchImport Create Delete Deregister Disassociate Get List Register Start "
    "Tag Untag Update Validate",
    "autoscaling": "Attach BatchDelete BatchPut Cancel Complete Create Delete Describe Detach "
    "Disable Enable Enter Execute Exit Get Put Record Resume Rollback Set Start "
    "Suspend Terminate Update",
    "autoscaling-plans": "Create Delete Describe Get Update",
    "backup": "Cancel Copy Create Delete Describe Disassociate Export Get List Put Start Stop Tag "
    "Untag Update",
    "batch": "Cancel Create Delete Deregister Describe Get List Register Submit Tag Terminate "
    "Untag Update",
    "bcm-data-exports": "Create Delete Get List Tag Untag Update",
    "bedrock": "Allow Apply Associate BatchDelete Create Delete Detect Disassociate Get Invoke "
    "List Prepare Put Render Retrieve Start Stop Tag Untag Update Validate",
    "billing": "Get List Put Redeem Update",
    "budgets": "Create Delete Describe Execute List Modify Tag Untag Update View",
    "cassandra": "Alter Create Drop Modify Restore Select Tag Un Untag Update",
    "ce": "Create Delete Describe Get List Provide Start Tag Untag Update",
    "chatbot": "Associate Create Delete Describe Disassociate Get List Redeem Tag Untag Update",
    "chime": "Accept Activate Add Associate Authorize BatchCreate BatchDelete BatchSuspend "
    "BatchUnsuspend BatchUpdate Channel Connect Create Delete Deregister Describe "
    "Disassociate Disconnect Get Invite List Logout Put Redact Regenerate Register "
    "Rename Renew Reset Restore Retrieve Search Send Start Stop Submit Suspend Tag "
    "Unauthorize Untag Update Validate",
    "cleanrooms": "BatchGet Create Delete Get List Pass Populate Preview Start Tag Untag Update",
    "cloud9": "Activate Create Delete Describe Get List Modify Tag Untag Update Validate",
    "cloudfront": "Allow Associate Copy Create Delete Describe Get List Publish Tag Test Untag "
    "Update",
    "cloudfront-keyvaluestore": "Delete Describe Get List Put Update",
    "cloudhsm": "Copy Create Delete Describe Get Initialize List Modify Put Restore Tag Untag",
    "cloudsearch": "Add Build Create Define Delete Describe Index List Remove Update",
    "cloudtrail": "Add Cancel Create Delete Deregister Describe Disable Enable Generate Get List "
    "Lookup Put Register Remove Restore Start Stop Update",
    "cloudwatch": "BatchGet Create Delete Describe Disable Enable Generate Get Link List Put Set "
    "Start Stop Tag Untag Update",
    "codeartifact": "Associate Copy Create Delete Describe Disassociate Dispose Get List Publish "
    "Put Read Tag Untag Update",
    "codebuild": "BatchDelete BatchGet BatchPut Create Delete Describe Get Import Invalidate List "
    "Persist Put Retry Start Stop Update",
    "codecatalyst": "Accept Associate BatchAssociate BatchDisassociate Create Delete Disassociate "
    "Get List Put Reject Synchronize Tag Untag Update",
    "codecommit": "Associate BatchAssociate BatchDescribe BatchDisassociate BatchGet Cancel "
    "Create Delete Describe Disassociate Evaluate Get Git List Merge Override Post "
    "Put Tag Test Untag Update Upload",
    "codeconnections": "Create Delete Get List Pass Register Start Tag Untag Update Use",
    "codedeploy": "Add BatchGet Continue Create Delete Deregister Get List Put Register Remove "
    "Skip Stop Tag Untag Update",
    "codeguru-profiler": "Add BatchGet Configure Create Delete Describe Get List Post Put Remove "
    "Submit Tag Untag Update",
    "codeguru-reviewer": "Associate Create Describe Disassociate Get List Put Tag Un",
    "codepipeline": "Acknowledge Create Delete Deregister Disable Enable Get List Override Poll "
    "Put Register Retry Rollback Start Stop Tag Untag Update",
    "codestar-connections": "Create Delete Get List Pass Register Start Tag Untag Update Use",
    "codestar-notifications": "Create Delete Describe List Subscribe Tag Unsubscribe Untag Update",
    "cognito-identity": "Create Delete Describe Get List Lookup Merge Set Tag Unlink Untag Update",
    "cognito-idp": "Add AdminAdd AdminConfirm AdminCreate AdminDelete AdminDisable AdminEnable "
    "AdminForget AdminGet AdminInitiate AdminLink AdminList AdminRemove AdminReset "
    "AdminRespond AdminSet AdminUpdate AdminUser Associate Change Confirm Create "
    "Delete Describe Disassociate Forget Forgot Get Global Initiate List Resend "
    "Respond Revoke Set Sign Start Stop Tag Untag Update Verify",
    "comprehend": "BatchDetect Classify Contains Create Delete Describe Detect Import List Put "
    "Start Stop Tag Untag Update",
    "compute-optimizer": "Delete Describe Export Get Put Update",
    "config": "BatchGet Delete Deliver Describe Get List Put Select Start Stop Tag Untag",
    "connect": "Activate AdminGet Associate BatchAssociate BatchDisassociate BatchGet BatchPut "
    "Claim Complete Create Deactivate Delete Describe Disassociate Dismiss Get Import "
    "List Monitor Pause Put Release Replicate Resume Search Send Start Stop Submit "
    "Suspend Tag Transfer Untag Update",
    "controltower": "Create Delete Deregister Describe Disable Enable Get List Manage Perform "
    "Reset Setup Tag Untag Update",
    "cost-optimization-hub": "Get List Update",
    "cur": "Delete Describe Get List Modify Put Tag Untag Validate",
    "dataexchange": "Accept Cancel Create Delete Get List Publish Revoke Send Start Tag Untag "
    "Update",
    "datapipeline": "Activate Add Create Deactivate Delete Describe Evaluate Get List Poll Put "
    "Query Remove Report Set Validate",
    "datasync": "Add Cancel Create Delete Describe Generate List Remove Start Stop Tag Untag "
    "Update",
    "datazone": "Accept Add Associate BatchDelete BatchPut Cancel Create Delete Disassociate Get "
    "List Post Provision Put Refresh Reject Remove Revoke Search Sso Start Stop Tag "
    "Untag Update Validate",
    "dax": "BatchGet BatchWrite Condition Create Decrease Delete Describe Get Increase List Put "
    "Query Reboot Scan Tag Untag Update",
    "detective": "Accept BatchGet Create Delete Describe Disable Disassociate Enable Get Invoke "
    "List Reject Search Start Tag Untag Update",
    "devicefarm": "Create Delete Get Install List Purchase Renew Schedule Stop Tag Untag Update",
    "devops-guru": "Add Delete Describe Get List Put Remove Search Start Update",
    "directconnect": "Accept Allocate Associate Confirm Create Delete Describe Disassociate List "
    "Start Stop Tag Untag Update",
    "dlm": "Create Delete Get List Tag Untag Update",
    "dms": "Add Apply Associate BatchStart Cancel Create Delete Describe Disassociate Export Get "
    "Import List Modify Move Reboot Refresh Reload Remove Run Start Stop Test Update "
    "Upload",
    "docdb-elastic": "Apply Copy Create Delete Get List Restore Start Stop Tag Untag Update",
    "drs": "Associate BatchCreate BatchDelete Create Delete Describe Disconnect Export Get "
    "Initialize Issue List Notify Put Retry Reverse Send Start Stop Tag Terminate Untag "
    "Update",
    "ds": "Accept Access Add Authorize Cancel Check Connect Create Delete Deregister Describe "
    "Disable Enable Get List Register Reject Remove Reset Restore Share Start Unauthorize "
    "Unshare Update Verify",
    "ds-data": "Add Create Delete Describe Disable List Remove Search Update",
    "dynamodb": "BatchGet BatchWrite Condition Create Delete Describe Disable Enable Export Get "
    "Import List Parti Purchase Put Query Restore Scan Start Tag Untag Update",
    "ec2": "Accept Advertise Allocate Apply Assign Associate Attach Authorize Bundle Cancel "
    "Confirm Copy Create Delete Deprovision Deregister Describe Detach Disable "
    "Disassociate Enable Export Get Import Inject List Lock Modify Monitor Move Pause "
    "Provision Purchase Put Reboot Register Reject Release Replace Report Request Reset "
    "Restore Revoke Run Search Send Start Stop Terminate Unassign Unlock Unmonitor Update "
    "Withdraw",
    "ecr": "BatchCheck BatchDelete BatchGet BatchImport Complete Create Delete Describe Get "
    "Initiate List Put Replicate Set Start Tag Untag Update Upload Validate",
    "ecr-public": "BatchCheck BatchDelete Complete Create Delete Describe Get Initiate List Put "
    "Set Tag Untag Upload",
    "ecs": "Create Delete Deregister Describe Discover Execute Get List Poll Put Register Run "
    "Start Stop Submit Tag Untag Update",
    "eks": "Access Associate Create Delete Deregister Describe Disassociate List Register Tag "
    "Untag Update",
    "elasticache": "Add Authorize BatchApply BatchStop Complete Connect Copy Create Decrease "
    "Delete Describe Disassociate Export Failover Increase Interrupt List Modify "
    "Purchase Rebalance Reboot Remove Reset Revoke Start Test",
    "elasticbeanstalk": "Abort Add Apply Associate Check Compose Create Delete Describe "
    "Disassociate List Put Rebuild Remove Request Restart Retrieve Swap "
    "Terminate Update Validate",
    "elasticfilesystem": "Backup Client Create Delete Describe List Modify Put Replication "
    "Restore Tag Untag Update",
    "elasticloadbalancing": "Add Apply Attach Configure Create Delete Deregister Describe Detach "
    "Disable Enable Get Modify Register Remove Set",
    "elasticmapreduce": "Add Attach Cancel Create Delete Describe Detach Get Link List Modify "
    "Open Put Remove Run Set Start Stop Terminate Unlink Update View",
    "elastictranscoder": "Cancel Create Delete List Read Test Update",
    "emr-containers": "Cancel Create Delete Describe Get List Start Tag Untag",
    "emr-serverless": "Access Cancel Create Delete Get List Start Stop Tag Untag Update",
    "es": "Accept Add Associate Authorize Cancel Create Delete Describe Dissociate ESCross ESHttp "
    "Get List Purchase Reject Remove Revoke Start Update Upgrade",
    "events": "Activate Cancel Create Deactivate Deauthorize Delete Describe Disable Enable "
    "Invoke List Put Remove Retrieve Start Tag Test Untag Update",
    "evidently": "BatchEvaluate Create Delete Evaluate Get List Put Start Stop Tag Test Untag "
    "Update",
    "finspace": "Connect Create Delete Get List Load Mount Reset Tag Untag Update",
    "firehose": "Create Delete Describe List Put Start Stop Tag Untag Update",
    "fis": "Create Delete Get Inject List Start Stop Tag Untag Update",
    "fms": "Associate BatchAssociate BatchDisassociate Delete Disassociate Get List Put Tag Untag",
    "fsx": "Associate Bypass Cancel Copy Create Delete Describe Disassociate Get List Manage Put "
    "Release Restore Start Tag Untag Update",
    "gamelift": "Accept Claim Create Delete Deregister Describe Get List Put Register Request "
    "Resolve Resume Search Start Stop Suspend Tag Untag Update Validate",
    "geo": "Associate BatchDelete BatchEvaluate BatchGet BatchPut BatchUpdate Calculate Create "
    "Delete Describe Disassociate Forecast Get List Put Search Tag Untag Update Verify",
    "glacier": "Abort Add Complete Create Delete Describe Get Initiate List Purchase Remove Set "
    "Upload",
    "globalaccelerator": "Add Advertise Allow Create Delete Deny Deprovision Describe List "
    "Provision Remove Tag Untag Update Withdraw",
    "glue": "Authorize BatchCreate BatchDelete BatchGet BatchStop BatchUpdate Cancel Check Create "
    "Delete Deregister Describe Get Glue Import List Modify Notify Pass Publish Put Query "
    "Refresh Register Remove Request Reset Resume Run Search Send Start Stop Tag "
    "Terminate Test Untag Update Use",
    "grafana": "Associate Create Delete Describe Disassociate List Tag Untag Update",
    "guardduty": "Accept Archive Create Decline Delete Describe Disable Disassociate Enable Get "
    "Invite List Send Start Stop Tag Unarchive Untag Update",
    "iam": "Add Attach Change Create Deactivate Delete Detach Disable Enable Generate Get List "
    "Pass Put Remove Reset Resync Set Simulate Tag Untag Update Upload",
    "identitystore": "Create Delete Describe Get Is List Update",
    "imagebuilder": "Cancel Create Delete Get Import List Put Send Start Tag Untag Update",
    "inspector": "Add Create Delete Describe Get List Preview Register Remove Set Start Stop "
    "Subscribe Unsubscribe Update",
    "inspector2": "Associate BatchGet BatchUpdate Cancel Create Delete Describe Disable "
    "Disassociate Enable Get List Reset Search Send Start Stop Tag Untag Update",
    "internetmonitor": "Create Delete Get Link List Start Stop Tag Untag Update",
    "invoicing": "Get List Put",
    "iot": "Accept Add Associate Attach Cancel Clear Close Confirm Connect Create Delete "
    "Deprecate Describe Detach Disable Disassociate Enable Get List Open Publish Put "
    "Receive Register Reject Remove Replace Retain Rotate Search Set Start Stop Subscribe "
    "Tag Test Transfer Untag Update Validate",
    "ivs": "BatchGet BatchStart Create Delete Disconnect Get Import List Put Start Stop Tag Untag "
    "Update",
    "ivschat": "Create Delete Disconnect Get List Send Tag Untag Update",
    "kafka": "BatchAssociate BatchDisassociate Create Delete Describe Get List Put Reboot Reject "
    "Tag Untag Update",
    "kafkaconnect": "Create Delete Describe List Tag Untag Update",
    "kendra": "Associate BatchDelete BatchGet BatchPut Clear Create Delete Describe Disassociate "
    "Get List Put Query Retrieve Start Stop Submit Tag Untag Update",
    "kinesis": "Add Create Decrease Delete Deregister Describe Disable Enable Get Increase List "
    "Merge Put Register Remove Split Start Stop Subscribe Update",
    "kinesisanalytics": "Add Create Delete Describe Discover Get List Rollback Start Stop Tag "
    "Untag Update",
    "kinesisvideo": "Connect Create Delete Describe Get Join List Put Send Start Tag Untag Update",
    "kms": "Cancel Connect Create Decrypt Delete Derive Describe Disable Disconnect Enable "
    "Encrypt Generate Get Import List Put Re Replicate Retire Revoke Rotate Schedule Sign "
    "Synchronize Tag Untag Update Verify",
    "lakeformation": "Add BatchGrant BatchRevoke Cancel Commit Create Delete Deregister Describe "
    "Extend Get Grant List Put Register Remove Revoke Search Start Update",
    "lambda": "Add Create Delete Disable Enable Get Invoke List Publish Put Remove Tag Untag "
    "Update",
    "lex": "BatchCreate BatchDelete BatchUpdate Build Create Delete Describe Generate Get List "
    "Post Put Recognize Search Start Stop Tag Untag Update",
    "license-manager": "Accept Check Checkout Create Delete Extend Get List Reject Tag Untag "
    "Update",
    "lightsail": "Allocate Attach Close Copy Create Delete Detach Disable Download Enable Export "
    "Get Import Is Open Peer Put Reboot Register Release Reset Send Set Setup Start "
    "Stop Tag Test Unpeer Untag Update",
    "logs": "Associate Cancel Create Delete Describe Disassociate Filter Get Link List Put Start "
    "Stop Tag Test Unmask Untag Update",
    "m2": "Cancel Create Delete Get List Start Stop Tag Untag Update",
    "macie2": "Accept BatchGet BatchUpdate Create Decline Delete Describe Disable Disassociate "
    "Enable Get List Put Search Tag Test Untag Update",
    "mediaconvert": "Associate Cancel Create Delete Describe Disassociate Get List Put Search Tag "
    "Untag Update",
    "medialive": "Accept BatchDelete BatchStart BatchStop BatchUpdate Cancel Claim Create Delete "
    "Describe Get List Poll Purchase Reboot Reject Restart Start Stop Submit "
    "Transfer Update",
    "mediapackage": "Configure Create Delete Describe List Rotate Tag Untag Update",
    "mediapackagev2": "Cancel Create Delete Get Harvest List Put Tag Untag Update",
    "mediastore": "Create Delete Describe Get List Put Start Stop Tag Untag",
    "memorydb": "BatchUpdate Connect Copy Create Delete Describe Failover List Purchase Reset Tag "
    "Untag Update",
    "mobiletargeting": "Create Delete Get List Phone Put Remove Send Tag Untag Update Verify",
    "mq": "Create Delete Describe List Promote Reboot Update",
    "neptune-graph": "Cancel Create Delete Get List Read Reset Restore Start Tag Untag Update "
    "Write",
    "network-firewall": "Associate Create Delete Describe Disassociate List Put Tag Untag Update",
    "networkmanager": "Accept Associate Create Delete Deregister Describe Disassociate Execute "
    "Get List Put Register Reject Restore Start Tag Untag Update",
    "networkmonitor": "Create Delete Get List Tag Untag Update",
    "notifications": "Associate Create Delete Deregister Disassociate Get List Register Tag Untag "
    "Update",
    "notifications-contacts": "Activate Create Delete Get List Send Tag Untag",
    "oam": "Create Delete Get List Put Tag Untag Update",
    "organizations": "Accept Attach Cancel Close Create Decline Delete Deregister Describe Detach "
    "Disable Enable Invite Leave List Move Put Register Remove Tag Untag Update",
    "osis": "Create Delete Get Ingest List Start Stop Tag Untag Update Validate",
    "outposts": "Cancel Create Delete Get List Start Tag Untag Update",
    "payment-cryptography": "Create Decrypt Delete Encrypt Export Generate Get Import List Re "
    "Restore Start Stop Tag Translate Untag Update Verify",
    "pipes": "Create Delete Describe List Start Stop Tag Untag Update",
    "profile": "Add BatchGet Create Delete Detect Get List Merge Put Search Tag Untag Update",
    "qbusiness": "Add Allow BatchDelete BatchPut Cancel Chat Create Delete Disable Get List Put "
    "Remove Start Stop Tag Untag Update",
    "qldb": "Cancel Create Delete Describe Execute Export Get Insert List Parti Send Show Stream "
    "Tag Untag Update",
    "quicksight": "Account BatchCreate BatchDelete Cancel Create Delete Describe Generate Get "
    "List Pass Put Register Remove Restore Scope Search Set Start Subscribe Tag "
    "Unsubscribe Untag Update",
    "ram": "Accept Associate Create Delete Disassociate Enable Get List Promote Reject Replace "
    "Set Tag Untag Update",
    "rbin": "Create Delete Get List Lock Tag Unlock Untag Update",
    "rds": "Add Apply Authorize Backtrack Cancel Copy Create Cross Delete Deregister Describe "
    "Disable Download Enable Failover List Modify Promote Purchase Reboot Register Remove "
    "Reset Restore Revoke Start Stop Switchover",
    "redshift": "Accept Add Associate Authorize BatchDelete BatchModify Cancel Copy Create "
    "Deauthorize Delete Describe Disable Disassociate Enable Execute Failover Fetch "
    "Get Join List Modify Pause Purchase Put Reboot Reject Reset Resize Restore "
    "Resume Revoke Rotate Update View",
    "redshift-data": "BatchExecute Cancel Describe Execute Get List",
    "redshift-serverless": "Convert Create Delete Describe Get List Put Restore Tag Untag Update",
    "rekognition": "Associate Compare Copy Create Delete Describe Detect Disassociate Distribute "
    "Get Index List Put Recognize Search Start Stop Tag Untag Update",
    "resiliencehub": "Accept Add BatchUpdate Create Delete Describe Import List Publish Put "
    "Reject Remove Resolve Start Tag Untag Update",
    "resource-explorer-2": "Associate BatchGet Create Delete Disassociate Get List Put Search Tag "
    "Untag Update",
    "resource-groups": "Associate Cancel Create Delete Disassociate Get Group List Put Search "
    "Start Tag Ungroup Untag Update",
    "rolesanywhere": "Create Delete Disable Enable Get Import List Put Reset Tag Untag Update",
    "route53": "Activate Associate Change Create Deactivate Delete Disable Disassociate Enable "
    "Get List Test Update",
    "route53-recovery-control-config": "Create Delete Describe Get List Tag Untag Update",
    "route53-recovery-readiness": "Create Delete Get List Tag Untag Update",
    "route53domains": "Accept Associate Cancel Check Delete Disable Disassociate Enable Get List "
    "Push Register Reject Renew Resend Retrieve Transfer Update View",
    "route53profiles": "Associate Create Delete Disassociate Get List Put Tag Untag Update",
    "route53resolver": "Associate Create Delete Disassociate Get Import List Put Tag Untag Update",
    "rum": "BatchCreate BatchDelete BatchGet Create Delete Get List Put Tag Untag Update",
    "s3": "Abort Associate Bypass Create Delete Describe Dissociate Get Initiate List Object "
    "Pause Put Replicate Restore Submit Tag Untag Update",
    "s3-outposts": "Abort Create Delete Get List Put Replicate",
    "s3express": "Create Delete Get List Put",
    "sagemaker": "Add Associate BatchDelete BatchDescribe BatchGet BatchPut Create Delete Deploy "
    "Deregister Describe Disable Disassociate Enable Get Import Invoke List Put "
    "Query Register Render Retry Search Send Start Stop Update",
    "savingsplans": "Create Delete Describe List Return Tag Untag",
    "scheduler": "Create Delete Get List Tag Untag Update",
    "schemas": "Create Delete Describe Export Get List Put Search Start Stop Tag Untag Update",
    "secretsmanager": "BatchGet Cancel Create Delete Describe Get List Put Remove Replicate "
    "Restore Rotate Stop Tag Untag Update Validate",
    "securityhub": "Accept BatchDelete BatchDisable BatchEnable BatchGet BatchImport BatchUpdate "
    "Create Decline Delete Describe Disable Disassociate Enable Get Invite List "
    "Send Start Tag Untag Update",
    "securitylake": "Create Delete Deregister Get List Register Tag Untag Update",
    "servicecatalog": "Accept Associate BatchAssociate BatchDisassociate Copy Create Delete "
    "Describe Disable Disassociate Enable Execute Get Import List Notify "
    "Provision Put Reject Scan Search Sync Tag Terminate Untag Update",
    "servicediscovery": "Create Delete Deregister Discover Get List Register Tag Untag Update",
    "servicequotas": "Associate Delete Disassociate Get List Put Request Tag Untag",
    "ses": "BatchGet Cancel Clone Create Delete Describe Get List Put Reorder Send Set Start Stop "
    "Tag Test Untag Update Verify",
    "shield": "Associate Create Delete Describe Disable Disassociate Enable Get List Tag Untag "
    "Update",
    "signer": "Add Cancel Describe Get List Put Remove Revoke Sign Start Tag Untag",
    "sms-voice": "Associate Create Delete Describe Disassociate Discard Get List Put Release "
    "Request Send Set Submit Tag Untag Update Verify",
    "sns": "Add Check Confirm Create Delete Get List Opt Publish Put Remove Set Subscribe Tag "
    "Unsubscribe Untag Verify",
    "sqs": "Add Cancel Change Create Delete Get List Purge Receive Remove Send Set Start Tag Untag",
    "ssm": "Add Associate Cancel Create Delete Deregister Describe Disassociate Execute Get Label "
    "List Modify Put Register Remove Reset Resume Send Start Stop Terminate Unlabel Update",
    "ssm-contacts": "Accept Activate Associate Create Deactivate Delete Describe Get List Put "
    "Send Start Stop Tag Untag Update",
    "ssm-incidents": "BatchGet Create Delete Get List Put Start Tag Untag Update",
    "ssm-quicksetup": "Create Delete Get List Tag Untag Update",
    "sso": "Associate Attach Create Delete Describe Detach Disassociate Get Import List Provision "
    "Put Search Start Tag Untag Update",
    "states": "Create Delete Describe Get Invoke List Publish Redrive Reveal Send Start Stop Tag "
    "Test Untag Update Validate",
    "storagegateway": "Activate Add Assign Associate Attach Bypass Cancel Create Delete Describe "
    "Detach Disable Disassociate Join List Notify Refresh Remove Reset Retrieve "
    "Set Shutdown Start Update",
    "swf": "Cancel Complete Continue Count Delete Deprecate Describe Fail Get List Poll Record "
    "Register Request Respond Schedule Signal Start Tag Terminate Undeprecate Untag",
    "synthetics": "Associate Create Delete Describe Disassociate Get List Start Stop Tag Untag "
    "Update",
    "timestream": "Cancel Create Delete Describe Execute Get List Prepare Resume Select Start Tag "
    "Unload Untag Update Write",
    "timestream-influxdb": "Create Delete Get List Tag Untag Update",
    "transcribe": "Create Delete Describe Get List Start Tag Untag Update",
    "transfer": "Create Delete Describe Import List Send Start Stop Tag Test Untag Update",
    "verifiedpermissions": "Create Delete Get Is List Put Update",
    "vpc-lattice": "Create Delete Deregister Get List Put Register Tag Untag Update",
    "waf": "Create Delete Get List Put Tag Untag Update",
    "waf-regional": "Associate Create Delete Disassociate Get List Put Tag Untag Update",
    "wafv2": "Associate Check Create Delete Describe Disassociate Generate Get List Put Tag Untag "
    "Update",
    "workmail": "Allow Associate Assume Cancel Create Delete Deliver Deregister Describe "
    "Disassociate Enable Get List Put Register Reset Search Set Start Tag Test Untag "
    "Update Wipe",
    "workspaces": "Accept Associate Authorize Copy Create Delete Deploy Deregister Describe "
    "Disassociate Get Import List Migrate Modify Reboot Rebuild Register Reject "
    "Restore Revoke Start Stop Stream Terminate Update",
    "workspaces-web": "Associate Create Delete Disassociate Expire Get List Tag Untag Update",
    "xray": "BatchGet Cancel Create Delete Get Link List Put Start Tag Untag Update",
}
