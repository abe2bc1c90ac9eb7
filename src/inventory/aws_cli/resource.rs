//! Policies of resources, as services print them and take them: nearly every service has names of its own for the same thing.
//!
//! The members are those of the service models that the AWS CLI is made of, <https://github.com/boto/botocore>, as of 2026-11.

use super::super::reader::Reader;
use crate::policy::{self, PolicyKind};
use crate::syntax::{Kind, Node, Text};

/// Where a policy stands in what a command prints, or takes from a file.
struct Shape {
    command: &'static str,
    /// The members that lead to the policy; `*` is every item of a list, or every value of a map.
    policy: &'static [&'static str],
    /// The members that lead to what the policy is told apart by, from the last item on; without it, the shape is another one.
    name: &'static [&'static str],
    kind: PolicyKind,
}

impl<'s> Reader<'_, 's> {
    /// Takes in the policies of the first shape that fits, and gives the command.
    pub(super) fn resource_policies(&mut self, root: Node<'_, 's>) -> Option<&'static str> {
        // of IoT: these are policies of devices, with variables and resources of their own
        if root.get("policyArn").is_some() {
            return None;
        }
        SHAPES.iter().find(|shape| self.of_shape(root, shape)).map(|shape| shape.command)
    }

    fn of_shape(&mut self, root: Node<'_, 's>, shape: &Shape) -> bool {
        let Some(outside) = shape.policy.iter().position(|member| *member == "*") else {
            let name = along(root, shape.name);
            let policy = along(root, shape.policy).filter(|_| shape.name.is_empty() || name.is_some());
            return policy.is_some_and(|policy| self.of_resource(policy, name.and_then(Node::text), shape.kind));
        };
        let (outside, inside) = shape.policy.split_at(outside);
        let Some(list) = along(root, outside) else { return false };
        let inside = inside.get(1..).unwrap_or(&[]);
        let name_of = |item| along(item, shape.name).filter(|_| !shape.name.is_empty()).and_then(Node::text);
        let items = list.items().map(|item| (item, name_of(item)));
        let values = list.entries().map(|entry| (entry.value, entry.key.text()));
        let mut any = false;
        for (item, name) in items.chain(values) {
            any |= along(item, inside).is_some_and(|policy| self.of_resource(policy, name, shape.kind));
        }
        any
    }

    /// Takes in a policy; whether it is one.
    fn of_resource(&mut self, policy: Node<'_, 's>, name: Option<Text<'s>>, kind: PolicyKind) -> bool {
        // other policies, as of data protection, stand under the same names
        matches!(policy.kind(), Kind::String | Kind::Map)
            && self.loose_where(policy, name, |document| policy::looks_like(document).then_some(kind)).is_some()
    }
}

/// What stands at the end of a path of members.
fn along<'t, 's>(node: Node<'t, 's>, path: &[&str]) -> Option<Node<'t, 's>> {
    path.iter().try_fold(node, |node, member| node.get(member))
}

const fn of(command: &'static str, policy: &'static [&'static str], name: &'static [&'static str]) -> Shape {
    Shape { command, policy, name, kind: PolicyKind::Resource }
}

/// In the order in which they are tried: of shapes that lead to the same policy, the one that names more comes first.
const SHAPES: &[Shape] = &[
    Shape {
        kind: PolicyKind::Identity,
        ..of("sso-admin put-inline-policy-to-permission-set", &["InlinePolicy"], &["PermissionSetArn"])
    },
    Shape { kind: PolicyKind::Identity, ..of("sso-admin get-inline-policy-for-permission-set", &["InlinePolicy"], &[]) },
    of("sns get-topic-attributes", &["Attributes", "Policy"], &["Attributes", "TopicArn"]),
    of("sns set-topic-attributes", &["AttributeValue"], &["TopicArn"]),
    of("sns create-topic", &["Attributes", "Policy"], &["Name"]),
    of("sqs set-queue-attributes", &["Attributes", "Policy"], &["QueueUrl"]),
    of("sqs create-queue", &["Attributes", "Policy"], &["QueueName"]),
    of("sqs get-queue-attributes", &["Attributes", "Policy"], &["Attributes", "QueueArn"]),
    of("sqs get-queue-attributes", &["Attributes", "Policy"], &[]),
    of("secretsmanager get-resource-policy", &["ResourcePolicy"], &["ARN"]),
    of("secretsmanager put-resource-policy", &["ResourcePolicy"], &["SecretId"]),
    of("cloudtrail get-resource-policy", &["ResourcePolicy"], &["ResourceArn"]),
    of("dynamodb create-table", &["ResourcePolicy"], &["TableName"]),
    of(
        "organizations describe-resource-policy",
        &["ResourcePolicy", "Content"],
        &["ResourcePolicy", "ResourcePolicySummary", "Arn"],
    ),
    of("redshift get-resource-policy", &["ResourcePolicy", "Policy"], &["ResourcePolicy", "ResourceArn"]),
    of("get-resource-policy", &["ResourcePolicy"], &[]),
    of("get-resource-policy", &["resourcePolicy"], &[]),
    of("ecr get-repository-policy", &["policyText"], &["repositoryName"]),
    of("ecr get-registry-policy", &["policyText"], &["registryId"]),
    of("ecr put-registry-policy", &["policyText"], &[]),
    of("glue put-resource-policy", &["PolicyInJson"], &["ResourceArn"]),
    of("glue get-resource-policy", &["PolicyInJson"], &[]),
    of("glue get-resource-policies", &["GetResourcePoliciesResponseList", "*", "PolicyInJson"], &[]),
    of("opensearch describe-domain", &["DomainStatus", "AccessPolicies"], &["DomainStatus", "ARN"]),
    of("opensearch describe-domains", &["DomainStatusList", "*", "AccessPolicies"], &["ARN"]),
    of("opensearch describe-domain-config", &["DomainConfig", "AccessPolicies", "Options"], &[]),
    of("opensearch create-domain", &["AccessPolicies"], &["DomainName"]),
    of("cloudsearch describe-service-access-policies", &["AccessPolicies", "Options"], &[]),
    of("codeartifact get-domain-permissions-policy", &["policy", "document"], &["policy", "resourceArn"]),
    of("codeartifact put-domain-permissions-policy", &["policyDocument"], &["domain"]),
    of("glacier get-vault-access-policy", &["policy", "Policy"], &[]),
    of("logs get-delivery-destination-policy", &["policy", "deliveryDestinationPolicy"], &[]),
    of("logs put-delivery-destination-policy", &["deliveryDestinationPolicy"], &["deliveryDestinationName"]),
    of("logs put-destination-policy", &["accessPolicy"], &["destinationName"]),
    of("logs describe-destinations", &["destinations", "*", "accessPolicy"], &["arn"]),
    of("logs describe-resource-policies", &["resourcePolicies", "*", "policyDocument"], &["policyName"]),
    of("logs put-resource-policy", &["policyDocument"], &["policyName"]),
    of("get-resource-policy", &["policyDocument"], &["resourceArn"]),
    of("amp describe-resource-policy", &["policyDocument"], &[]),
    of("cloudfront get-resource-policy", &["PolicyDocument"], &["ResourceArn"]),
    of("xray list-resource-policies", &["ResourcePolicies", "*", "PolicyDocument"], &["PolicyName"]),
    of("rekognition list-project-policies", &["ProjectPolicies", "*", "PolicyDocument"], &["PolicyName"]),
    of("ssm get-resource-policies", &["Policies", "*", "Policy"], &["PolicyId"]),
    of("ses get-identity-policies", &["Policies", "*"], &[]),
    of("ram get-resource-policies", &["policies", "*"], &[]),
    of("events list-event-buses", &["EventBuses", "*", "Policy"], &["Arn"]),
    of("apigateway get-rest-api", &["policy"], &["id"]),
    of("apigateway create-rest-api", &["policy"], &["name"]),
    of("apigateway get-rest-apis", &["items", "*", "policy"], &["id"]),
    of("get-resource-policy", &["policy"], &["resourceArn"]),
    of("s3api put-bucket-policy", &["Policy"], &["Bucket"]),
    of("events describe-event-bus", &["Policy"], &["Arn"]),
    of("s3control put-access-point-policy", &["Policy"], &["Name"]),
    of("kms put-key-policy", &["Policy"], &["KeyId"]),
    of("efs describe-file-system-policy", &["Policy"], &["FileSystemId"]),
    of("backup get-backup-vault-access-policy", &["Policy"], &["BackupVaultArn"]),
    of("backup put-backup-vault-access-policy", &["Policy"], &["BackupVaultName"]),
    of("events put-permission", &["Policy"], &["EventBusName"]),
    of("put-resource-policy", &["Policy"], &["ResourceArn"]),
    of("put-resource-policy", &["Policy"], &["ResourceARN"]),
    // of a bucket, a key, a function: all print it as a string under this one name
    of("get-policy of a resource", &["Policy"], &[]),
    of("get-policy of a resource", &["policy"], &[]),
];
