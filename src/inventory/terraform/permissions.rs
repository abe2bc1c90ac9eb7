//! Resources that are one permission.

use super::resources::Given;
use super::shape::blocks;
use crate::inventory::aws_cli::{is_nothing, text};
use crate::inventory::permission::{Permission, Said, conditions};
use crate::syntax::{Node, Text, Tree};

/// The types of such resources.
pub(super) const KINDS: [&str; 5] = [
    "aws_cloudwatch_event_permission",
    "aws_lambda_function_url",
    "aws_lambda_layer_version_permission",
    "aws_lambda_permission",
    "aws_signer_signing_profile_permission",
];

/// The policy that the service makes of a permission; `None` of what is none.
pub(super) fn policy<'s>(given: &Given<'_, 's>, root: Node<'_, 's>) -> Option<Tree<'s>> {
    let set = |name: &str| root.get(name).filter(|own| !is_nothing(*own));
    let place = root.mark();
    // what its ARN is made of may be known only when it was deployed
    let arn = |name: &str, hole: &str| match set(name) {
        Some(own) if own.text().is_some_and(|text| text.known().is_none_or(|known| known.starts_with("arn:"))) => {
            Said::Written(own)
        }
        _ => Said::Made(hole.to_owned(), place),
    };
    let permission = match given.kind {
        // <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_permission>
        "aws_lambda_permission" => Permission {
            sid: set("statement_id"),
            action: Said::Written(root.get("action")?),
            principal: Said::Written(root.get("principal")?),
            may_be_service: true,
            resource: arn("function_name", "${FunctionArn}"),
            conditions: conditions(
                root,
                &[
                    ("source_arn", "ArnLike", "aws:SourceArn"),
                    ("source_account", "StringEquals", "aws:SourceAccount"),
                    ("principal_org_id", "StringEquals", "aws:PrincipalOrgID"),
                    ("function_url_auth_type", "StringEquals", "lambda:FunctionUrlAuthType"),
                    ("event_source_token", "StringEquals", "lambda:EventSourceToken"),
                ],
            ),
        },
        // <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_layer_version_permission>
        "aws_lambda_layer_version_permission" => {
            let layer = text(root, "layer_name").zip(text(root, "version_number"));
            let whole = |(layer, version): (Text<'_>, Text<'_>)| {
                let known = layer.known()?.starts_with("arn:");
                known.then(|| Said::Made(format!("{}:{}", layer.shown(), version.shown()), layer.span()))
            };
            Permission {
                sid: set("statement_id"),
                action: Said::Written(root.get("action")?),
                principal: Said::Written(root.get("principal")?),
                may_be_service: false,
                resource: layer.and_then(whole).unwrap_or_else(|| Said::Made("${LayerVersionArn}".to_owned(), place)),
                conditions: conditions(root, &[("organization_id", "StringEquals", "aws:PrincipalOrgID")]),
            }
        }
        // <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_event_permission>
        "aws_cloudwatch_event_permission" => {
            let condition = |own: Node<'_, 's>| {
                let known = |name: &str| text(own, name).map(|own| own.shown().into_owned());
                known("type").zip(known("key"))
            };
            let blocks = blocks(root, "condition").into_iter();
            let said = blocks.filter_map(|own| Some((condition(own)?, Said::Written(own.get("value")?))));
            Permission {
                sid: set("statement_id"),
                action: set("action").map_or_else(|| Said::Made("events:PutEvents".to_owned(), place), Said::Written),
                principal: Said::Written(root.get("principal")?),
                may_be_service: false,
                resource: arn("event_bus_name", "${EventBusArn}"),
                conditions: said.map(|((operator, key), value)| (operator, key, value)).collect(),
            }
        }
        // <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/signer_signing_profile_permission>
        "aws_signer_signing_profile_permission" => Permission {
            sid: set("statement_id"),
            action: Said::Written(root.get("action")?),
            principal: Said::Written(root.get("principal")?),
            may_be_service: false,
            resource: arn("profile_name", "${SigningProfileArn}"),
            conditions: Vec::new(),
        },
        // the provider adds the permission itself:
        // <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function_url>
        "aws_lambda_function_url" => {
            let asks = text(root, "authorization_type").filter(|own| own.known() == Some("NONE"))?;
            return Some(Permission::of_url("${FunctionArn}".to_owned(), asks.span()).policy(asks.span()));
        }
        _ => return None,
    };
    Some(permission.policy(place))
}
