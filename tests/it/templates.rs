//! What stands in templates and is easily passed over: policies under other names, in other places, in other words.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::run;
use crate::support;
use crate::transcript::Run;

/// What `check` prints of files, one finding a line.
fn check(files: &[(&str, &str)]) -> Run {
    let folder = written(files);
    run(&["check", "--format", "ndjson", folder.path().to_str().expect("a path in UTF-8")])
}

/// A folder with files.
fn written(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// The lines that a rule has a finding in.
fn lines_of(ran: &Run, rule: &str) -> Vec<u64> {
    let findings = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("a finding"));
    let mut lines: Vec<u64> = findings.filter(|own| own["rule"] == rule).filter_map(|own| own["line"].as_u64()).collect();
    lines.dedup();
    lines
}

/// A template of resources, each of which is a line; the first of them is the third.
fn template(resources: &[(&str, &str)]) -> String {
    let line =
        |(index, (kind, properties)): (usize, &(&str, &str))| format!("  R{index}: {{Type: {kind}, Properties: {properties}}}\n");
    let lines: String = resources.iter().enumerate().map(line).collect();
    format!("AWSTemplateFormatVersion: 2010-09-09\nResources:\n{lines}")
}

/// Types that hold a policy for strangers, each with how it holds it; `POLICY` and `TEXT` are that policy.
const HOLD: [(&str, &str); 8] = [
    ("AWS::Events::EventBus", "{Name: b, Policy: POLICY}"),
    ("AWS::Logs::Destination", "{DestinationName: d, DestinationPolicy: TEXT}"),
    ("AWS::CloudTrail::ResourcePolicy", "{ResourceArn: ARN, ResourcePolicy: POLICY}"),
    ("AWS::XRay::ResourcePolicy", "{PolicyName: p, PolicyDocument: TEXT}"),
    ("AWS::Lex::ResourcePolicy", "{ResourceArn: ARN, Policy: POLICY}"),
    ("AWS::Organizations::ResourcePolicy", "{Content: POLICY}"),
    ("AWS::BedrockAgentCore::ResourcePolicy", "{ResourceArn: ARN, Policy: TEXT}"),
    ("AWS::Events::EventBusPolicy", "{StatementId: s, Statement: STATEMENT}"),
];

#[test]
fn every_type_that_holds_a_policy_is_looked_at() {
    let arn = "arn:aws:events:us-east-1:111122223333:event-bus/b";
    let statement = format!("{{Effect: Allow, Principal: '*', Action: 'events:PutEvents', Resource: '{arn}'}}");
    let text = format!(
        r#"'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": "{arn}"}}]}}'"#
    );
    let filled = HOLD.map(|(kind, properties)| {
        let policy = format!("{{Version: '2012-10-17', Statement: [{statement}]}}");
        let properties = properties.replace("POLICY", &policy).replace("TEXT", &text).replace("STATEMENT", &statement);
        (kind, properties.replace("ARN", &format!("'{arn}'")))
    });
    let resources: Vec<(&str, &str)> = filled.iter().map(|own| (own.0, own.1.as_str())).collect();
    let ran = check(&[("t.yaml", &template(&resources))]);
    let expected: Vec<u64> = (3..3 + HOLD.len() as u64).collect();
    assert_eq!(lines_of(&ran, "public-resource"), expected, "{}", ran.stdout);
}

#[test]
fn permissions_are_what_the_service_makes_of_them() {
    let resources = [
        ("AWS::Events::EventBusPolicy", "{StatementId: s, Action: 'events:PutEvents', Principal: '*'}"),
        (
            "AWS::Lambda::LayerVersionPermission",
            "{Action: 'lambda:GetLayerVersion', LayerVersionArn: 'arn:aws:lambda:us-east-1:111122223333:layer:l:1', Principal: '*'}",
        ),
        ("AWS::Signer::ProfilePermission", "{Action: 'signer:StartSigningJob', Principal: '*', ProfileName: pr, StatementId: s}"),
        // all of an organization are no strangers
        (
            "AWS::Events::EventBusPolicy",
            "{StatementId: s, Action: 'events:PutEvents', Principal: '*', Condition: {Type: StringEquals, Key: 'aws:PrincipalOrgID', Value: o-1234567890}}",
        ),
        (
            "AWS::Lambda::LayerVersionPermission",
            "{Action: 'lambda:GetLayerVersion', LayerVersionArn: 'arn:aws:lambda:us-east-1:111122223333:layer:l:1', Principal: '*', OrganizationId: o-1234567890}",
        ),
        (
            "AWS::Signer::ProfilePermission",
            "{Action: 'signer:StartSigningJob', Principal: '111122223333', ProfileName: pr, StatementId: s}",
        ),
    ];
    let ran = check(&[("t.yaml", &template(&resources))]);
    assert_eq!(lines_of(&ran, "public-resource"), [3, 4, 5], "{}", ran.stdout);
    assert!(!ran.stdout.contains(r#""severity":"error""#), "{}", ran.stdout);
}

/// How a permission names its function, and the resource of the statement that comes of it.
const FUNCTIONS: [(&str, &str); 13] = [
    ("f", "arn:aws:lambda:us-east-1:000000000000:function:f"),
    ("'f:live'", "arn:aws:lambda:us-east-1:000000000000:function:f:live"),
    ("'111122223333:function:f'", "arn:aws:lambda:us-east-1:111122223333:function:f"),
    ("'arn:aws:lambda:eu-west-1:111122223333:function:f'", "arn:aws:lambda:eu-west-1:111122223333:function:f"),
    ("!Ref F", "arn:aws:lambda:us-east-1:000000000000:function:F"),
    ("!GetAtt F.Arn", "arn:aws:lambda:us-east-1:000000000000:function:F"),
    ("!Sub '${F}'", "arn:aws:lambda:us-east-1:000000000000:function:F"),
    ("!Sub '${F.Arn}:live'", "arn:aws:lambda:us-east-1:000000000000:function:F:live"),
    ("!Ref A", "arn:aws:lambda:us-east-1:000000000000:function:F:live"),
    ("!Ref G", "arn:aws:lambda:us-east-1:000000000000:function:g"),
    ("!Sub '${Stage}-f'", "arn:aws:lambda:us-east-1:000000000000:function:${Stage}-f"),
    ("!Ref Stage", "${Stage}"),
    ("!ImportValue x", "${Fn::ImportValue}"),
];

#[test]
fn a_permission_is_for_its_function() {
    for (named, arn) in FUNCTIONS {
        let text = format!(
            "AWSTemplateFormatVersion: 2010-09-09
Parameters: {{Stage: {{Type: String}}}}
Resources:
  F: {{Type: AWS::Lambda::Function, Properties: {{Handler: x}}}}
  G: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: g}}}}
  A: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: !Ref F, Name: live}}}}
  P: {{Type: AWS::Lambda::Permission, Properties: {{Action: 'lambda:InvokeFunction', Principal: '*', FunctionName: {named}}}}}
"
        );
        assert_eq!(resources(&text), [arn], "{named}");
    }
}

/// What the statements of the policies of a template are for.
fn resources(text: &str) -> Vec<String> {
    support::with_inventory(None, std::iter::once(("t.yaml", text.to_owned())), |_, inventory| {
        let statements = inventory.all_policies().flat_map(|own| &own.0.statements);
        let lists = statements.filter_map(|own| own.resources.as_ref()).flat_map(|own| &own.list);
        lists.map(|own| own.text.shown().into_owned()).collect()
    })
}

#[test]
fn a_url_of_a_function_without_sign_in_is_for_everybody() {
    let permission = "{Action: 'lambda:InvokeFunctionUrl', Principal: '*', FunctionName: f, FunctionUrlAuthType: NONE}";
    let own = [
        ("AWS::Lambda::Permission", permission),
        ("AWS::Serverless::Function", "{FunctionUrlConfig: {AuthType: NONE}}"),
        ("AWS::Serverless::Function", "{FunctionUrlConfig: {AuthType: AWS_IAM}}"),
    ];
    let ran = check(&[("t.yaml", &template(&own))]);
    assert_eq!(lines_of(&ran, "public-resource"), [3, 4], "{}", ran.stdout);
}

/// API Gateway takes `execute-api:/…` for the ARN of the API itself.
#[test]
fn the_policy_of_an_api_is_for_that_api() {
    let statement = "{Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: ['execute-api:/prod/*']}";
    let text = format!(
        r#"'{{"Statement": [{{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}}]}}'"#
    );
    let sam = format!("{{StageName: p, Auth: {{ResourcePolicy: {{CustomStatements: [{statement}]}}}}}}");
    let object = format!("{{Policy: {{Statement: {statement}}}}}");
    let as_text = format!("{{Policy: {text}}}");
    let own = [
        ("AWS::Serverless::Api", sam.as_str()),
        ("AWS::ApiGateway::RestApi", object.as_str()),
        ("AWS::ApiGateway::RestApi", as_text.as_str()),
    ];
    let start = "arn:aws:execute-api:us-east-1:000000000000";
    let expected = ["${R0}/prod/*", "${R1}/prod/*", "${R2}/*"].map(|path| format!("{start}:{path}"));
    assert_eq!(resources(&template(&own)), expected);
}
