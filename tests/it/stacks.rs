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
