//! A token is a secret. Whatever way it comes in, and whatever is wrong with it, nothing that the tool prints holds a part of it.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use tempfile::TempDir;

use crate::support;
use crate::transcript::{finish, tool};

/// So many characters of a token in a row are a leak.
const WINDOW: usize = 12;

const SCENARIO: &str = "fixtures/scenarios/tutorial";

/// Marks in parts of the token that no answer needs.
const SIGNATURE: &str = "Zq7xVw3kLmT9pRbYc2HnJd8sFgA5uEiO1tXrKzQh";
const NONCE: &str = "nonce-7Hd2kQp9ZxWv4LmB";

/// A text that is handed over as a token.
struct Plant {
    name: &'static str,
    text: String,
    /// Whether every part of the text is secret, or only the marks in it.
    whole: bool,
}

/// The ways to hand a text over.
#[derive(Clone, Copy, Debug)]
enum Way {
    File,
    Stdin,
    Environment,
    /// Refused, for the list of processes shows it to everybody.
    Argument,
}

/// What is run with a token; `TOKEN` is its place.
const SIMULATIONS: [&[&str]; 8] = [
    &["simulate", "--token", "TOKEN", SCENARIO],
    &["simulate", "--token", "TOKEN", "--role", "rbac-users-admin-role", SCENARIO],
    &["simulate", "--token", "TOKEN", "--role", "no-such-role", SCENARIO],
    &["simulate", "--token", "TOKEN", "--flow", "classic", SCENARIO],
    &["simulate", "--token", "TOKEN", "--custom-role", "rbac-users-admin-role", SCENARIO],
    &[
        "simulate",
        "--token",
        "TOKEN",
        "--action",
        "s3:GetObject",
        "--resource",
        "arn:aws:s3:::articles-site/drafts/a.md",
        SCENARIO,
    ],
    &["simulate", "--token", "TOKEN", "no/such/folder"],
    &["simulate", "--token", "TOKEN", "--no-such-option", SCENARIO],
];

/// Where somebody may put a token by mistake; `TOKEN` is the text itself.
const MISTAKES: [&[&str]; 25] = [
    &["test", "TOKEN"],
    &["test", "--format", "TOKEN"],
    &["simulate", "--principal", "TOKEN", "--action", "s3:GetObject", SCENARIO],
    &["TOKEN"],
    &["check", "TOKEN"],
    &["check", "--kind", "TOKEN", SCENARIO],
    &["check", "--format", "TOKEN", SCENARIO],
    &["check", "--select", "TOKEN", SCENARIO],
    &["check", "--output", "sarif=TOKEN", SCENARIO],
    &["check", "--config", "TOKEN", SCENARIO],
    &["files", "TOKEN"],
    &["explain", "TOKEN"],
    &["rules", "TOKEN"],
    &["claims", "TOKEN"],
    &["claims", "github", "--repository", "TOKEN", "--branch", "main"],
    &["claims", "eks", "--issuer", "TOKEN", "--namespace", "web", "--service-account", "api"],
    &["claims", "vercel", "--team", "acme", "--project", "site", "--environment", "TOKEN"],
    &["simulate", "TOKEN"],
    &["simulate", "--token", "env:TOKEN", SCENARIO],
    &["simulate", "--token", "TOKEN.jwt", SCENARIO],
    &["simulate", "--claims", "TOKEN", SCENARIO],
    &["simulate", "--group", "TOKEN", SCENARIO],
    &["simulate", "--role", "TOKEN", "--guest", SCENARIO],
    &["simulate", "--no-such-option=TOKEN", SCENARIO],
    &["simulate", "--flow=TOKEN", SCENARIO],
];

const FORMATS: [&[&str]; 4] = [&[], &["--format", "json"], &["-v"], &["--format", "json", "-v"]];

#[test]
fn no_output_holds_a_part_of_a_token() {
    let folder = TempDir::new().expect("a folder for the tokens");
    let mut leaks = Vec::new();
    for plant in plants() {
        for way in [Way::File, Way::Stdin, Way::Environment, Way::Argument] {
            for command in SIMULATIONS {
                for format in FORMATS {
                    leaks.extend(run(&plant, way, &[command, format].concat(), folder.path()));
                }
            }
        }
    }
    support::none(leaks);
}

#[test]
fn a_token_in_the_wrong_place_is_not_repeated() {
    let mut leaks = Vec::new();
    let plant = Plant { name: "a token", text: token(), whole: true };
    for command in MISTAKES {
        for format in FORMATS {
            let arguments = [command, format].concat();
            let filled: Vec<String> = arguments.iter().map(|word| word.replace("TOKEN", &plant.text)).collect();
            let run = finish(tool().args(filled).current_dir(support::root()));
            leaks.extend(leak(&plant, &format!("{}{}", run.stdout, run.stderr)).map(|part| complaint(&plant, &arguments, &part)));
        }
    }
    support::none(leaks);
}

/// Expectations that fail in every way, and one that holds the token where the path of its file belongs.
#[test]
fn no_answer_to_an_expectation_holds_a_part_of_a_token() {
    let folder = TempDir::new().expect("a folder for the tokens");
    let scenario = support::root().join(SCENARIO);
    let mut leaks = Vec::new();
    for plant in plants() {
        fs::write(folder.path().join("token"), &plant.text).expect("a file for the token");
        let inputs = format!("inputs = [{:?}]\n", scenario.to_str().expect("a path in UTF-8"));
        let case = |token: &str, expected: &str| format!("[[case]]\nname = \"one\"\ntoken = {token}\n{expected}\n");
        let failing = [
            "expect = \"error\"",
            "expect-role = \"nobody\"",
            "expect-gate = \"signature\"",
            "expect-claims = { sub = \"nobody\", \"cognito:groups\" = false }",
            "action = \"s3:GetObject\"\nexpect = \"denied-explicit\"",
        ];
        let by_path: String = failing.iter().map(|expected| case("\"token\"", expected)).collect();
        let itself = case(&format!("{:?}", plant.text), "expect = \"allowed\"");
        for text in [by_path, itself] {
            fs::write(folder.path().join("x.rolecall.toml"), format!("{inputs}{text}")).expect("a file of expectations");
            for format in [&["-v"][..], &["--format", "json"], &["--format", "ndjson"], &["--format", "junit"]] {
                let run = finish(tool().arg("test").args(format).arg("x.rolecall.toml").current_dir(folder.path()));
                assert_ne!(run.exit, 0, "{}", run.stdout);
                leaks.extend(leak(&plant, &format!("{}{}", run.stdout, run.stderr)).map(|part| complaint(&plant, format, &part)));
            }
        }
    }
    support::none(leaks);
}

#[test]
fn a_token_as_an_argument_is_refused() {
    let run = finish(tool().args(["simulate", "--token", &token(), SCENARIO]).current_dir(support::root()));
    assert_eq!(run.exit, 2, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("env:"), "the message must tell how else to give a token:\n{}", run.stderr);
}

/// The planted token is one that the tool takes, so that the other tests test what they seem to.
#[test]
fn the_planted_token_is_a_good_one() {
    let folder = TempDir::new().expect("a folder for the token");
    let path = folder.path().join("token.jwt");
    fs::write(&path, token()).expect("a file for the token");
    let run = finish(tool().args(["simulate", "--token"]).arg(&path).arg(SCENARIO).current_dir(support::root()));
    assert_eq!(run.exit, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("rbac-users-editor-role"), "{}", run.stdout);
}

#[test]
fn a_leak_would_be_seen() {
    let plant = Plant { name: "a token", text: token(), whole: true };
    let part = &plant.text[plant.text.len() / 2..][..WINDOW];
    assert_eq!(leak(&plant, &format!("é {part}!")), Some(part.to_owned()));
    assert_eq!(leak(&plant, &format!("é {}!", &part[1..])), None);
    assert!(leak(&Plant { whole: false, ..plant }, &format!("`{NONCE}`")).is_some());
}

/// The ID token of an editor with a nonce that nothing looks at, and a signature that is no signature.
fn token() -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"kid":"c2VjcmV0LWtleS1pZA==","alg":"RS256"}"#);
    format!("{header}.{}.{SIGNATURE}", URL_SAFE_NO_PAD.encode(claims()))
}

fn claims() -> String {
    let claims = support::read(&format!("{SCENARIO}/tokens/editor.claims.json"));
    let (_, rest) = claims.split_once('{').expect("an object");
    format!("{{\"nonce\":\"{NONCE}\",{rest}")
}

fn plants() -> Vec<Plant> {
    let token = token();
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("three parts") };
    let not_json = URL_SAFE_NO_PAD.encode(&claims()[..200]);
    let plant = |name, text: String| Plant { name, text, whole: true };
    vec![
        plant("a token", token.clone()),
        plant("a token behind Bearer", format!("Bearer {token}\n")),
        plant("a token in quotes", format!("\"{token}\"")),
        plant("a token in base64", STANDARD.encode(&token)),
        plant("a truncated token", token[..token.len() - SIGNATURE.len() - 100].to_owned()),
        plant("a token without its signature", format!("{header}.{payload}")),
        plant("a token with five parts", format!("{token}.{payload}.{signature}")),
        plant("a token whose payload is not base64url", format!("{header}.!{payload}.{signature}")),
        plant("a token whose payload is not JSON", format!("{header}.{not_json}.{signature}")),
        plant("a token whose header is not JSON", format!("{signature}.{payload}.{signature}")),
        plant("a token on two lines", format!("{header}.{payload}\n.{signature}")),
        Plant { name: "claims", text: claims(), whole: false },
        Plant { name: "claims that are not JSON", text: claims().replacen(':', "", 1), whole: false },
    ]
}

/// Runs a command with a text as its token, and gives the complaint if a part of the text comes out.
fn run(plant: &Plant, way: Way, command: &[&str], folder: &Path) -> Option<String> {
    let path = folder.join("token");
    fs::write(&path, &plant.text).expect("a file for the token");
    let mut tool = tool();
    let place = match way {
        Way::File => path.to_str().expect("a path in UTF-8"),
        Way::Stdin => {
            tool.stdin(File::open(&path).expect("the file for the token"));
            "-"
        }
        Way::Environment => {
            tool.env("SECRET", &plant.text);
            "env:SECRET"
        }
        Way::Argument => &plant.text,
    };
    let run = finish(tool.args(command.iter().map(|word| word.replace("TOKEN", place))).current_dir(support::root()));
    leak(plant, &format!("{}{}", run.stdout, run.stderr)).map(|part| complaint(plant, command, &part) + &format!(" ({way:?})"))
}

/// The first part of a planted text that an output holds.
fn leak(plant: &Plant, output: &str) -> Option<String> {
    let secrets = if plant.whole { vec![plant.text.as_str(), NONCE] } else { vec![NONCE] };
    let windows: HashSet<&[u8]> = secrets.iter().flat_map(|secret| secret.as_bytes().windows(WINDOW)).collect();
    let found = output.as_bytes().windows(WINDOW).find(|window| windows.contains(window));
    found.map(|window| String::from_utf8_lossy(window).into_owned())
}

fn complaint(plant: &Plant, command: &[&str], part: &str) -> String {
    format!("`rolecall {}` prints `{part}`, a part of {}", command.join(" "), plant.name)
}
