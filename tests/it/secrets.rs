//! Tokens and assertions are secrets. Whatever way one comes in, and whatever is wrong with it, nothing that the tool prints holds a part
//! of it. The commands, their options and their formats are those that the tool's own help lists, so that none is forgotten.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::Path;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use tempfile::TempDir;

use crate::support;
use crate::tokens::{WRAPPINGS, lines, percent};
use crate::transcript::{Run, finish, tool};

/// So many characters of a secret in a row are a leak.
const WINDOW: usize = 12;

const SCENARIO: &str = "fixtures/scenarios/tutorial";
const ASSERTED: &str = "fixtures/issuers/saml";

/// Marks in parts of the secret that no answer needs.
const SIGNATURE: &str = "Zq7xVw3kLmT9pRbYc2HnJd8sFgA5uEiO1tXrKzQh";
const NONCE: &str = "nonce-7Hd2kQp9ZxWv4LmB";

/// A text that is handed over as a token or an assertion, and what of it nobody may see.
struct Plant {
    name: String,
    text: String,
    secrets: Vec<String>,
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

/// A command, as its help tells it.
struct Help {
    /// `check`.
    words: Vec<String>,
    places: Vec<Place>,
    formats: Vec<String>,
}

/// Where something may be said to a command: an option with a value, or a place without a name.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Place {
    option: Option<String>,
    value: String,
}

/// What is run with a token or an assertion, for each place that takes one: `SECRET` is where it stands.
#[rustfmt::skip]
const TAKERS: &[(&str, &str, &[&str])] = &[
    ("simulate", "--token", &["simulate", "--token", "SECRET", SCENARIO]),
    ("simulate", "--token", &["simulate", "--token", "SECRET", "--role", "rbac-users-admin-role", SCENARIO]),
    ("simulate", "--token", &["simulate", "--token", "SECRET", "--role", "no-such-role", SCENARIO]),
    ("simulate", "--token", &["simulate", "--token", "SECRET", "--flow", "classic", SCENARIO]),
    ("simulate", "--token", &["simulate", "--token", "SECRET", "--custom-role", "rbac-users-admin-role", SCENARIO]),
    ("simulate", "--token", &["simulate", "--token", "SECRET", "--action", "s3:GetObject", "--resource", "arn:aws:s3:::articles-site/a", SCENARIO]),
    ("simulate", "--token", &["simulate", "--token", "SECRET", "--jwks", "fixtures/tokens/keys.json", SCENARIO]),
    ("simulate", "--token", &["simulate", "--token", "SECRET", "no/such/folder"]),
    ("simulate", "--token", &["simulate", "--token", "SECRET", "--no-such-option", SCENARIO]),
    ("simulate", "--linked-token", &["simulate", "--group", "Editor", "--linked-token", "SECRET", SCENARIO]),
    ("simulate", "--saml", &["simulate", "--saml", "SECRET", ASSERTED]),
    ("simulate", "--saml", &["simulate", "--saml", "SECRET", "--flow", "direct", "--role", "slip-saml", ASSERTED]),
    ("explain", "--token", &["explain", "Not authorized to perform sts:AssumeRoleWithWebIdentity", "--token", "SECRET", SCENARIO]),
    ("explain", "--linked-token", &["explain", "Check assigned IAM roles for this pool.", "--group", "Editor", "--linked-token", "SECRET", SCENARIO]),
    ("explain", "--saml", &["explain", "Not authorized to perform sts:AssumeRoleWithSAML", "--saml", "SECRET", ASSERTED]),
    ("token", "", &["token", "SECRET"]),
    ("token", "", &["token", "SECRET", "--jwks", "fixtures/tokens/keys.json"]),
];

/// What stands for a secret in the help.
const METAVARS: [&str; 2] = ["T", "A"];

#[test]
fn every_place_for_a_secret_is_tried() {
    let wanted: HashSet<(String, String)> = commands()
        .iter()
        .flat_map(|help| help.places.iter().map(|place| (help.words.join(" "), place)))
        .filter(|(_, place)| METAVARS.contains(&place.value.as_str()))
        .map(|(command, place)| (command, place.option.clone().unwrap_or_default()))
        .collect();
    let tried = TAKERS.iter().map(|(command, option, _)| ((*command).to_owned(), (*option).to_owned())).collect();
    assert_eq!(wanted, tried, "left: what the help lists; right: TAKERS");
}

#[test]
fn no_output_holds_a_part_of_a_secret() {
    let folder = TempDir::new().expect("a folder for the secrets");
    let mut leaks = Vec::new();
    let (tokens, assertions) = (tokens(), assertions());
    for (taker, (command, option, arguments)) in TAKERS.iter().enumerate() {
        let formats = formats(command);
        let plants = if *option == "--saml" { &assertions } else { &tokens };
        let others = TAKERS.iter().filter(|own| (own.0, own.1) == (*command, *option)).count();
        for (index, plant) in plants.iter().enumerate() {
            // the first is tried in every way and format, the others in turn
            let format = index % formats.len();
            let (formats, ways) = match index {
                0 => (formats, &[Way::File, Way::Stdin, Way::Environment, Way::Argument][..]),
                _ if index % others == taker % others => (&formats[format..=format], &[Way::File][..]),
                _ => continue,
            };
            for (format, way) in formats.iter().flat_map(|format| ways.iter().map(move |way| (format, way))) {
                let arguments: Vec<&str> = arguments.iter().copied().chain(["-v", "--format", format]).collect();
                leaks.extend(run(plant, *way, &arguments, folder.path()));
            }
        }
    }
    support::none(leaks);
}

/// Whatever option a secret is given to by mistake.
#[test]
fn a_secret_in_the_arguments_is_not_repeated() {
    let mut leaks = Vec::new();
    let (tokens, assertions) = (tokens(), assertions());
    let bare = &tokens[0];
    let encoded = assertions.iter().find(|plant| plant.name == "an assertion in base64").expect("one in base64");
    let mut try_one = |plant: &Plant, arguments: Vec<String>| {
        let run = finish(tool().args(&arguments).current_dir(support::root()));
        let shown: Vec<&str> = arguments.iter().map(|own| if own.contains(&plant.text) { "SECRET" } else { own }).collect();
        if (run.exit, run.stdout.as_str()) != (2, "") {
            leaks.push(format!("`rolecall {}` takes {}", shown.join(" "), plant.name));
        }
        leaks.extend(leak(plant, &run).map(|part| complaint(plant, &shown, &part)));
    };
    for help in commands() {
        let words = |more: &[&str]| help.words.iter().cloned().chain(more.iter().map(|&own| own.to_owned())).collect();
        for place in &help.places {
            match &place.option {
                Some(option) => {
                    try_one(bare, words(&[option, &bare.text]));
                    try_one(encoded, words(&[&format!("{option}={}", encoded.text)]));
                    try_one(bare, words(&[option, &format!("name={}", bare.text)]));
                }
                None => tokens.iter().filter(|plant| is_seen(plant)).for_each(|plant| try_one(plant, words(&[&plant.text]))),
            }
        }
        try_one(bare, words(&[&format!("--no-such-option={}", bare.text)]));
    }
    try_one(bare, vec![bare.text.clone()]);
    support::none(leaks);
}

/// Whatever a file with a token in it is taken for.
#[test]
fn a_secret_in_a_file_of_something_else_is_not_shown() {
    let folder = TempDir::new().expect("a folder for the files");
    let mut leaks = Vec::new();
    let token = token();
    let secrets = vec![token.clone()];
    #[rustfmt::skip]
    let files = [
        ("token",            token.clone()),
        ("answer.json",      json!({"id_token": token}).to_string()),
        ("policy.json",      json!({"Version": "2012-10-17", "Statement": token, "Id": token, token.clone(): 1}).to_string()),
        ("condition.json",   json!({"Version": "2012-10-17", "Statement": [{"Effect": token, "Action": token, "Resource": "*",
                                    "Condition": {"StringLike": {"aws:userid": [token, "*"]}}}]}).to_string()),
        ("x.rolecall.toml",  format!("inputs = [\"{token}\"]\n\n[check]\nignore = [\"{token}\"]\n\n[[case]]\nname = 1\ngroup = \"{token}\"\n{token} = 1\n")),
        ("y.rolecall.json",  json!({"case": [{"name": token, "guest": token}]}).to_string()),
        ("z.rolecall.yaml",  format!("case:\n  - name: {token}\n    guest: {token}\n")),
        ("wrapped.json",     json!({"Version": STANDARD.encode(&token), "Statement": []}).to_string()),
    ];
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::write(&path, &text).expect("a file");
        let file = path.to_str().expect("a path in UTF-8");
        let wrapped = vec![token.clone(), STANDARD.encode(&token)];
        let plant =
            Plant { name: name.to_owned(), text, secrets: if name == "wrapped.json" { wrapped } else { secrets.clone() } };
        for help in commands() {
            let reads = |place: &&Place| ["FILE", "PATH"].iter().any(|own| place.value.contains(own));
            for place in help.places.iter().filter(reads) {
                let arguments: Vec<String> = match (&place.option, place.value.as_str()) {
                    (Some(_), "FORMAT=FILE") => continue,
                    (Some(option), value) if value.contains('=') => vec![option.clone(), format!("scp={file}")],
                    (Some(option), _) => vec![option.clone(), file.to_owned()],
                    (None, _) => vec![file.to_owned()],
                };
                let formats = help.formats.iter().take(if place.option.is_none() { usize::MAX } else { 1 });
                let ways = formats.map(|format| vec!["-v", "--format", format]);
                let ways: Vec<Vec<&str>> = if help.formats.is_empty() { vec![vec!["-v"]] } else { ways.collect() };
                for way in ways {
                    let all: Vec<&str> = help.words.iter().chain(&arguments).map(String::as_str).chain(way).collect();
                    let run = finish(tool().args(&all).current_dir(folder.path()));
                    leaks.extend(leak(&plant, &run).map(|part| complaint(&plant, &all, &part)));
                }
            }
        }
    }
    support::none(leaks);
}

/// A token may hold another, as the answers of some providers do.
#[test]
fn a_token_within_a_token_is_not_shown() {
    let folder = TempDir::new().expect("a folder for the files");
    let inner = token();
    let claims = json!({
        "iss": "https://id.example", "aud": "app", "sub": "u-1", "access_token": inner, "more": {"list": [inner]},
        "https://aws.amazon.com/tags": {"principal_tags": {"team": [inner]}},
    })
    .to_string();
    let outer = format!("{}.{}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#), URL_SAFE_NO_PAD.encode(&claims));
    let plant = |text: &str| Plant { name: "outer".to_owned(), text: text.to_owned(), secrets: vec![inner.clone()] };
    let mut leaks = Vec::new();
    for (name, text) in [("outer.jwt", &outer), ("outer.json", &claims)] {
        fs::write(folder.path().join(name), text).expect("a file");
        for format in ["human", "json"] {
            for command in
                [["token", name, "-v", "--format", format].as_slice(), &["simulate", "--token", name, "-v", "--format", format]]
            {
                let run = finish(tool().args(command).current_dir(folder.path()));
                leaks.extend(leak(&plant(text), &run).map(|part| complaint(&plant(text), command, &part)));
            }
        }
    }
    support::none(leaks);
}

/// Expectations that fail in every way, and one that holds the secret where the path of its file belongs.
#[test]
fn no_answer_to_an_expectation_holds_a_part_of_a_secret() {
    let folder = TempDir::new().expect("a folder for the secrets");
    let scenario = support::root().join(SCENARIO);
    let mut leaks = Vec::new();
    let formats = formats("test");
    let kinds = [("token", tokens()), ("saml", assertions())];
    for (index, (key, plant)) in kinds.iter().flat_map(|(key, plants)| plants.iter().map(move |own| (key, own))).enumerate() {
        fs::write(folder.path().join("secret"), &plant.text).expect("a file for the secret");
        let inputs = format!("inputs = [{:?}]\n", scenario.to_str().expect("a path in UTF-8"));
        let case = |secret: &str, expected: &str| format!("[[case]]\nname = \"one\"\n{key} = {secret}\n{expected}\n");
        let failing = [
            "expect = \"error\"",
            "expect-role = \"nobody\"",
            "expect-gate = \"session\"",
            "expect-claims = { sub = \"nobody\", \"cognito:groups\" = false }",
            "action = \"s3:GetObject\"\nexpect = \"denied-explicit\"",
        ];
        let by_path: String = failing.iter().map(|expected| case("\"secret\"", expected)).collect();
        let itself = case(&format!("{:?}", plant.text), "expect = \"allowed\"");
        for text in [by_path, itself] {
            fs::write(folder.path().join("x.rolecall.toml"), format!("{inputs}{text}")).expect("a file of expectations");
            let format = &formats[index % formats.len()];
            let run = finish(tool().args(["test", "-v", "--format", format, "x.rolecall.toml"]).current_dir(folder.path()));
            assert_ne!(run.exit, 0, "{}", run.stdout);
            leaks.extend(leak(plant, &run).map(|part| complaint(plant, &["test", "--format", format], &part)));
        }
    }
    support::none(leaks);
}

#[test]
fn a_token_as_an_argument_is_refused() {
    for arguments in [&["simulate", "--token", "SECRET", SCENARIO][..], &["token", "SECRET"]] {
        let filled = arguments.iter().map(|word| word.replace("SECRET", &token()));
        let run = finish(tool().args(filled.clone()).current_dir(support::root()));
        assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains("env:"), "the message must tell how else to give a token:\n{}", run.stderr);
        let run = finish(tool().args(filled).arg("--token-insecure-arg").current_dir(support::root()));
        assert_eq!(run.exit, 0, "{}{}", run.stdout, run.stderr);
    }
}

/// The planted secrets are ones that the tool takes, so that the other tests test what they seem to.
#[test]
fn the_planted_secrets_are_good_ones() {
    let folder = TempDir::new().expect("a folder for the secrets");
    let path = folder.path().join("secret");
    for plant in tokens().iter().filter(|plant| is_good(plant)) {
        fs::write(&path, &plant.text).expect("a file for the token");
        let run = finish(tool().args(["simulate", "--token"]).arg(&path).arg(SCENARIO).current_dir(support::root()));
        assert_eq!(run.exit, 0, "{}: {}{}", plant.name, run.stdout, run.stderr);
        assert!(run.stdout.contains("rbac-users-editor-role"), "{}: {}", plant.name, run.stdout);
    }
    for plant in assertions().iter().filter(|plant| is_good(plant)) {
        fs::write(&path, &plant.text).expect("a file for the assertion");
        let arguments = ["simulate", "--flow", "direct", "--role", "slip-saml", "--at", "2026-11-23T12:03:00Z", "--saml"];
        let run = finish(tool().args(arguments).arg(&path).arg(ASSERTED).current_dir(support::root()));
        assert!(run.stdout.starts_with("allowed"), "{}: {}{}", plant.name, run.stdout, run.stderr);
    }
}

/// Of the text of a token, JSON holds the digest and no more.
#[test]
fn two_tokens_are_told_apart_by_their_digests() {
    let digest = |text: &str| -> serde_json::Value {
        let folder = TempDir::new().expect("a folder for the token");
        fs::write(folder.path().join("token"), text).expect("a file for the token");
        let run = finish(tool().args(["token", "token", "--format", "json"]).current_dir(folder.path()));
        let told: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        told["token"]["digest"].clone()
    };
    let (one, other) = (token(), token().replace(SIGNATURE, &SIGNATURE.to_lowercase()));
    assert_eq!(digest(&one), digest(&format!("Bearer {one}")));
    assert_ne!(digest(&one), digest(&other));
    assert_eq!(digest(&one).as_str().map(str::len), Some(WINDOW), "no longer than what counts as a leak");
    assert!(digest(&claims()).is_null());
}

#[test]
fn a_leak_would_be_seen() {
    let plant = &tokens()[0];
    let run = |stdout: &str, stderr: &str| Run { stdout: stdout.to_owned(), stderr: stderr.to_owned(), exit: 0 };
    let part = &plant.text[plant.text.len() / 2..][..WINDOW];
    assert_eq!(leak(plant, &run(&format!("é {part}!"), "")), Some(part.to_owned()));
    assert_eq!(leak(plant, &run("", &format!("é {part}!"))), Some(part.to_owned()));
    assert_eq!(leak(plant, &run(&format!("é {}!", &part[1..]), "")), None);
    assert!(leak(plant, &run(&format!("`{NONCE}`"), "")).is_some());
    let check = commands().iter().find(|help| help.words == ["check"]).expect("a command `check`");
    assert!(check.places.contains(&Place { option: Some("--config".to_owned()), value: "FILE".to_owned() }));
    assert!(check.places.contains(&Place { option: None, value: "PATH".to_owned() }));
    assert!(["human", "concise", "json", "sarif"].iter().all(|format| check.formats.iter().any(|own| own == format)));
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

/// Tokens in every wrapping, and texts that are nearly tokens. The first is the bare token.
fn tokens() -> Vec<Plant> {
    let token = token();
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("three parts") };
    let not_json = URL_SAFE_NO_PAD.encode(&claims()[..200]);
    let wrapped = WRAPPINGS.iter().map(|(what, wrap)| Plant {
        name: format!("a token in {what}"),
        text: wrap(&token),
        // what an answer is made of beside the token is nothing secret
        secrets: if wrap(&token).contains(&token) { vec![token.clone()] } else { vec![token.clone(), wrap(&token)] },
    });
    let torn = [
        ("truncated token", token[..token.len() - SIGNATURE.len() - 100].to_owned()),
        ("token without its signature", format!("{header}.{payload}")),
        ("token with five parts", format!("{token}.{payload}.{signature}")),
        ("token whose payload is not base64url", format!("{header}.!{payload}.{signature}")),
        ("token whose payload is not JSON", format!("{header}.{not_json}.{signature}")),
        ("token whose header is not JSON", format!("{signature}.{payload}.{signature}")),
    ];
    let torn =
        torn.map(|(name, text)| Plant { name: format!("torn: {name}"), text: text.clone(), secrets: vec![token.clone(), text] });
    let on_lines = Plant { name: "a token on lines".to_owned(), text: lines(&token, 60), secrets: vec![token.clone()] };
    let claims_only = Plant { name: "claims".to_owned(), text: claims(), secrets: Vec::new() };
    let not_json = Plant { name: "torn: claims".to_owned(), text: claims().replacen(':', "", 1), secrets: Vec::new() };
    wrapped.chain(torn).chain([on_lines, claims_only, not_json]).map(marked).collect()
}

/// Assertions, likewise.
fn assertions() -> Vec<Plant> {
    let xml = support::read(&format!("{ASSERTED}/saml/ines.xml"));
    let signed = format!(
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignatureValue>{SIGNATURE}</ds:SignatureValue></ds:Signature><saml:Subject>"
    );
    let noted = format!(
        "<saml:Attribute Name=\"nonce\"><saml:AttributeValue>{NONCE}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"
    );
    let xml = xml.replacen("<saml:Subject>", &signed, 1).replacen("</saml:AttributeStatement>", &noted, 1);
    let encoded = STANDARD.encode(&xml);
    let plant = |name: &str, text: String, secrets: &[&String]| Plant {
        name: name.to_owned(),
        text,
        secrets: secrets.iter().map(|&own| own.clone()).collect(),
    };
    let plants = [
        plant("an assertion", xml.clone(), &[]),
        plant("an assertion in base64", encoded.clone(), &[&encoded]),
        plant("an assertion in base64 on lines", lines(&encoded, 76), &[&encoded]),
        plant("the body of a form", format!("RelayState=&SAMLResponse={}", percent(&encoded, false)), &[&encoded]),
        plant("torn: an assertion that is cut off", xml[..xml.len() - 40].to_owned(), &[]),
        plant("torn: an assertion in base64 that is cut off", encoded[..encoded.len() - 41].to_owned(), &[&encoded]),
        plant("torn: no XML", xml.replacen('>', "", 3), &[]),
    ];
    plants.into_iter().map(marked).collect()
}

/// A plant whose marks are secret too.
fn marked(plant: Plant) -> Plant {
    let secrets = plant.secrets.into_iter().chain([SIGNATURE.to_owned(), NONCE.to_owned()]).collect();
    Plant { secrets, ..plant }
}

fn is_good(plant: &Plant) -> bool {
    !plant.name.starts_with("torn: ")
}

/// Whether the tool knows it for a secret where it stands in the arguments: not where it is too torn.
fn is_seen(plant: &Plant) -> bool {
    is_good(plant) || plant.text.starts_with("eyJ")
}

/// Runs a command with a text as its secret, and gives the complaint if a part of it comes out.
fn run(plant: &Plant, way: Way, command: &[&str], folder: &Path) -> Option<String> {
    let path = folder.join("secret");
    fs::write(&path, &plant.text).expect("a file for the secret");
    let mut tool = tool();
    let place = match way {
        Way::File => path.to_str().expect("a path in UTF-8"),
        Way::Stdin => {
            tool.stdin(File::open(&path).expect("the file for the secret"));
            "-"
        }
        Way::Environment => {
            tool.env("SECRET", &plant.text);
            "env:SECRET"
        }
        Way::Argument => &plant.text,
    };
    let run = finish(tool.args(command.iter().map(|word| word.replace("SECRET", place))).current_dir(support::root()));
    // what is in a token `rolecall token` is there to tell
    let secrets = plant.secrets.iter().filter(|own| command[0] != "token" || *own != NONCE).cloned().collect();
    let plant = Plant { name: plant.name.clone(), text: plant.text.clone(), secrets };
    leak(&plant, &run).map(|part| complaint(&plant, command, &part) + &format!(" ({way:?})"))
}

/// The first part of a secret that an output holds.
fn leak(plant: &Plant, run: &Run) -> Option<String> {
    let windows: HashSet<&[u8]> = plant.secrets.iter().flat_map(|secret| secret.as_bytes().windows(WINDOW)).collect();
    let mut outputs = [&run.stdout, &run.stderr].into_iter().flat_map(|output| output.as_bytes().windows(WINDOW));
    outputs.find(|window| windows.contains(window)).map(|window| String::from_utf8_lossy(window).into_owned())
}

fn complaint(plant: &Plant, command: &[&str], part: &str) -> String {
    format!("`rolecall {}` prints `{part}`, a part of {}", command.join(" "), plant.name)
}

/// The names of all commands: `check`, `config show`.
pub(crate) fn command_names() -> Vec<String> {
    commands().iter().map(|help| help.words.join(" ")).collect()
}

/// The formats of a command.
pub(crate) fn formats(command: &str) -> &'static [String] {
    let help = commands().iter().find(|help| help.words.join(" ") == command);
    &help.unwrap_or_else(|| panic!("no command `{command}`")).formats
}

/// All commands, from the tool's help and theirs.
fn commands() -> &'static [Help] {
    static COMMANDS: OnceLock<Vec<Help>> = OnceLock::new();
    COMMANDS.get_or_init(read_help)
}

fn read_help() -> Vec<Help> {
    let mut found = Vec::new();
    let mut open = vec![Vec::new()];
    while let Some(words) = open.pop() {
        let help = finish(tool().args(&words).arg("--help")).stdout;
        let inner = section(&help, "Commands:").into_iter().filter_map(|line| {
            let name = line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split(' ').next()?;
            Some(words.iter().cloned().chain([name.to_owned()]).collect::<Vec<String>>())
        });
        let inner: Vec<Vec<String>> = inner.collect();
        if inner.is_empty() {
            // some have one form only
            let formats = if help.contains("--format <") { values(&help, "--format") } else { Vec::new() };
            found.push(Help { places: places(&help), formats, words });
        }
        open.extend(inner);
    }
    assert!(found.len() > 5, "the form of the help is another one");
    found.sort_by(|a, b| a.words.cmp(&b.words));
    found
}

/// The lines of a section of a help.
fn section<'h>(help: &'h str, title: &str) -> Vec<&'h str> {
    help.lines().skip_while(|line| *line != title).skip(1).take_while(|line| !line.is_empty()).collect()
}

/// The lines `  [PATH]...`, `  <T>` and `      --option <VALUE>` of a help.
fn places(help: &str) -> Vec<Place> {
    let place = |line: &str| {
        let line = line.trim_start_matches(' ');
        let option = line.split(' ').find(|word| word.starts_with("--")).map(str::to_owned);
        let value = line.split_once(['<', '['])?.1.split(['>', ']']).next()?.to_owned();
        (option.is_some() || line.starts_with(['<', '['])).then_some(Place { option, value })
    };
    let heads = help.lines().filter(|line| {
        let blanks = line.len() - line.trim_start().len();
        line.trim_start().starts_with('-') && blanks <= 6 || blanks == 2 && line.trim_start().starts_with(['<', '['])
    });
    heads.filter_map(place).collect()
}

/// The values that an option may have, by the lines under it.
fn values(help: &str, option: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| !line.trim_start().starts_with(&format!("{option} "))).skip(1);
    let own: Vec<&str> = lines.take_while(|line| !line.trim_start().starts_with("--")).collect();
    let listed = own.iter().filter_map(|line| line.trim_start().strip_prefix("- ")?.split(':').next());
    let within = own.iter().filter_map(|line| line.trim_start().strip_prefix("[possible values: ")?.strip_suffix(']'));
    let all: Vec<String> = listed.chain(within.flat_map(|line| line.split(", "))).map(str::to_owned).collect();
    assert!(!all.is_empty(), "no values of `{option}` in:\n{help}");
    all
}
