//! The roles that SAM makes for functions and state machines which name none.
//!
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources-function.html>

use super::resources::{Named, Taking, policy_of_one};
use crate::inventory::NamedPolicy;
use crate::inventory::aws_cli::{tags, text};
use crate::inventory::reader::RoleParts;
use crate::policy::{self, PolicyKind};
use crate::syntax::{Kind, Node, Text};

/// The properties that tell of roles and policies; `None` of types of which all may.
pub(super) fn looked_at(kind: &str) -> Option<&'static [&'static str]> {
    const OWN: [&str; 8] =
        ["AssumeRolePolicyDocument", "Auth", "FunctionUrlConfig", "PermissionsBoundary", "Policies", "Policy", "Role", "Tags"];
    kind.starts_with("AWS::Serverless::").then_some(&OWN)
}

/// Takes in the role of a function: `node` is the resource as it is written, `root` what its properties come to.
pub(super) fn role<'t, 's>(taking: &mut Taking<'_, '_, 't, 's>, resource: &Named<'_>, node: Node<'t, 's>, root: Node<'_, 's>) {
    if root.get("Role").is_some() {
        return;
    }
    let role = format!("{}Role", resource.name);
    let own = Named { name: &role, ..*resource };
    let (Some(name), arn) = (taking.own(&own, ""), taking.own(&own, ".Arn")) else { return };
    let service = if resource.kind == "AWS::Serverless::StateMachine" { "states.amazonaws.com" } else { "lambda.amazonaws.com" };
    let mut permissions = Vec::new();
    let mut unread: Vec<Text<'s>> = Vec::new();
    let partition = taking.evaluation.attribute(resource.stack, "AWS::Partition").unwrap_or_default();
    let mut reader = taking.reader();
    let place = node.get("Type").map_or(resource.place, Node::span);
    let usual = policy_of_one(place, "sts:AssumeRole", ("Service", service), |_| {});
    let trust = reader.document(root.get("AssumeRolePolicyDocument").unwrap_or(usual.root()), PolicyKind::Trust);
    for (index, policy) in root.get("Policies").into_iter().flat_map(Node::items_or_self).enumerate() {
        if policy.kind() != Kind::Map {
            unread.extend(policy.text().map(|own| managed(own, &partition)));
        } else if policy::looks_like(policy) {
            let name = Text::made(format!("{role}Policy{index}"), policy.mark());
            permissions.extend(reader.document(policy, PolicyKind::Identity).map(|policy| NamedPolicy {
                name,
                policy,
                inline: true,
            }));
        } else {
            // one of SAM's own templates of policies, by its name
            unread.extend(policy.entries().next().and_then(|own| own.key.text()));
        }
    }
    if resource.kind == "AWS::Serverless::Function" {
        let basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
        unread.push(Text::made(basic, resource.place));
    }
    let boundary = text(root, "PermissionsBoundary");
    let parts = RoleParts {
        trust,
        permissions,
        unread,
        complete: true,
        boundary,
        tags: Some(tags(root)),
        max_session: None,
        is_source: true,
    };
    reader.take_role(name, arn, parts);
}

/// A managed policy by its ARN. One that goes by its name is one of AWS.
///
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html>
fn managed<'s>(policy: Text<'s>, partition: &str) -> Text<'s> {
    let Some(name) = policy.known().filter(|name| !name.contains([':', '/']) && !name.is_empty()) else { return policy };
    // that of what functions are invoked by
    let path = if name.starts_with("AWSLambda") && name.ends_with("Role") { "service-role/" } else { "" };
    Text::made(format!("arn:{partition}:iam::aws:policy/{path}{name}"), policy.span())
}
