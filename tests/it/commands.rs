//! What the commands of a script tell beside the documents in it, and documents that stand in others there.

use serde_json::Value;

use crate::cli::run;
use crate::support;

/// The findings of a file, each as its line, its rule and its severity, and the reasons why parts were not looked at.
fn check(name: &str, text: &str) -> (Vec<String>, Vec<String>) {
    let folder = support::folder(&[(name, text)]);
    let ran = run(&["check", "--no-config", "--format", "json", folder.path().to_str().expect("a path in UTF-8")]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}{}", ran.stdout, ran.stderr));
    let list = |name: &str, of: &Value| of[name].as_array().cloned().unwrap_or_default();
    let line = |own: &Value| format!("{} {}", own["line"], own["rule"].as_str().unwrap_or(""));
    let found = list("findings", &report).iter().map(line).collect();
    let reason = |own: &Value| own["reason"].as_str().unwrap_or("").to_owned();
    (found, list("passedOver", &report["summary"]).iter().map(reason).collect())
}

fn findings(name: &str, text: &str) -> Vec<String> {
    check(name, text).0
}

/// A policy for everybody, as a text in a text.
const WRAPPED: &str = r#"{"Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sqs:SendMessage\",\"Resource\":\"*\"}]}"}"#;

#[test]
fn documents_in_strings_of_yaml_are_read_as_in_scripts() {
    let command = format!("aws sqs set-queue-attributes --attributes '{WRAPPED}'");
    assert_eq!(findings("a.sh", &format!("{command}\n")), ["1 public-resource"]);
    for text in [
        format!("on: push\nsteps:\n  - run: |\n      {command}\n"),
        format!("on: push\nsteps:\n  - run: >\n      {}\n", command.replace(" '", "\n      '").replacen("\n      ", " ", 0)),
        format!("on: push\nsteps:\n  - run: |\n      cat > a.json <<EOF\n      {WRAPPED}\n      EOF\n"),
        format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  a.json: |\n    {WRAPPED}\n"),
    ] {
        let found = findings("a.yml", &text);
        assert!(matches!(&*found, [only] if only.ends_with(" public-resource")), "{found:?} {text}");
    }
    // a template in a string is none of these
    let template = r#"{"Resources": {"R": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": {"Ref": "A"}, "Resource": "*"}]}}}}}"#;
    assert_eq!(findings("a.yml", &format!("data:\n  a.json: '{template}'\n")), Vec::<String>::new());
}

#[test]
fn a_command_tells_of_what_kind_its_policy_is() {
    let policy = |principal: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"x","Effect":"Deny",{principal}"Action":"s3:*","Resource":"*"}}]}}"#
        )
    };
    let create =
        |kind: &str, content: &str| format!("aws organizations create-policy --name n --type {kind} --content {content}\n");
    let everybody = policy(r#""Principal":"*","#);
    // a resource control policy shuts nobody out of the policy of a bucket
    for text in [
        create("RESOURCE_CONTROL_POLICY", &format!("'{everybody}'")),
        format!("aws organizations create-policy --content '{everybody}' \\\n  --type=RESOURCE_CONTROL_POLICY\n"),
        format!("P='{everybody}'\n{}", create("RESOURCE_CONTROL_POLICY", "\"$P\"")),
        format!("cat > p.json <<'EOF'\n{everybody}\nEOF\n{}", create("RESOURCE_CONTROL_POLICY", "file://p.json")),
        format!("cat > /tmp/p.json <<'EOF'\n{everybody}\nEOF\n{}", create("RESOURCE_CONTROL_POLICY", "\"file:///tmp/p.json\"")),
    ] {
        let found = findings("a.sh", &text);
        assert!(!found.iter().any(|own| own.contains("owner-locked-out")), "{found:?} {text}");
    }
    for text in [
        create("SERVICE_CONTROL_POLICY", &format!("'{everybody}'")),
        create("\"SERVICE_CONTROL_POLICY\"", &format!("'{everybody}'")),
    ] {
        assert_eq!(findings("a.sh", &text), ["1 principal-not-allowed"], "{text}");
    }
    // another file is not meant
    let text = format!("cat > p.json <<'EOF'\n{everybody}\nEOF\n{}", create("RESOURCE_CONTROL_POLICY", "file://other-p.json"));
    assert!(findings("a.sh", &text).iter().any(|own| own.contains("owner-locked-out")));
    let endpoint =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"*"}]}"#;
    let text = format!("aws ec2 create-vpc-endpoint --vpc-id v --policy-document '{endpoint}'\n");
    assert!(!findings("a.sh", &text).iter().any(|own| own.contains("public-resource")));
}

#[test]
fn commands_that_make_a_permission() {
    let add = |rest: &str| format!("aws lambda add-permission --function-name f --statement-id s {rest}\n");
    let open = "--action lambda:InvokeFunctionUrl --principal \"*\" --function-url-auth-type NONE";
    for (text, expected) in [
        (add(open), vec!["1 public-resource"]),
        (add(&open.replace(" --principal", " \\\n  --principal")), vec!["2 public-resource"]),
        (add(&format!("{open} --region r > /dev/null 2>&1 || true")), vec!["1 public-resource"]),
        (add(&open.replace("\"*\"", "111122223333")), vec![]),
        (add(&format!("{open} --principal-org-id o-a1b2c3d4e5")), vec![]),
        (add("--action lambda:InvokeFunction --principal s3.amazonaws.com"), vec!["1 confused-deputy"]),
        (
            add("--action lambda:InvokeFunction --principal s3.amazonaws.com --source-arn arn:aws:s3:::b --source-account 111122223333"),
            vec![],
        ),
        (format!("# {}", add(open)), vec![]),
        (format!("echo {}", add(open)), vec![]),
        (
            "aws lambda add-layer-version-permission --layer-name l --version-number 1 --statement-id s --action lambda:GetLayerVersion --principal '*'\n".to_owned(),
            vec!["1 public-resource"],
        ),
        (
            "aws events put-permission --action events:PutEvents --principal '*' --statement-id s\n".to_owned(),
            vec!["1 public-resource"],
        ),
        (
            "aws events put-permission --action events:PutEvents --principal '*' --statement-id s --condition Type=StringEquals,Key=aws:PrincipalOrgID,Value=o-a1b2c3d4e5\n".to_owned(),
            vec![],
        ),
        (
            "aws sqs add-permission --queue-url q --label l --aws-account-ids 111122223333 444455556666 --actions SendMessage ReceiveMessage\n".to_owned(),
            vec![],
        ),
    ] {
        assert_eq!(findings("a.sh", &text), expected, "{text}");
        let step = format!("on: push\nsteps:\n  - run: |\n      {}\n", text.trim_end().replace('\n', "\n      "));
        assert_eq!(findings("a.yml", &step).len(), expected.len(), "{step}");
    }
}

/// A program that makes a policy is counted also where other policies can be read.
#[test]
fn programs_of_interpreters_are_counted() {
    let policy =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/a"}]}"#;
    let program =
        r#"import json; print(json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*"}]}))"#;
    let counted = |text: &str| check("a.sh", text).1.len();
    assert_eq!(counted(&format!("P='{policy}'\npython3 -c '{program}'\n")), 1);
    assert_eq!(counted(&format!("P='{policy}'\npython3 - <<EOF\n{program}\nEOF\n")), 1);
    assert_eq!(counted(&format!("P='{policy}'\n")), 0);
    assert_eq!(counted(&format!("python3 -m json.tool <<EOF\n{policy}\nEOF\n")), 0);
}
