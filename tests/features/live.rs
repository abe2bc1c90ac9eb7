//! A live account, from recorded answers: a stand-in for AWS gives them, and what `pull` makes of them is compared with what stands in
//! `fixtures/snapshots`. `BLESS=1 cargo test --features aws,lsp --test features` rewrites that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

use crate::support;
use crate::transcript::{Run, finish, tool};

/// The times in a snapshot are those of its run.
const TIME: &str = "2026-11-26T17:00:00Z";

/// What stands in the answers, or is given to the tool, and nobody may see.
const SECRETS: [&str; 4] =
    ["1secret2that3nobody4sees5", "external-id-that-nobody-sees", "secret1of2twitter3", "secretAccessKeyOfTheTest"];

/// Something that answers as AWS once did.
struct Aws {
    address: String,
    /// What was asked: the operation, and the id of the key that signed.
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

impl Aws {
    /// One that knows the answers in a folder: `ListRoles.xml`, and `ListRoles@more.xml` for the page behind the marker `more`. What follows
    /// the `@` may also be what the call asks for; `.400` before the ending is an error.
    fn with(answers: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (folder, log) = (support::root().join(answers), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (folder, log) = (folder.clone(), Arc::clone(&log));
                thread::spawn(move || serve(stream, &folder, &log));
            }
        });
        Self { address, asked }
    }

    /// The tool with this in the place of AWS.
    fn tool(&self, arguments: &[&str]) -> Command {
        let mut tool = tool();
        tool.env("AWS_ENDPOINT_URL", &self.address)
            .env("AWS_ACCESS_KEY_ID", "AKIAOFTHEENVIRONMENT")
            .env("AWS_SECRET_ACCESS_KEY", SECRETS[3])
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .args(arguments);
        tool
    }

    fn operations(&self) -> BTreeSet<String> {
        self.asked.lock().expect("the log").iter().map(|(operation, _)| operation.clone()).collect()
    }

    fn keys(&self) -> BTreeSet<String> {
        self.asked.lock().expect("the log").iter().map(|(_, key)| key.clone()).collect()
    }
}

fn serve(stream: TcpStream, folder: &Path, log: &Mutex<Vec<(String, String)>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if line.trim().is_empty() {
                break;
            }
            head.push(line.trim().to_owned());
        }
        let header = |name: &str| {
            head.iter().find_map(|line| line.split_once(": ").filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|own| own.1))
        };
        let length = header("content-length").and_then(|own| own.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a whole request");
        let body = String::from_utf8(body).expect("a request in UTF-8");
        let (operation, arguments) = request(header("x-amz-target"), &body);
        let key = header("authorization").and_then(|own| own.split("Credential=").nth(1)).and_then(|own| own.split('/').next());
        log.lock().expect("the log").push((operation.clone(), key.unwrap_or("").to_owned()));
        let (status, answer) = answer(folder, &operation, &arguments);
        let head = format!("HTTP/1.1 {status} x\r\nContent-Type: x\r\nContent-Length: {}\r\n\r\n", answer.len());
        if reader.get_mut().write_all(&[head.as_bytes(), &answer].concat()).is_err() {
            return;
        }
    }
}

/// The operation, and what it asks for.
fn request(target: Option<&str>, body: &str) -> (String, Vec<String>) {
    if let Some(target) = target {
        let value: Value = serde_json::from_str(body).expect("a request in JSON");
        let names = ["NextToken", "PaginationToken", "ClientId", "IdentityProviderName", "UserPoolId", "IdentityPoolId"];
        let arguments = names.iter().filter_map(|name| value.get(name)?.as_str().map(str::to_owned));
        return (target.rsplit('.').next().expect("a target").to_owned(), arguments.collect());
    }
    let pairs: BTreeMap<&str, String> = body
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name, value.replace("%3A", ":").replace("%2F", "/")))
        .collect();
    let arguments = ["Marker", "OpenIDConnectProviderArn"].iter().filter_map(|name| pairs.get(name).cloned());
    (pairs.get("Action").expect("an action").clone(), arguments.collect())
}

fn answer(folder: &Path, operation: &str, arguments: &[String]) -> (u16, Vec<u8>) {
    let names = arguments.iter().map(|argument| {
        let kept = |letter: char| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' };
        format!("{operation}@{}", argument.chars().map(kept).collect::<String>())
    });
    for name in names.chain([operation.to_owned()]) {
        for (ending, status) in [("xml", 200), ("json", 200), ("400.json", 400)] {
            if let Ok(bytes) = fs::read(folder.join(format!("{name}.{ending}"))) {
                return (status, bytes);
            }
        }
    }
    (500, format!("no answer to {operation} {arguments:?}").into_bytes())
}

/// Every file below a folder, without the times.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_str().expect("a name").replace('\\', "/");
                files.insert(name, without_times(&fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    files
}

fn without_times(text: &str) -> String {
    let line = |line: &str| match line.split_once("\"time\": \"") {
        Some((before, behind)) => format!("{before}\"time\": \"{TIME}{}", &behind[TIME.len()..]),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("snapshot");
    (folder, path)
}

fn pull(aws: &Aws, out: &Path, region: &str, more: &[&str]) -> Run {
    let arguments = ["pull", "--region", region, "--out", out.to_str().expect("a path")];
    finish(&mut aws.tool(&[&arguments, more].concat()))
}

/// What `pull` makes of recorded answers is what stands in a folder of the fixtures.
#[track_caller]
fn makes(answers: &str, region: &str, snapshot: &str, exit: i32) -> Run {
    let aws = Aws::with(answers);
    let (_folder, out) = folder();
    let run = pull(&aws, &out, region, &[]);
    assert_eq!(run.exit, exit, "{run:?}");
    let made = tree(&out);
    let wanted_folder = support::root().join(snapshot);
    let wanted = if wanted_folder.is_dir() { tree(&wanted_folder) } else { BTreeMap::new() };
    if support::blessing() && made != wanted {
        drop(fs::remove_dir_all(&wanted_folder));
        for (name, text) in &made {
            let path = wanted_folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
            fs::write(path, text).expect("a new file");
        }
        return run;
    }
    let names: BTreeSet<&String> = made.keys().chain(wanted.keys()).collect();
    let nothing = String::new();
    support::none(names.into_iter().filter_map(|name| {
        let (made, wanted) = (made.get(name).unwrap_or(&nothing), wanted.get(name).unwrap_or(&nothing));
        support::settle(&format!("{snapshot}/{name}"), wanted, made)
    }));
    for text in made.values().chain([&run.stdout, &run.stderr]) {
        support::none(SECRETS.iter().filter(|secret| text.contains(*secret)).map(|secret| format!("{secret} in {text}")));
    }
    run
}

#[test]
fn recorded_answers_become_a_snapshot() {
    let run = makes("fixtures/live/tutorial", "eu-west-1", "fixtures/snapshots/whole", 0);
    assert_eq!(run.stderr, "");
}

/// The sample in the README is what is printed.
#[test]
fn the_summary_is_that_of_the_readme() {
    let aws = Aws::with("fixtures/live/tutorial");
    let (folder, _) = folder();
    // a region that is named twice is one
    let run = finish(aws.tool(&["pull", "--region", "eu-west-1,eu-west-1"]).current_dir(folder.path()));
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
    assert!(support::read("README.md").contains(&run.stdout), "README.md: not what is printed:\n{}", run.stdout);
    // for programs, the words do not change with the numbers
    let run = finish(aws.tool(&["pull", "--region", "eu-west-1", "--format", "json"]).current_dir(folder.path()));
    let told: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!((&told["read"]["roles"], &told["read"]["identity pools"]), (&Value::from(5), &Value::from(1)));
    assert_eq!((&told["files"]["same"], &told["files"]["changed"]), (&Value::from(16), &Value::from(0)));
}

#[test]
fn what_is_odd_or_missing_is_kept_as_it_is() {
    let run = makes("fixtures/live/odd", "us-gov-west-1", "fixtures/snapshots/odd", 1);
    assert!(run.stdout.starts_with("only partly readable: account 444455556666"), "{}", run.stdout);
    let complaints: Vec<&str> = run.stderr.lines().collect();
    let expected = [
        ("describe-user-pool-client (us-gov-west-1_Bbbbbbbbb, gone, us-gov-west-1)", "the answer holds nothing"),
        (
            "list-groups (us-gov-west-1_Bbbbbbbbb, us-gov-west-1)",
            "ResourceNotFoundException: User pool us-gov-west-1_Bbbbbbbbb does not exist.",
        ),
        (
            "describe-user-pool (us-gov-west-1_Bbbbbbbbb, us-gov-west-1)",
            "AccessDeniedException: User: arn:aws-us-gov:iam::444455556666:user/audit",
        ),
    ];
    assert_eq!(complaints.len(), expected.len(), "{complaints:#?}");
    for (complaint, (call, why)) in complaints.iter().zip(expected) {
        assert!(
            complaint.starts_with("warning: not readable: ") && complaint.contains(call) && complaint.contains(why),
            "{complaint}"
        );
    }
}

#[test]
fn nothing_is_called_but_what_the_policy_allows() {
    let aws = Aws::with("fixtures/live/tutorial");
    let (_folder, out) = folder();
    assert_eq!(pull(&aws, &out, "eu-west-1", &[]).exit, 0);
    let policy = finish(&mut aws.tool(&["pull", "--print-policy"])).stdout;
    let policy: Value = serde_json::from_str(&policy).expect("a policy");
    let statements = policy["Statement"].as_array().expect("statements");
    let actions = statements.iter().flat_map(|statement| match &statement["Action"] {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    });
    let mut allowed: BTreeSet<String> =
        actions.filter_map(|own| own.as_str()?.split_once(':').map(|own| own.1.to_owned())).collect();
    // of this one everybody is allowed to ask
    allowed.insert("GetCallerIdentity".to_owned());
    assert_eq!(aws.operations(), allowed);
}

#[test]
fn without_a_folder_the_answers_are_the_same() {
    let aws = Aws::with("fixtures/live/tutorial");
    for command in ["check", "simulate"] {
        let live = finish(&mut aws.tool(&[command, "--live", "--region", "eu-west-1"]));
        let mut of_folder = aws.tool(&[command, "."]);
        let folder = finish(of_folder.current_dir(support::root().join("fixtures/snapshots/whole")));
        assert_eq!(live.exit, folder.exit, "{live:?}");
        assert_eq!(live.stdout.replace("live/", ""), folder.stdout.replace("./", ""));
    }
}

#[test]
fn what_is_no_answer_of_aws_tells_its_status() {
    let aws = Aws::with("fixtures/live/nobody");
    let run = finish(aws.tool(&["pull", "--region", "eu-west-1"]).env("AWS_MAX_ATTEMPTS", "1"));
    assert!(run.exit == 2 && run.stderr.contains("HTTP status 500"), "{run:?}");
}

#[test]
fn a_named_profile_goes_before_the_environment() {
    let aws = Aws::with("fixtures/live/tutorial");
    let (folder, out) = folder();
    let file = folder.path().join("credentials");
    fs::write(&file, "[audit]\naws_access_key_id = AKIAOFTHEPROFILE\naws_secret_access_key = x\nregion = eu-west-1\n")
        .expect("a file");
    let arguments = ["pull", "--profile", "audit", "--out", out.to_str().expect("a path"), "--only", "providers"];
    let run = finish(aws.tool(&arguments).env("AWS_SHARED_CREDENTIALS_FILE", &file));
    assert_eq!(run.exit, 0, "{run:?}");
    assert_eq!(aws.keys().into_iter().collect::<Vec<_>>(), ["AKIAOFTHEPROFILE"]);
    let run = finish(aws.tool(&["pull", "--profile", "adit", "--region", "eu-west-1"]).env("AWS_SHARED_CREDENTIALS_FILE", &file));
    assert!(run.exit == 2 && run.stderr.contains("`adit`"), "{run:?}");
}

#[test]
fn what_is_no_folder_of_this_account_is_left_alone() {
    let aws = Aws::with("fixtures/live/tutorial");
    let (_folder, out) = folder();
    fs::create_dir(&out).expect("a folder");
    fs::write(out.join("mine.txt"), "mine").expect("a file");
    let run = pull(&aws, &out, "eu-west-1", &[]);
    assert!(run.exit == 2 && run.stderr.contains("is not empty and no snapshot"), "{run:?}");
    fs::write(out.join("snapshot.json"), r#"{"rolecall-snapshot": 1, "account": "999999999999", "files": []}"#).expect("a file");
    let run = pull(&aws, &out, "eu-west-1", &[]);
    assert!(run.exit == 2 && run.stderr.contains("of another account, 999999999999"), "{run:?}");
    fs::write(out.join("snapshot.json"), "{").expect("a file");
    let run = pull(&aws, &out, "eu-west-1", &[]);
    assert!(run.exit == 2 && run.stderr.contains("cannot read"), "{run:?}");
    assert_eq!(fs::read_dir(&out).expect("the folder").count(), 2);
}

/// A list that names files outside of the folder, or of the user, has no power over them.
#[test]
fn only_files_of_the_snapshot_are_ever_removed() {
    let aws = Aws::with("fixtures/live/tutorial");
    let (folder, out) = folder();
    assert_eq!(pull(&aws, &out, "eu-west-1", &[]).exit, 0);
    let list = fs::read_to_string(out.join("snapshot.json")).expect("a list");
    fs::write(folder.path().join("precious.json"), "{}").expect("a file");
    fs::write(out.join("README.md"), "mine").expect("a file");
    fs::write(out.join("iam/roles/gone.json"), "{}").expect("a file");
    let entry = |file: &str| format!(r#"{{"file": "{file}", "call": "iam list-roles", "time": "{TIME}", "state": "read"}},"#);
    let more: String = ["../precious.json", "README.md", "iam/roles/../../README.md", "iam/roles/gone.json"].map(entry).concat();
    fs::write(out.join("snapshot.json"), list.replace("\"files\": [", &format!("\"files\": [{more}"))).expect("a list");
    let run = pull(&aws, &out, "eu-west-1", &[]);
    assert!(run.exit == 0 && run.stdout.contains("1 removed"), "{run:?}");
    assert!(folder.path().join("precious.json").exists() && out.join("README.md").exists());
    assert!(!out.join("iam/roles/gone.json").exists());
}

#[test]
fn a_second_run_changes_nothing_but_the_time() {
    let aws = Aws::with("fixtures/live/tutorial");
    let (_folder, out) = folder();
    assert_eq!(pull(&aws, &out, "eu-west-1", &[]).exit, 0);
    let list = fs::read_to_string(out.join("snapshot.json")).expect("a list");
    // as if that had been yesterday
    let old = without_times(&list).replace(TIME, "2026-11-25T08:00:00Z");
    fs::write(out.join("snapshot.json"), &old).expect("a list");
    let run = pull(&aws, &out, "eu-west-1", &[]);
    assert!(run.stdout.contains("0 new, 0 changed, 0 removed"), "{run:?}");
    let new = fs::read_to_string(out.join("snapshot.json")).expect("a list");
    let differing = old.lines().zip(new.lines()).filter(|(old, new)| old != new).count();
    assert_eq!((differing, old.lines().count()), (1, new.lines().count()));
}

#[test]
fn a_part_or_a_region_leaves_the_others_alone() {
    let aws = Aws::with("fixtures/live/tutorial");
    let (_folder, out) = folder();
    assert_eq!(pull(&aws, &out, "eu-west-1", &[]).exit, 0);
    let whole = tree(&out);
    for more in [&["--only", "roles"][..], &["--only", "providers,roles"], &["--resume"]] {
        assert_eq!(pull(&aws, &out, "eu-west-1", more).exit, 0);
        let names = |tree: &BTreeMap<String, String>| tree.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&tree(&out)), names(&whole), "{more:?}");
    }
    let list = fs::read_to_string(out.join("snapshot.json")).expect("a list");
    assert!(list.contains("cognito-idp list-groups"), "{list}");
}
