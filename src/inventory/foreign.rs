//! What looks like a policy or holds something that does, and is no matter of IAM, or stands elsewhere in words of its own.

use crate::policy;
use crate::syntax::Node;

/// Why a stack policy is not looked at.
pub(super) const STACK_POLICY: &str = "a stack policy of CloudFormation, which allows nobody anything";

const CDK_TREE: &str = "the tree of a CDK app; the templates beside it are read";

const IAMBIC: &str = "a template of IAMbic; a snapshot (`rolecall pull`) holds what it made";

/// Why a policy in Terraform is not looked at that is no matter of AWS.
pub(super) const OTHER_CLOUD: &str = "a policy of another cloud than AWS";

/// Providers of Terraform whose services have policies that are written like those of IAM, with actions, principals and resources of their own.
const OTHER_CLOUDS: [&str; 34] = [
    "alicloud",
    "baiducloud",
    "btp",
    "cloudflare",
    "coreweave",
    "digitalocean",
    "exoscale",
    "flexibleengine",
    "gcore",
    "garage",
    "huaweicloud",
    "ibm",
    "ionoscloud",
    "jdcloud",
    "ksyun",
    "linode",
    "minio",
    "nutanix",
    "oci",
    "opentelekomcloud",
    "outscale",
    "ovh",
    "scaleway",
    "selectel",
    "stackit",
    "storagegrid",
    "tencentcloud",
    "ucloud",
    "upcloud",
    "vkcs",
    "volcengine",
    "vultr",
    "wasabi",
    "yandex",
];

/// Whether resources of a type of Terraform are those of another cloud.
pub(super) fn is_of_other_cloud(kind: &str) -> bool {
    kind.split_once('_').is_some_and(|(provider, _)| OTHER_CLOUDS.contains(&provider))
}

/// Why a document is not looked at, where it is one of those that others would be taken for.
pub(super) fn reason(root: Node<'_, '_>) -> Option<&'static str> {
    if root.get("tree").is_some() && root.get("version").is_some_and(|own| own.is("tree-0.1")) {
        return Some(CDK_TREE);
    }
    let starts = |own: Node<'_, '_>| own.string().is_some_and(|own| own.starts_with("NOQ::"));
    let is_key = |own: Node<'_, '_>| own.string().is_some_and(|own| own.starts_with("Iambic") && own.ends_with("Template"));
    if root.get("template_type").is_some_and(starts) || root.entries().any(|own| is_key(own.key)) {
        return Some(IAMBIC);
    }
    policy::is_of_stack(root).then_some(STACK_POLICY)
}

/// Whether this says what is looked for in policies, as a filter of Cloud Custodian does: that is no statement, and need not be whole.
///
/// <https://cloudcustodian.io/docs/aws/resources/s3.html>
pub(super) fn is_filter(node: Node<'_, '_>) -> bool {
    node.get("type").is_some_and(|own| own.is("has-statement"))
}
