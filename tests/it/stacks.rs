//! The running example as a template of CloudFormation, SAM, the CDK, Amplify and Terraform gives the answers that plain policies give.

use rolecall::inventory::Inventory;
use rolecall::pattern::Pattern;
use rolecall::source::Sources;
use rolecall::syntax::Piece;

use crate::cli::run;
use crate::support;

/// What a sign-in with groups comes to, and the role that it gets, by the part of the name that all forms have in common.
fn answer(form: &str, more: &[&str]) -> (String, &'static str) {
    let folder = format!("fixtures/stacks/{form}");
    let ran = run(&[&["simulate"], more, &[folder.as_str()]].concat());
    let first = ran.stdout.split("\n\n").next().unwrap_or("").replace("\n  ", " ");
    let decision = first.split(':').next().unwrap_or("").to_owned();
    assert!(["allowed", "denied"].contains(&&*decision), "{form} {more:?}: {}{}", ran.stdout, ran.stderr);
    let named = first.split(", because").next().unwrap_or("").to_lowercase();
    let role = ["admin", "editor"].into_iter().find(|role| named.contains(role)).unwrap_or("none");
    (decision, role)
}

/// Each form, with the account and region that its roles are in, and the name of the editors' role.
const FORMS: [(&str, &str, &str, &str); 5] = [
    ("plain", "111122223333", "eu-west-1", "rbac-users-editor-role"),
    ("cloudformation", "000000000000", "us-east-1", "rbac-users-editor-role"),
    ("sam", "000000000000", "us-east-1", "rbac-users-editor-role"),
    ("cdk", "000000000000", "us-east-1", "rbac-users-editor-role"),
    ("amplify", "111122223333", "eu-west-1", "eu-west-1_000000001-EditorGroupRole"),
];

#[test]
fn every_form_gives_the_answers_of_plain_policies() {
    let answers = |(form, account, region, editors): (&str, &str, &str, &str)| {
        let table = format!("arn:aws:dynamodb:{region}:{account}:table/articles");
        let questions: [&[&str]; 8] = [
            &["--group", "Admin"],
            &["--group", "Editor"],
            &["--group", "Editor", "--group", "Admin"],
            &["--group", "Admin", "--action", "dynamodb:DeleteItem", "--resource", &table],
            &["--group", "Editor", "--action", "dynamodb:DeleteItem", "--resource", &table],
            &["--group", "Editor", "--action", "dynamodb:GetItem", "--resource", &table],
            &["--group", "Editor", "--group", "Admin", "--custom-role", editors],
            &["--group", "Admin", "--custom-role", editors],
        ];
        questions.map(|question| answer(form, question))
    };
    let plain = answers(FORMS[0]);
    for form in FORMS {
        assert_eq!(answers(form), plain, "{}", form.0);
    }
}

/// Where the trust policy stands that SAM makes.
const MADE: &str = "AWS::Serverless::Function";

/// What a policy lists stands in the file where it is said to stand.
#[test]
fn every_place_holds_its_value() {
    for (form, ..) in FORMS {
        let mut sources = Sources::new();
        for ending in ["json", "yaml", "yml"] {
            for path in support::files(&format!("fixtures/stacks/{form}"), ending) {
                sources.add(path.as_str(), support::read(&path));
            }
        }
        let mut inventory = Inventory::new(None);
        let ids: Vec<_> = sources.iter().map(|own| own.0).collect();
        for id in ids {
            inventory.read(&sources, id);
        }
        inventory.complete(&sources);
        let mut seen = 0;
        let mut check = |pattern: &Pattern<'_>| {
            for piece in pattern.text.pieces().iter() {
                let Piece::Literal(literal) = piece else { continue };
                let written = sources.slice(literal.span);
                // a value that a reference stands for is at the place of the reference
                let is_there = written == literal.value
                    || written.contains("${")
                    || written.contains("Ref")
                    || written.contains('"')
                    || written == MADE;
                assert!(is_there, "{form}: `{}` at `{written}`", literal.value);
                seen += 1;
            }
        };
        for (policy, _) in inventory.all_policies() {
            for statement in &policy.statements {
                statement.actions.iter().flat_map(|own| own.list.iter()).for_each(&mut check);
                statement.resources.iter().flat_map(|own| own.list.iter()).for_each(&mut check);
            }
        }
        assert!(seen > 6, "{form}: {seen}");
    }
}

/// `gate-classic-unset-cfn`: what a template means that does not say whether the classic flow is open is not documented.
#[test]
fn a_template_that_is_silent_on_the_classic_flow_decides_nothing() {
    let template = support::read("fixtures/stacks/cloudformation/template.yaml");
    let (without_mappings, _) = template.split_once("      RoleMappings:").unwrap();
    let said = template
        .replace("AllowUnauthenticatedIdentities: false", "AllowClassicFlow: true\n      AllowUnauthenticatedIdentities: false");
    let (said, _) = said.split_once("      RoleMappings:").unwrap();
    for (text, decision) in [(without_mappings, "undecided"), (said, "allowed")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("template.yaml");
        std::fs::write(&path, text).unwrap();
        let path = path.to_string_lossy();
        let ran = run(&["simulate", "--group", "Editor", "--flow", "classic", "--role", "rbac-users-editor-role", &path]);
        assert!(ran.stdout.starts_with(decision), "{}{}", ran.stdout, ran.stderr);
    }
}

/// A template whose only role has this name and this resource.
fn hostile(name: &str, mappings: &str, conditions: &str, resource: &str) -> String {
    format!(
        r#"{{"Mappings":{{{mappings}}},"Conditions":{{{conditions}}},"Resources":{{"R":{{"Type":"AWS::IAM::Role","Properties":{{
        "RoleName":{name},"AssumeRolePolicyDocument":{{"Version":"2012-10-17","Statement":{{"Effect":"Allow",
        "Principal":{{"Service":"ec2.amazonaws.com"}},"Action":"sts:AssumeRole"}}}},"Policies":[{{"PolicyName":"p",
        "PolicyDocument":{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:GetObject","Resource":{resource}}}}}}}]}}}}}}}}"#
    )
}

/// Functions in functions, and references that lead back or grow: each ends soon, and what was not looked at is told.
#[test]
fn functions_of_functions_are_bounded() {
    let nested = format!("{}\"x\"{}", r#"{"Fn::Join":["",["#.repeat(10_000), "]]}".repeat(10_000));
    let chain: Vec<String> =
        (0..10_000).map(|index| format!(r#""c{index}":{{"Fn::Not":[{{"Condition":"c{}"}}]}}"#, index + 1)).collect();
    let own = r#""m":{"a":{"b":[{"Fn::FindInMap":["m","a","b"]}]}}"#;
    let twice = |level: usize| format!(r#"{{"Fn::FindInMap":["m","a","l{level}"]}}"#);
    let growing: Vec<String> = (0..64).map(|level| format!(r#""l{level}":[{0},{0}]"#, twice(level + 1))).collect();
    for (text, told) in [
        (hostile(r#""r""#, "", "", &nested), "nested deeper"),
        (hostile(r#"{"Ref":"R"}"#, "", "", r#"{"Fn::GetAtt":["R","Arn"]}"#), ""),
        (hostile(r#"{"Fn::If":["c0","a","b"]}"#, "", &chain.join(","), r#""*""#), ""),
        (hostile(r#""r""#, own, "", r#"{"Fn::FindInMap":["m","a","b"]}"#), "too many"),
        (hostile(r#""r""#, &format!(r#""m":{{"a":{{{}}}}}"#, growing.join(",")), "", &twice(0)), "too many"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("template.json");
        std::fs::write(&path, text).unwrap();
        let start = std::time::Instant::now();
        let ran = run(&["check", "--format", "concise", &path.to_string_lossy()]);
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
        assert!(ran.exit <= 1 && ran.stdout.contains(" in 1 file"), "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(told) || ran.stderr.contains(told), "{told}: {}{}", ran.stdout, ran.stderr);
    }
}

const MANIFEST: &str = r#"apiVersion: v1
kind: ConfigMap
metadata: {name: bucket-reader}
data:
  policy.json: |
    {
      "Version": "2012-10-17",
      "Statement": [{"Effect": "Allow", "Action": "s3:GetObjct", "Resource": "arn:aws:s3:::b/*"}]
    }
---
apiVersion: iam.aws.crossplane.io/v1beta1
kind: Role
metadata: {name: worker}
spec:
  forProvider:
    assumeRolePolicyDocument: "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Service\": \"ec2.amazonaws.com\"}, \"Action\": \"sts:AssumRole\"}]}"
"#;

const FRAMEWORK: &str = "service: magazine
provider:
  name: aws
  iam:
    role:
      statements:
        - Effect: Allow
          Action:
            - dynamodb:Qery
          Resource: >-
            arn:aws:dynamodb:eu-west-1:111122223333:table/articles
";

/// What is told of policies in other documents stands where it is written.
#[test]
fn policies_in_other_documents() {
    for (text, form, places) in [
        (MANIFEST, "Kubernetes manifest", &[("s3:GetObjct", 8), ("sts:AssumRole", 16)][..]),
        (FRAMEWORK, "Serverless Framework service", &[("dynamodb:Qery", 9)]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("input.yaml");
        std::fs::write(&path, text).unwrap();
        let path = path.to_string_lossy();
        let listed = run(&["files", &path]);
        assert!(listed.stdout.contains(form), "{}", listed.stdout);
        let ran = run(&["check", "--format", "json", &path]);
        let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        for (name, line) in places {
            let found = report["findings"].as_array().unwrap().iter().find(|own| {
                let range = own["start"].as_u64().zip(own["end"].as_u64());
                range.is_some_and(|(start, end)| text.get(start as usize..end as usize) == Some(*name))
            });
            assert_eq!(found.map(|own| own["line"].as_u64()), Some(Some(*line)), "{name}: {}", ran.stdout);
        }
    }
}

/// `${self:…}` is the Serverless Framework's own, and no variable of IAM; an example in a text is no policy.
#[test]
fn what_only_looks_like_a_variable_or_a_policy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input.json");
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::${self:custom.bucket}/*"}}"#;
    let name = path.to_string_lossy().into_owned();
    std::fs::write(&path, policy).unwrap();
    assert_eq!(run(&["check", &name]).stdout.lines().next().unwrap().split(';').next(), Some("no findings in 1 file"));
    let text = serde_json::json!({ "description": format!("{policy}\n\nsuch as this one, {policy}") });
    std::fs::write(&path, text.to_string()).unwrap();
    assert!(run(&["files", &name]).stdout.contains("no policy, role or pool in it"));
}

/// What a template names and nobody gave is told.
#[test]
fn what_is_not_known_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.yaml");
    let text = "Resources:\n  G:\n    Type: AWS::Cognito::UserPoolGroup\n    Properties: {GroupName: Admin, UserPoolId: !ImportValue pool, RoleArn: !ImportValue role}\n";
    std::fs::write(&path, text).unwrap();
    let ran = run(&["check", &path.to_string_lossy()]);
    for property in ["UserPoolId", "RoleArn"] {
        assert!(ran.stderr.contains(&format!("the `{property}` of `G` is `")), "{}", ran.stderr);
    }
}
