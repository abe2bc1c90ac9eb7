//! `rolecall diff` on real repositories, and what of a change is no change at all.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::transcript::{Run, finish, tool};

/// A repository in a folder that goes away with it.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let own = Self(TempDir::new().expect("a folder"));
        own.git(&["init", "--quiet", "--initial-branch", "main"]);
        own
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(self.0.path());
        // no setting of whoever runs the tests counts
        git.env("HOME", self.0.path()).env("GIT_CONFIG_NOSYSTEM", "1").env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE");
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "Somebody").env(format!("GIT_{who}_EMAIL"), "somebody@example.com");
        }
        let output = git.output().expect("git starts");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("git prints UTF-8")
    }

    fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    fn stage(&self, path: &str, text: &str) -> &Self {
        self.write(path, text).git(&["add", "--", path]);
        self
    }

    fn commit(&self) -> &Self {
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "x"]);
        self
    }

    fn diff(&self, arguments: &[&str]) -> Run {
        self.diff_in("", arguments)
    }

    fn diff_in(&self, folder: &str, arguments: &[&str]) -> Run {
        diff_in(&self.0.path().join(folder), arguments)
    }
}

fn diff_in(folder: &Path, arguments: &[&str]) -> Run {
    let mut tool = tool();
    // where `git` lies
    tool.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    finish(tool.arg("diff").args(arguments).current_dir(folder))
}

/// The lines of the concise form but for the last one, each without its message.
fn heads(run: &Run) -> Vec<String> {
    let lines: Vec<&str> = run.stdout.lines().collect();
    let (_, lines) = lines.split_last().unwrap_or_else(|| panic!("nothing is printed: {}", run.stderr));
    lines.iter().map(|line| line.split_inclusive(']').next().unwrap_or(line).to_owned()).collect()
}

fn policy(statements: &[&Value]) -> String {
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    serde_json::to_string_pretty(&document).expect("JSON") + "\n"
}

fn allow(action: &str) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": "*" })
}

fn trust(principal: &Value) -> String {
    policy(&[&json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" })])
}

const CONCISE: &str = "--format=concise";

#[test]
fn what_is_staged_is_compared_with_the_last_commit() {
    let repository = Repository::new();
    let (one, two) = (allow("s3:GetObject"), allow("s3:PutObject"));
    repository.stage("roles/app.json", &policy(&[&one])).commit();
    assert_eq!(repository.diff(&["--staged"]).exit, 0);
    // what lies in the working copy alone is not in the commit
    repository.write("roles/app.json", &policy(&[&one, &two])).write("roles/other.json", &policy(&[&two]));
    let before = repository.diff(&["--staged", CONCISE]);
    assert_eq!((before.exit, heads(&before)), (0, vec![]), "{}", before.stdout);
    repository.git(&["add", "roles/app.json"]);
    let staged = repository.diff(&["--staged", CONCISE]);
    assert_eq!((staged.exit, heads(&staged)), (1, vec!["roles/app.json:11:18: widened[identity policy]".to_owned()]));
    assert!(staged.stdout.contains("] new action: s3:PutObject on "), "{}", staged.stdout);
    assert!(staged.stdout.contains("1 widened from HEAD to the index"), "{}", staged.stdout);
}

#[test]
fn a_renamed_file_is_the_same_policy() {
    let repository = Repository::new();
    let many: Vec<Value> = ["s3:GetObject", "s3:ListBucket", "sqs:SendMessage", "sns:Publish"].map(allow).into();
    let all: Vec<&Value> = many.iter().collect();
    repository.stage("old/app.json", &policy(&all)).commit();
    repository.git(&["mv", "old", "new folder"]);
    let moved = repository.diff(&["--staged", CONCISE, "-v"]);
    assert_eq!((moved.exit, heads(&moved)), (0, vec!["new folder/app.json:1:1: same[identity policy]".to_owned()]));
    // and when it is changed beside
    repository.stage("new folder/app.json", &policy(&all[1..]));
    let narrowed = repository.diff(&["--staged", CONCISE]);
    assert_eq!((narrowed.exit, heads(&narrowed)), (0, vec!["new folder/app.json:1:1: narrowed[identity policy]".to_owned()]));
    repository.stage("new folder/app.json", &policy(&[&all[..], &[&allow("kms:Decrypt")]].concat()));
    let widened = repository.diff(&["--staged", CONCISE, "new folder"]);
    assert_eq!(widened.exit, 1);
    assert!(widened.stdout.contains("new action: kms:Decrypt"), "{}", widened.stdout);
    repository.commit();
    let widened = repository.diff(&["git:HEAD^", "git:HEAD", CONCISE, "new folder"]);
    assert_eq!((widened.exit, heads(&widened).len()), (1, 1), "{}", widened.stdout);
    let back = repository.diff(&["git:HEAD", "git:HEAD^", CONCISE]);
    assert_eq!((back.exit, heads(&back)), (0, vec!["old/app.json:1:1: narrowed[identity policy]".to_owned()]));
}

#[test]
fn before_the_first_commit_there_is_nothing() {
    let repository = Repository::new();
    let account = json!({ "AWS": "arn:aws:iam::111122223333:root" });
    repository.stage("desk.json", &trust(&account)).write("untracked.json", &policy(&[&allow("*")]));
    let first = repository.diff(&["--staged", CONCISE]);
    assert_eq!((first.exit, heads(&first)), (1, vec!["desk.json:7:17: widened[trust of desk]".to_owned()]), "{}", first.stderr);
    assert!(first.stdout.contains("1 widened from nothing to the index"), "{}", first.stdout);
    let none = repository.diff(&["git:HEAD", "git:HEAD"]);
    assert_eq!(none.exit, 2);
    assert!(none.stderr.starts_with("error: no revision `HEAD` in this repository\n  help: "), "{}", none.stderr);
}

#[test]
fn a_deleted_file_allows_nothing_any_more() {
    let repository = Repository::new();
    let service = json!({ "Service": "lambda.amazonaws.com" });
    repository.stage("app.json", &policy(&[&allow("s3:GetObject")])).stage("job.json", &trust(&service)).commit();
    repository.git(&["rm", "--quiet", "app.json", "job.json"]);
    let gone = repository.diff(&["--staged", CONCISE]);
    let expected = ["app.json:1:1: narrowed[identity policy]", "job.json:1:1: narrowed[trust of job]"];
    assert_eq!((gone.exit, heads(&gone)), (0, expected.map(str::to_owned).into()), "{}", gone.stdout);
    let back = repository.diff(&["git:HEAD", ".", CONCISE]);
    assert_eq!((back.exit, heads(&back)), (0, expected.map(str::to_owned).into()), "{}", back.stdout);
}

#[test]
fn a_repository_and_a_folder_are_compared_by_their_paths() {
    let repository = Repository::new();
    let (one, two) = (allow("s3:GetObject"), allow("s3:PutObject"));
    repository.stage("a/app.json", &policy(&[&one])).stage("b/app.json", &policy(&[&two])).commit();
    repository.write("a/app.json", &policy(&[&one, &two])).write("b/app.json", &policy(&[&two, &one]));
    for (folder, arguments, expected) in [
        ("", &["git:HEAD", ".", CONCISE][..], &["a/app.json:11:18: widened[", "b/app.json:11:18: widened["][..]),
        ("", &["git:HEAD", "a", CONCISE], &["a/app.json:11:18: widened["]),
        ("", &["git:HEAD", "a/app.json", CONCISE], &["a/app.json:11:18: widened["]),
        ("a", &["git:HEAD", ".", CONCISE], &["app.json:11:18: widened["]),
        ("a", &["git:HEAD", ".", CONCISE, "app.json"], &["app.json:11:18: widened["]),
        ("a", &["git:HEAD", "../b", CONCISE], &["../b/app.json:11:18: widened["]),
        ("", &["git:HEAD", ".", CONCISE, "b"], &["b/app.json:11:18: widened["]),
        ("", &[".", "git:HEAD", CONCISE, "b"], &["b/app.json:1:1: narrowed["]),
    ] {
        let run = repository.diff_in(folder, arguments);
        let heads: Vec<String> = heads(&run).iter().map(|head| head.replace("identity policy]", "")).collect();
        assert_eq!(heads, expected, "{arguments:?} in `{folder}`: {}{}", run.stdout, run.stderr);
    }
    // from within a folder all of the repository is looked at, under its own paths
    repository.git(&["add", "--all"]);
    let staged = repository.diff_in("a", &["--staged", CONCISE]);
    assert_eq!(heads(&staged).len(), 2, "{}", staged.stdout);
    let staged = repository.diff_in("a", &["--staged", CONCISE, "."]);
    assert_eq!(heads(&staged), ["a/app.json:11:18: widened[identity policy]"]);
    let staged = repository.diff_in("a", &["--staged", CONCISE, "../b", "../c"]);
    assert_eq!((staged.exit, staged.stderr.as_str()), (2, "error: nothing lies at `../c` in either state\n"));
}

/// Parts of a role that did not change lie in files that did not change.
#[test]
fn a_role_is_joined_from_all_files() {
    let repository = Repository::new();
    let part = |name: &str, statements: &[&Value]| {
        let document: Value = serde_json::from_str(&policy(statements)).expect("JSON");
        json!({ "RoleName": "desk", "PolicyName": name, "PolicyDocument": document }).to_string()
    };
    let (get, put, send) = (allow("s3:GetObject"), allow("s3:PutObject"), allow("ses:SendEmail"));
    repository.stage("desk/one.json", &part("one", &[&get])).stage("desk/two.json", &part("two", &[&put, &send])).commit();
    repository.stage("desk/one.json", &part("one", &[&get, &put]));
    let copied = repository.diff(&["--staged", CONCISE]);
    assert_eq!((copied.exit, heads(&copied)), (0, vec![]), "{}", copied.stdout);
    // to look at a part alone is possible, but then it is all that is known
    let part_alone = repository.diff(&["--staged", CONCISE, "desk/one.json"]);
    assert_eq!((part_alone.exit, heads(&part_alone).len()), (1, 1), "{}", part_alone.stdout);
    repository.stage("desk/two.json", &part("two", &[&send]));
    let moved = repository.diff(&["--staged", CONCISE, "-v"]);
    assert_eq!((moved.exit, moved.stdout.contains("same[permissions of desk]")), (0, true), "{}", moved.stdout);
}

#[test]
fn a_file_may_have_any_name_and_be_no_policy() {
    let repository = Repository::new();
    repository
        .stage("notes.md", "# notes\n")
        .stage("größe \"2\".json", &policy(&[&allow("s3:GetObject")]))
        .stage("x.bin", "\0\u{1}");
    repository.commit();
    repository.stage("größe \"2\".json", &policy(&[&allow("s3:PutObject")]));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("notes.md", repository.0.path().join("link.json")).expect("a link");
        repository.git(&["add", "link.json"]);
    }
    let changed = repository.diff(&["--staged", CONCISE, "-v"]);
    assert_eq!(heads(&changed), ["größe \"2\".json:6:18: widened and narrowed[identity policy]"], "{}", changed.stdout);
    assert!(changed.stderr.contains("not looked at: notes.md: no policy, role or pool in it\n"), "{}", changed.stderr);
    #[cfg(unix)]
    assert!(changed.stderr.contains("not looked at: link.json: a symbolic link\n"), "{}", changed.stderr);
}

#[test]
fn how_it_ends_where_nothing_can_be_compared() {
    let repository = Repository::new();
    repository.stage("notes.json", "{}\n").commit().stage("notes.json", "{ }\n");
    // a hook says nothing of commits without policies
    assert_eq!(repository.diff(&["--staged"]).exit, 0);
    let nothing = repository.diff(&["git:HEAD", "."]);
    assert_eq!(nothing.exit, 3);
    assert!(nothing.stderr.starts_with("error: nothing to compare: "), "{}", nothing.stderr);
    assert_eq!(repository.diff(&["notes.json", "notes.json"]).exit, 0);
    let error = |arguments: &[&str], message: &str| {
        let run = repository.diff(arguments);
        assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.starts_with(message), "{arguments:?}: {}", run.stderr);
    };
    error(&["git:no-such", "."], "error: no revision `no-such` in this repository\n  help: ");
    error(&["git:-x", "."], "error: no revision `-x` in this repository\n");
    error(&["git:", "."], "error: `git:` names no revision\n  help: ");
    error(&["git:HEAD", "git:HEAD", "/"], "error: `/` lies outside of the repository\n  help: ");
    error(&["git:HEAD", "git:HEAD", "missing"], "error: nothing lies at `missing` in either state\n");
    error(&[".", "notes.json"], "error: a file cannot be compared with a directory\n  help: ");
    error(&[".", ".", "notes.json"], "error: a third path restricts what is read of a repository, and none is\n  help: ");
    error(&["missing", "."], "error: cannot read `missing`: no such file or directory\n");
    error(&["git:HEAD", "missing"], "error: cannot read `missing`: no such file or directory\n");
    error(&["."], "error: the following required arguments were not provided:\n  <NEW>\n");
    let elsewhere = TempDir::new().expect("a folder");
    let outside = diff_in(elsewhere.path(), &["--staged"]);
    assert_eq!(outside.exit, 2);
    assert!(outside.stderr.starts_with("error: no repository of git: not a git repository"), "{}", outside.stderr);
    let without = finish(tool().env("PATH", elsewhere.path()).args(["diff", "--staged"]).current_dir(repository.0.path()));
    assert_eq!((without.exit, without.stderr.lines().next()), (2, Some("error: cannot find `git`")));
}

#[test]
fn a_conflict_has_no_one_version() {
    let repository = Repository::new();
    let file = "app.json";
    repository.stage(file, &policy(&[&allow("s3:GetObject")])).commit();
    repository.git(&["checkout", "--quiet", "-b", "other"]);
    repository.stage(file, &policy(&[&allow("s3:PutObject")])).commit();
    repository.git(&["checkout", "--quiet", "main"]);
    repository.stage(file, &policy(&[&allow("s3:ListBucket")])).commit();
    let base = repository.git(&["rev-parse", "HEAD^:app.json"]);
    let (ours, theirs) = (repository.git(&["rev-parse", "main:app.json"]), repository.git(&["rev-parse", "other:app.json"]));
    let lines = [(1, base), (2, ours), (3, theirs)].map(|(stage, own)| format!("100644 {} {stage}\t{file}\n", own.trim()));
    repository.write("index", &format!("0 {} 0\t{file}\n{}", "0".repeat(40), lines.concat()));
    let index = fs::File::open(repository.0.path().join("index")).expect("a file");
    let git = Command::new("git").args(["update-index", "--index-info"]).stdin(index).current_dir(repository.0.path()).status();
    assert!(git.expect("git starts").success());
    let run = repository.diff(&["--staged"]);
    assert_eq!(run.exit, 2);
    assert!(run.stderr.starts_with("error: `app.json` is in conflict"), "{}", run.stderr);
}

/// The command that is printed for a request gives the answer that it is allowed.
#[test]
fn a_request_can_be_asked_again() {
    let repository = Repository::new();
    let service = json!({ "Service": "lambda.amazonaws.com" });
    repository.stage("job.json", &trust(&service)).stage("my app.json", &policy(&[&allow("s3:GetObject")])).commit();
    let conditional = json!({
        "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::letters/*",
        "Condition": { "StringEquals": { "s3:x-amz-storage-class": "it's cold" } },
    });
    let somebody = json!({ "Service": "lambda.amazonaws.com", "AWS": "arn:aws:iam::111122223333:user/ann" });
    repository.stage("job.json", &trust(&somebody)).stage("my app.json", &policy(&[&allow("s3:GetObject"), &conditional]));
    let report = repository.diff(&["--staged", "--format=json"]);
    let told: Value = serde_json::from_str(&report.stdout).expect("JSON");
    let requests = told["policies"].as_array().expect("a list").iter().filter_map(|own| own["widened"]["requests"].as_array());
    let commands: Vec<&str> = requests.flatten().filter_map(|own| own["replay"].as_str()).collect();
    assert_eq!(commands.len(), 2, "{}", report.stdout);
    for command in commands {
        let shell = format!("set -e; rolecall() {{ {:?} \"$@\"; }}; {command} --expect allowed", env!("CARGO_BIN_EXE_rolecall"));
        let run = Command::new("sh").args(["-c", &shell]).current_dir(repository.0.path()).output().expect("a shell");
        assert!(
            run.status.success(),
            "{command}: {}{}",
            String::from_utf8_lossy(&run.stdout),
            String::from_utf8_lossy(&run.stderr)
        );
    }
    // in the working copy there is something else by now
    repository.write("job.json", &trust(&service)).write("my app.json", "{}");
    let report = repository.diff(&["--staged", "--format=json"]);
    assert!(!report.stdout.contains("rolecall simulate"), "{}", report.stdout);
}

/// Policies of one kind before and now, in files of their own.
fn changed(old: &str, new: &str, arguments: &[&str]) -> Run {
    let folder = TempDir::new().expect("a folder");
    for (name, text) in [("old.json", old), ("new.json", new)] {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    diff_in(folder.path(), &[&["old.json", "new.json", CONCISE], arguments].concat())
}

#[test]
fn what_differs_in_form_alone_is_the_same() {
    let statement = |actions: &str, condition: &str| {
        format!(r#"{{"Effect": "Allow", "Action": {actions}, "Resource": "*", "Condition": {{{condition}}}}}"#)
    };
    let document = |statements: &[&str]| format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(", "));
    let hole = r#""StringEquals": {"aws:PrincipalTag/team": ["${var.team}", "b"]}, "Bool": {"aws:SecureTransport": true}"#;
    let turned =
        r#""Bool": {"AWS:SecureTransport": ["true"]}, "StringEquals": {"aws:PrincipalTag/team": ["b", "${var.team}", "b"]}"#;
    let one = document(&[&statement(r#"["a:B", "c:D"]"#, hole), &statement(r#""e:F""#, "")]);
    let other = document(&[&statement(r#"["e:F"]"#, ""), &statement(r#"["c:D", "a:B"]"#, turned)]);
    // there is a hole, so that the prover could not tell
    let same = changed(&one, &other, &["--budget", "0"]);
    assert_eq!((same.exit, heads(&same)), (0, vec![]), "{}", same.stdout);
    for (from, to) in [("true", "false"), ("var.team", "var.teams"), ("e:F", "e:G"), ("StringEquals", "StringNotEquals")] {
        assert_eq!(changed(&one, &other.replacen(from, to, 1), &[]).exit, 1, "`{from}` becomes `{to}`");
    }
    // without a version a variable is plain text
    let variable = document(&[&statement(r#""e:F""#, r#""StringEquals": {"aws:userid": "${aws:username}"}"#)]);
    assert_eq!(changed(&variable, &variable, &[]).exit, 0);
    assert_eq!(changed(&variable, &variable.replace("2012", "2008"), &[]).exit, 1);
    // what is less is not asked of either
    let less = changed(&one, &document(&[&statement(r#""e:F""#, "")]), &["--budget", "0"]);
    assert_eq!((less.exit, less.stdout.contains("not widened, and the rest is not known")), (0, true), "{}", less.stdout);
}

#[test]
fn what_is_filled_in_later_may_be_anything() {
    let later = r#"{"Version": "2012-10-17", "Statement": "${jsonencode(var.statements)}"}"#;
    let nothing = policy(&[&json!({ "Effect": "Deny", "Action": "*", "Resource": "*" })]);
    for (old, new) in [(nothing.as_str(), later), (later, nothing.as_str())] {
        let run = changed(old, new, &[]);
        assert!(run.stdout.contains("] it hangs on a value that is filled in later"), "{}", run.stdout);
    }
    assert_eq!(changed(&nothing, later, &[]).exit, 1);
    assert_eq!(changed(later, later, &[]).exit, 0);
}

/// A request that there is not makes no difference: of a session, the ARN of the principal is that of its role; and an API operation that is
/// no action is asked for by nobody.
#[test]
fn what_no_request_is_makes_no_difference() {
    let deny = |actions: &[&str], operator: &str, arns: &[&str]| {
        let condition = json!({ operator: { "aws:PrincipalArn": arns } });
        policy(&[&json!({ "Effect": "Deny", "Action": actions, "Resource": "*", "Condition": condition })])
    };
    let (role, other) = ("arn:aws:iam::111122223333:role/admin", "arn:aws:iam::111122223333:role/other");
    let session = "arn:aws:sts::111122223333:assumed-role/admin/*";
    let actions = ["s3:PutAccountPublicAccessBlock"];
    for kind in ["identity", "scp"] {
        let kind = ["--kind", kind];
        for operator in ["ArnNotLike", "ArnLike", "StringNotLike"] {
            let plain = deny(&actions, operator, &[role]);
            for same in
                [deny(&actions, operator, &[role, session]), deny(&["s3:DeletePublicAccessBlock", actions[0]], operator, &[role])]
            {
                for (old, new) in [(&plain, &same), (&same, &plain)] {
                    let run = changed(old, new, &kind);
                    assert_eq!((run.exit, heads(&run)), (0, vec![]), "{operator} {kind:?}: {}", run.stdout);
                }
            }
            let wider = deny(&actions, operator, &[role, other]);
            let both = [changed(&plain, &wider, &kind).exit, changed(&wider, &plain, &kind).exit];
            assert_eq!(both.iter().sum::<i32>(), 1, "{operator} {kind:?}: {both:?}");
        }
    }
    // what AWS may have made since is an action for all that
    let new = |actions: &[&str]| deny(actions, "ArnNotLike", &[role]);
    assert_eq!(changed(&new(&["s3:PutFootprint", actions[0]]), &new(&actions), &["--kind", "scp"]).exit, 1);
}

/// Who else allows is not known where other policies may stand beside.
#[test]
fn a_deny_that_is_gone_lets_through_what_something_else_allows() {
    let deny = json!({ "Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*" });
    let other = json!({ "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" });
    for kind in ["identity", "scp"] {
        let (one, two) = (policy(&[&deny, &other]), policy(&[&deny]));
        let gone = changed(&one, &two, &["--kind", kind]);
        assert!(gone.stdout.contains("new action, no longer denied: s3:PutObject"), "{kind}: {}", gone.stdout);
        assert_eq!((gone.exit, changed(&two, &one, &["--kind", kind]).exit), (1, 0), "{kind}");
    }
    // what must allow by itself, and never does
    for kind in ["boundary", "session"] {
        assert_eq!(changed(&policy(&[&deny, &other]), &policy(&[&deny]), &["--kind", kind]).exit, 0, "{kind}");
    }
    // the policy of a resource, and with it all that it denied
    let repository = Repository::new();
    let tls = json!({
        "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::letters/*",
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    });
    repository.stage("bucket.json", &policy(&[&tls])).commit().git(&["rm", "--quiet", "bucket.json"]);
    let gone = repository.diff(&["--staged", CONCISE]);
    assert_eq!((gone.exit, heads(&gone)), (1, vec!["bucket.json:1:1: widened[resource policy]".to_owned()]), "{}", gone.stdout);
}

/// A policy that is attached comes or goes with the role, and is the same one by itself.
#[test]
fn a_managed_policy_is_the_same_whoever_has_it() {
    let arn = "arn:aws:iam::111122223333:policy/shared";
    let account = |statements: &[&Value], attached: bool, boundary: Option<&str>| {
        let document: Value = serde_json::from_str(&policy(statements)).expect("JSON");
        let trust: Value = serde_json::from_str(&trust(&json!({ "Service": "lambda.amazonaws.com" }))).expect("JSON");
        let attached: Vec<Value> = attached.then(|| json!({ "PolicyName": "shared", "PolicyArn": arn })).into_iter().collect();
        let mut role = json!({
            "RoleName": "job", "Arn": "arn:aws:iam::111122223333:role/job", "AssumeRolePolicyDocument": trust,
            "RolePolicyList": [], "AttachedManagedPolicies": attached,
        });
        if let Some(arn) = boundary {
            role["PermissionsBoundary"] = json!({ "PermissionsBoundaryArn": arn });
        }
        let version = json!({ "Document": document, "IsDefaultVersion": true });
        let shared = json!({ "PolicyName": "shared", "Arn": arn, "PolicyVersionList": [version] });
        json!({ "RoleDetailList": [role], "Policies": [shared] }).to_string()
    };
    let (get, put) = (allow("s3:GetObject"), allow("s3:PutObject"));
    let told = |old: &str, new: &str| {
        let run = changed(old, new, &["-v"]);
        let mut heads: Vec<String> = heads(&run).iter().filter_map(|head| Some(head.split_once(": ")?.1.to_owned())).collect();
        heads.sort();
        heads.retain(|head| head != "same[trust of job]");
        heads
    };
    let (with, without) = (account(&[&get], true, None), account(&[&get], false, None));
    assert_eq!(told(&with, &without), ["narrowed[permissions of job]", "same[identity policy shared]"]);
    assert_eq!(told(&without, &with), ["same[identity policy shared]", "widened[permissions of job]"]);
    assert_eq!(told(&with, &account(&[&get, &put], true, None)), ["widened[permissions of job]"]);
    // as a boundary it is looked at with the role that it limits
    let limited = account(&[&get], false, Some(arn));
    assert_eq!(told(&limited, &account(&[&get, &put], false, Some(arn))), ["widened[boundary of job]"]);
    assert_eq!(told(&limited, &without), ["same[identity policy shared]", "widened[boundary of job]"]);
    assert_eq!(told(&without, &limited), ["narrowed[boundary of job]", "same[identity policy shared]"]);
    assert_eq!(told(&limited, &limited), ["same[boundary of job]"]);
    let other = account(&[&get], false, Some("arn:aws:iam::111122223333:policy/other"));
    assert_eq!(told(&limited, &other), ["same[identity policy shared]", "undecided[boundary of job]"]);
}

/// One state is to the other as the other to the one.
#[test]
fn what_is_widened_is_narrowed_the_other_way_round() {
    let report = |old: &str, new: &str| -> Value {
        let folder = crate::support::root().join("fixtures/diff");
        let run = diff_in(&folder, &[old, new, "--format=json"]);
        serde_json::from_str(&run.stdout).expect("JSON")
    };
    let sides = |report: &Value, [wider, narrower]: [&str; 2]| {
        let list = report["policies"].as_array().expect("a list").iter().map(|own| {
            let requests = |side: &str| own[side]["requests"].as_array().expect("a list").clone();
            let bare = |request: &Value| (request["action"].clone(), request["resource"].clone(), request["news"].clone());
            let bare = |side| requests(side).iter().map(bare).collect::<Vec<_>>();
            (own["title"].to_string(), own[wider]["undecided"].as_array().map(Vec::len), bare(wider), bare(narrower))
        });
        let mut list: Vec<_> = list.collect();
        list.sort_by_key(|own| format!("{own:?}"));
        list
    };
    let forth = sides(&report("before", "after"), ["widened", "narrowed"]);
    assert!(forth.len() > 20 && forth.iter().any(|own| !own.2.is_empty()), "{forth:#?}");
    assert_eq!(forth, sides(&report("after", "before"), ["narrowed", "widened"]));
}

#[test]
fn a_torn_file_may_hold_what_is_missing() {
    let role = |name: &str| {
        let document: Value = serde_json::from_str(&trust(&json!({ "Service": "lambda.amazonaws.com" }))).expect("JSON");
        json!({ "RoleName": name, "Arn": format!("arn:aws:iam::111122223333:role/{name}"), "AssumeRolePolicyDocument": document })
    };
    let whole = json!({ "Roles": [role("one"), role("two")] }).to_string();
    let torn = whole.split(r#",{"RoleName":"two""#).next().expect("a part").to_owned();
    let run = changed(&whole, &torn, &[]);
    assert!(run.stdout.contains("undecided[trust of two] "), "{}", run.stdout);
    assert!(run.stdout.contains("`new.json` is not well-formed, and may hold it"), "{}", run.stdout);
    assert!(run.stderr.contains("new.json:1:"), "{}", run.stderr);
    assert_eq!(run.exit, 1);
    // but not in one that was torn before
    let repository = Repository::new();
    repository.stage("torn.json", &torn).stage("app.json", &policy(&[&allow("s3:GetObject")])).commit();
    repository.git(&["rm", "--quiet", "app.json"]);
    let gone = repository.diff(&["--staged", CONCISE]);
    assert_eq!((gone.exit, heads(&gone)), (0, vec!["app.json:1:1: narrowed[identity policy]".to_owned()]), "{}", gone.stdout);
    assert_eq!(gone.stderr, "");
}

/// What was committed by mistake is not shown on top.
#[test]
fn a_token_in_a_file_is_not_shown() {
    let repository = Repository::new();
    let secret = "Qk3vTz9LmWx2RbYc7HnJd5sFgA8uEiO1tXrKzQhPwMd4";
    let statement =
        json!({ "Sid": "x", "Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::eyJ{secret}") });
    repository.stage("app.json", &policy(&[&allow("s3:GetBucketAcl")])).commit().stage("app.json", &policy(&[&statement]));
    repository.write("new.json", &policy(&[&statement]));
    for arguments in [&["--staged"][..], &["git:HEAD", "new.json"], &["app.json", "new.json", "-v"]] {
        for format in ["human", "concise", "json"] {
            let run = repository.diff(&[arguments, &["--format", format]].concat());
            let shown = format!("{}{}", run.stdout, run.stderr);
            let leak = secret.as_bytes().windows(12).find(|part| shown.as_bytes().windows(12).any(|own| own == *part));
            assert_eq!(leak, None, "{arguments:?} {format}: {shown}");
            assert!(run.exit < 2, "{shown}");
        }
    }
}
