//! Names that stand for nothing: of actions that no request has, and of roles that nobody knows.

use std::fs;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support;
use crate::transcript::{Run, finish};

const TUTORIAL: &str = "fixtures/scenarios/tutorial";

fn run(arguments: &[&str]) -> Run {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    finish(tool.env_clear().stdin(Stdio::null()).current_dir(support::root().join(TUTORIAL)).args(arguments))
}

/// Asks what stands in an expectation file, of the tutorial.
fn test(questions: &str) -> Run {
    let folder = TempDir::new().expect("a folder");
    let inputs = support::root().join(TUTORIAL);
    let text = format!("inputs = ['{}']\n{questions}", inputs.display());
    fs::write(folder.path().join("x.rolecall.toml"), text).expect("a file");
    let mut tool = Command::new(env!("CARGO_BIN_EXE_rolecall"));
    finish(tool.env_clear().stdin(Stdio::null()).current_dir(folder.path()).args(["test"]))
}

#[test]
fn an_expectation_of_an_action_that_no_request_has() {
    for (question, place, told) in [
        (
            "[[case]]\ngroup = ['Editor']\naction = 's3:GetObjct'\nexpect = 'denied'",
            "4:11",
            "`s3:GetObjct` is not an action that AWS lists; did you mean `s3:GetObject`?",
        ),
        ("[[case]]\ngroup = ['Editor']\naction = 's3:*'\nexpect = 'denied'", "4:11", "`s3:*` is a pattern"),
        ("[[request]]\nprincipal = 'anonymous'\naction = 's3:GetObjct'\nexpect = 'denied'", "4:11", "`s3:GetObjct` is not an"),
        ("[[never]]\nfrom = 'guest'\naction = 'iam:CreateUsr'", "4:11", "`iam:CreateUsr` is not an action"),
        ("[[never]]\naction = 'iam:CreateUser'\nresource = 'root'", "4:13", "`root` is no ARN"),
    ] {
        let ran = test(question);
        assert_eq!(ran.exit, 0, "{question}: {}", ran.stdout);
        let expected = format!("warning: x.rolecall.toml:{place}: {told}");
        assert!(ran.stderr.starts_with(&expected) && ran.stderr.lines().count() == 1, "{question}: {}", ran.stderr);
    }
    let twice = "[[never]]\naction = 'iam:CreateUsr'\n".repeat(2);
    assert_eq!(test(&twice).stderr.lines().count(), 1);
    let known = test("[[case]]\ngroup = ['Editor']\naction = 's3:DeleteBucket'\nexpect = 'denied'");
    assert_eq!((known.exit, known.stderr.as_str()), (0, ""));
}

#[test]
fn an_assertion_of_an_action_that_no_request_has() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("rolecall.toml"), "[[assert]]\nname = 'n'\naction = 'iam:CreateUsr'\n").expect("a file");
    let config = folder.path().join("rolecall.toml").display().to_string();
    let told = run(&["check", "--config", &config]).stderr;
    let expected = "warning: assertion `n`: `iam:CreateUsr` is not an action that AWS lists; did you mean `iam:CreateUser`?";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn a_role_that_nobody_knows_is_refused() {
    const NEAR: &str =
        "error: no role `rbac-users-editer-role` among the inputs\n  help: did you mean `rbac-users-editor-role`?\n";
    for option in ["--role", "--custom-role", "--then-role"] {
        let ran = run(&["simulate", "--group", "Editor", option, "rbac-users-editer-role", "."]);
        assert_eq!((ran.exit, ran.stdout.as_str(), ran.stderr.as_str()), (2, "", NEAR), "{option}");
        let ran = run(&["simulate", "--group", "Editor", option, "other", "."]);
        assert_eq!(ran.exit, 2, "{option}: {}", ran.stdout);
        assert!(ran.stderr.ends_with("`aws iam get-role` prints one\n"), "{option}: {}", ran.stderr);
    }
    for key in ["role", "custom-role", "then-role"] {
        let ran = test(&format!("[[case]]\nname = 'n'\ngroup = ['Editor']\n{key} = 'rbac-users-editer-role'\nexpect = 'denied'"));
        assert_eq!(ran.exit, 1, "{key}: {}", ran.stdout);
        let told = "no role `rbac-users-editer-role` among the inputs; did you mean";
        assert!(ran.stdout.contains(told) && ran.stdout.contains(":5:"), "{key}: {}", ran.stdout);
        assert_eq!(ran.stderr, "", "{key}");
    }
}

/// Of an ARN it is known who it would be, so the answer stands.
#[test]
fn the_arn_of_a_role_that_nobody_knows_is_warned_of() {
    let arn = |account: &str, name: &str| format!("arn:aws:iam::{account}:role/{name}");
    let (slip, meant) = (arn("111122223333", "rbac-users-editer-role"), arn("111122223333", "rbac-users-editor-role"));
    let ran = run(&["simulate", "--group", "Editor", "--role", &slip, "."]);
    assert_eq!(ran.exit, 0);
    assert_eq!(ran.stderr, format!("warning: no role `{slip}` among the inputs; did you mean `{meant}`?\n"));
    assert!(ran.stdout.starts_with("denied"), "{}", ran.stdout);
    let ran = test(&format!("[[case]]\ngroup = ['Editor']\nrole = '{slip}'\nexpect = 'denied'"));
    assert_eq!(ran.exit, 0, "{}", ran.stdout);
    assert!(ran.stderr.starts_with("warning: x.rolecall.toml:4:9: no role `"), "{}", ran.stderr);
    // a role of another account may be called nearly the same
    let other = arn("444455556666", "rbac-users-editer-role");
    let ran = run(&["simulate", "--group", "Editor", "--then-role", &other, "."]);
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
}

/// What only a role mapping, a group or the token itself names is known, and where no role is, none is unknown.
#[test]
fn roles_that_are_only_named_are_known() {
    for paths in [
        &["identity-pool.json", "identity-pool-roles.json", "user-pool.json", "user-pool-groups.json", "user-pool-client.json"][..],
        &["identity-pool.json", "user-pool.json"],
    ] {
        let own = ["simulate", "--token", "tokens/editor.jwt", "--role", "rbac-users-admin-role"];
        let ran = run(&[&own[..], paths].concat());
        assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""), "{paths:?}: {}", ran.stdout);
    }
    let folder = TempDir::new().expect("a folder");
    let open = r#"{"Role": {"RoleName": "${env}-editor", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}}}}"#;
    fs::write(folder.path().join("role.json"), open).expect("a file");
    let path = folder.path().join("role.json").display().to_string();
    let ran = run(&["simulate", "--group", "Editor", "--role", "dev-editor", ".", &path]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
}
