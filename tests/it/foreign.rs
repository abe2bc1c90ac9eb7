//! What looks like a policy and is none, or is a copy of what stands elsewhere: it is passed over, and told.

use rolecall::inventory::Form;

use crate::support;

/// What inputs are taken for, and how many policies and roles they come to.
fn taken(files: &[(&str, &str)]) -> (Vec<String>, usize) {
    let files = files.iter().map(|&(name, text)| (name, text.to_owned()));
    support::with_inventory(None, files, |_, inventory| {
        let form = |form: Form| match form {
            Form::Nothing(why) => format!("not looked at: {why}"),
            Form::Template(name) | Form::Holding(name) | Form::AwsCli(name) => name.to_owned(),
            form => format!("{form:?}"),
        };
        let forms = inventory.documents.iter().map(|own| form(own.form)).collect();
        (forms, inventory.all_policies().count())
    })
}

/// A text by itself: what it is taken for.
fn alone(name: &str, text: &str) -> String {
    let (forms, policies) = taken(&[(name, text)]);
    assert_eq!(policies, 0, "{text}");
    forms.concat()
}

const STACK: &str = r#"{"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
  {"Effect": "Deny", "Action": ["Update:Replace"], "Principal": "*", "Resource": "LogicalResourceId/DB"}]}"#;

#[test]
fn the_tree_of_a_cdk_app_is_a_copy() {
    let tree = r#"{"version": "tree-0.1", "tree": {"id": "App", "attributes": {"aws:cdk:cloudformation:props": {"policyDocument": {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::b/*"]]}}]}}}}}"#;
    assert_eq!(alone("cdk.out/tree.json", tree), "not looked at: the tree of a CDK app; the templates beside it are read");
}

#[test]
fn a_stack_policy_allows_nobody_anything() {
    let expected = "not looked at: a stack policy of CloudFormation, which allows nobody anything";
    let versioned = STACK.replacen('{', r#"{"Version": "2012-10-17", "#, 1);
    let printed = format!(r#"{{"StackPolicyBody": {}}}"#, serde_json::to_string(STACK).unwrap());
    let script = format!("aws cloudformation set-stack-policy --stack-name s --stack-policy-body '{STACK}'\n");
    for (name, text) in [("p.json", STACK), ("p.json", &versioned), ("out.json", &printed), ("a.sh", &script)] {
        assert_eq!(alone(name, text), expected, "{text}");
    }
    let yaml = "stackPolicy:\n  Statement:\n    - {Effect: Allow, NotAction: 'Update:Delete', Principal: '*', Resource: '*'}\n";
    assert_eq!(alone("stack.yml", yaml), expected);
    // what is none of it stays a policy
    for action in [r#"["Update:*", "s3:GetObject"]"#, r#""*""#, r#""update:*""#] {
        let text = format!(r#"{{"Statement": [{{"Effect": "Allow", "Action": {action}, "Resource": "*"}}]}}"#);
        assert_eq!(taken(&[("p.json", &text)]).1, 1, "{text}");
    }
}

#[test]
fn templates_of_iambic_are_passed_over() {
    let expected = "not looked at: a template of IAMbic; a snapshot (`rolecall pull`) holds what it made";
    let body = "properties:\n  assume_role_policy_document:\n    statement:\n      - {action: 'sts:AssumeRole', effect: Allow, principal: {service: ec2.amazonaws.com}}\n  inline_policies:\n    - policy_name: p\n      Statement: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]\n";
    assert_eq!(alone("role.yaml", &format!("template_type: NOQ::AWS::IAM::Role\nidentifier: r\n{body}")), expected);
    let indented = body.replace('\n', "\n  ");
    assert_eq!(alone("role.yaml", &format!("TemplateName: r\nIambicRoleTemplate:\n  {indented}")), expected);
}

#[test]
fn what_a_filter_looks_for_is_no_statement() {
    let text = "policies:\n  - name: s3\n    resource: s3\n    filters:\n      - type: has-statement\n        statements:\n          - {Effect: Deny, Action: 's3:PutObject', Principal: '*'}\n    actions:\n      - type: set-statements\n        statements:\n          - {Sid: a, Effect: Deny, Action: 's3:GetObject', Principal: '*', Resource: 'arn:aws:s3:::{bucket_name}/*'}\n";
    assert_eq!(taken(&[("c7n.yml", text)]), (vec!["policies in another document".to_owned()], 1));
}

/// A policy of S3 in Terraform, as others have them too.
const OF_OTHERS: &str = r#"jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { CW = "*" }, Action = ["s3:*"], Resource = ["*"] }] })"#;

#[test]
fn policies_of_other_clouds_are_none_of_iam() {
    for kind in
        ["coreweave_object_storage_bucket_policy", "minio_iam_policy", "scaleway_object_bucket_policy", "alicloud_ram_policy"]
    {
        let local = format!("locals {{\n  p = {OF_OTHERS}\n}}\nresource \"{kind}\" \"b\" {{\n  policy = local.p\n}}\n");
        let map = local
            .replacen("jsonencode(", "", 1)
            .replacen("] })", "] }", 1)
            .replace("policy = local.p", "policy = jsonencode(local.p)");
        let heredoc = format!(
            "resource \"{kind}\" \"b\" {{\n  policy = <<EOF\n{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"admin:ServerInfo\", \"Resource\": \"*\"}}]}}\nEOF\n}}\n"
        );
        let data = format!(
            "data \"aws_iam_policy_document\" \"d\" {{\n  statement {{\n    actions = [\"s3:*\"]\n    resources = [\"*\"]\n  }}\n}}\nresource \"{kind}\" \"b\" {{\n  policy = data.aws_iam_policy_document.d.json\n}}\n"
        );
        for text in [&local, &map, &heredoc, &data] {
            assert_eq!(taken(&[("main.tf", text)]).1, 0, "{text}");
            let files = std::iter::once(("main.tf", text.clone()));
            let told = support::with_inventory(None, files, |_, inventory| inventory.unread_parts.clone());
            assert_eq!(told, ["a policy of another cloud than AWS"], "{text}");
            assert_eq!(taken(&[("main.tf", &text.replace(kind, "other_policy"))]).1, 1, "{text}");
        }
    }
}

/// A program of `jq` that makes a policy in more than one step.
const JQ: &str = r#"{Version: "2012-10-17", Statement: [{Effect: "Allow", Action: ["s3:GetObject"], Resource: "*"}]} | tojson"#;

#[test]
fn programs_of_jq_are_no_json() {
    let expected = "not looked at: a policy in a program of `jq`; what a run of it gives is read";
    for script in [
        format!("P=$(jq -n --arg b \"$B\" '{JQ}')\n"),
        format!("aws iam create-policy --policy-document \"$(jq -n '{JQ}')\"\n"),
        format!("cat x | jq \\\n  '{JQ}' > p.json\n"),
    ] {
        assert_eq!(alone("a.sh", &script), expected, "{script}");
    }
    // JSON is a program as well
    let json = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}"#;
    assert_eq!(taken(&[("a.sh", &format!("jq -n '{json}' > p.json\n"))]).1, 1);
    // and what stands behind it is none
    assert_eq!(taken(&[("a.sh", &format!("jq . x; P='{json}'\n"))]).1, 1);
    // what is looked at beside it counts, and so does what is not
    let both = format!("jq -n '{JQ}'\nP='{json}'\n");
    let files = std::iter::once(("a.sh", both));
    let (policies, parts) = support::with_inventory(None, files, |_, own| (own.policies.len(), own.unread_parts.len()));
    assert_eq!((policies, parts), (1, 1));
}

#[test]
fn a_string_that_goes_on_is_source_code() {
    let python = "ops = ['{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": '\n  '\"execute-api:Invoke\", \"Resource\": [\"execute-api:/*\"]}]}']\n";
    let script = "const p = '{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"' + action + '\"}]}';\n";
    for text in [python, script] {
        assert_eq!(alone("t.py", text), "not looked at: a policy in source code; what a run of it gives is read", "{text}");
    }
}
