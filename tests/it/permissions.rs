//! Resources that are one permission, in each form in which they are written.

use serde_json::Value;

use crate::cli::run;
use crate::support;

/// What a file lets everybody do: the lines, each with the action.
fn public(name: &str, text: &str) -> Vec<(u64, String)> {
    let folder = support::folder(&[(name, text)]);
    let ran = run(&["check", "--no-config", "--format", "ndjson", folder.path().to_str().expect("a path in UTF-8")]);
    let findings = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("a finding"));
    let ours = findings.filter(|own| own["rule"] == "public-resource");
    let action = |own: &Value| own["message"].as_str().unwrap_or("").split('`').nth(1).unwrap_or("").to_owned();
    ours.map(|own| (own["line"].as_u64().unwrap_or(0), action(&own))).collect()
}

#[test]
fn modules() {
    let layer = "layer_name = \"arn:aws:lambda:eu-west-1:111122223333:layer:x\"\n  version_number = 1\n  statement_id = \"x\"\n  action = \"lambda:GetLayerVersion\"\n";
    let cases = [
        ("aws_cloudwatch_event_permission", "statement_id = \"x\"\n  principal = \"*\"\n", vec![(3, "events:PutEvents")]),
        ("aws_cloudwatch_event_permission", "statement_id = \"x\"\n  principal = \"111122223333\"\n", vec![]),
        (
            "aws_cloudwatch_event_permission",
            "statement_id = \"x\"\n  principal = \"*\"\n  condition {\n    key = \"aws:PrincipalOrgID\"\n    type = \"StringEquals\"\n    value = \"o-a1b2c3d4e5\"\n  }\n",
            vec![],
        ),
        ("aws_lambda_layer_version_permission", &format!("{layer}  principal = \"*\"\n"), vec![(6, "lambda:GetLayerVersion")]),
        (
            "aws_lambda_layer_version_permission",
            &format!("{layer}  principal = \"*\"\n  organization_id = \"o-a1b2c3d4e5\"\n"),
            vec![],
        ),
        ("aws_lambda_layer_version_permission", &format!("{layer}  principal = \"111122223333\"\n"), vec![]),
        (
            "aws_lambda_function_url",
            "function_name = \"f\"\n  authorization_type = \"NONE\"\n",
            vec![(3, "lambda:InvokeFunctionUrl")],
        ),
        ("aws_lambda_function_url", "function_name = \"f\"\n  authorization_type = \"AWS_IAM\"\n", vec![]),
        ("aws_lambda_function_url", "function_name = \"f\"\n  authorization_type = var.how\n", vec![]),
        (
            "aws_lambda_permission",
            "function_name = \"f\"\n  principal = \"*\"\n  action = \"lambda:InvokeFunctionUrl\"\n  function_url_auth_type = \"NONE\"\n",
            vec![(3, "lambda:InvokeFunctionUrl")],
        ),
    ];
    for (kind, body, expected) in cases {
        let text = format!("resource \"{kind}\" \"r\" {{\n  {body}}}\n");
        let found = public("main.tf", &text);
        let found: Vec<_> = found.iter().map(|own| (own.0, &*own.1)).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn services() {
    let service =
        |function: &str| format!("service: s\nprovider: {{name: aws}}\nfunctions:\n  up:\n    handler: h.u\n{function}");
    for (function, expected) in [
        ("    url: true\n", vec![6]),
        ("    url:\n      cors: true\n", vec![7]),
        ("    url:\n      authorizer: aws_iam\n", vec![]),
        ("    url: false\n", vec![]),
        ("    url: ${self:custom.url}\n", vec![]),
    ] {
        let found = public("serverless.yml", &service(function));
        assert_eq!(found.iter().map(|own| own.0).collect::<Vec<_>>(), expected, "{function}");
    }
}
