//! The language server, as an editor meets it: the real program, by its standard input and output.

mod editor;
mod positions;
mod target;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::transcript::{finish, tool};
use crate::{seeds, support};
use editor::{Editor, NOTHING, apply, uri};

/// A policy with something that can be mended, behind characters of every width.
const BAD: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::tägebuch/*",
      "Condition": { "stringequals": { "aws:ResourceOrgID": "o-a1b2c3d4e5" } } }
  ]
}
"#;

/// A role of Terraform that lets every repository in.
const ROLE: &str = r#"resource "aws_iam_role" "ci" {
  name = "ci"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" } }
    }]
  })
}
"#;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A scenario of the fixtures in a folder of its own.
fn scenario(name: &str) -> TempDir {
    let copy = folder();
    let root = support::root().join("fixtures/scenarios").join(name);
    let names =
        ["identity-pool-roles.json", "identity-pool.json", "user-pool-client.json", "user-pool-groups.json", "user-pool.json"];
    for folder in ["roles", "tokens"] {
        fs::create_dir(copy.path().join(folder)).expect("a folder");
    }
    let below = |folder: &str| support::files(&format!("fixtures/scenarios/{name}/{folder}"), "json");
    let deep = ["roles", "tokens"].into_iter().flat_map(below);
    let deep = deep.map(|path| path.trim_start_matches(&format!("fixtures/scenarios/{name}/")).to_owned());
    for path in names.iter().map(|name| (*name).to_owned()).chain(deep) {
        fs::copy(root.join(&path), copy.path().join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    copy
}

fn codes(diagnostics: &Value) -> Vec<&str> {
    diagnostics.as_array().expect("a list").iter().map(|own| own["code"].as_str().expect("the name of a rule")).collect()
}

/// What a policy names is neither markup nor a link, and hides nothing.
#[test]
fn nothing_of_the_user_hides_or_links_in_a_page() {
    let evil = "x`](//e.example)\u{202E}\u{9B}\u{200B}[`";
    let key = format!("token.actions.githubusercontent.com:{evil}");
    let text = BAD.replace("aws:ResourceOrgID", &key).replace("s3:GetObject", "s3:Get\u{202E}Object");
    let root = folder();
    let (mut editor, file) = (Editor::start(json!({}), root.path()), uri(&root.path().join("policy.json")));
    editor.open(&file, 1, &text);
    let told = editor.diagnostics(&file).to_string();
    let page = editor.hover(&file, &text, &key);
    let is_hidden = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202E}' | '\u{200B}');
    assert!(!page.contains(is_hidden) && !told.contains(is_hidden), "{page}\n{told}");
    // a fence that is longer than any in the text
    assert!(page.starts_with(r"**`` x`](//e.example)\u{202E}\u{9B}\u{200B}[` ``** of the tokens of "), "{page}");
}

#[test]
fn a_fault_is_told_explained_and_mended() {
    let root = folder();
    let (mut editor, file) = (Editor::start(json!({}), root.path()), uri(&root.path().join("policy.json")));
    editor.open(&file, 1, BAD);
    let told = editor.diagnostics(&file);
    assert_eq!(codes(&told), ["operator-case"]);
    assert_eq!(
        (&told[0]["severity"], &told[0]["source"], &told[0]["data"]["rule"], &told[0]["data"]["severity"]),
        (&json!(3), &json!("rolecall"), &json!("operator-case"), &json!("low"))
    );
    assert!(told[0]["message"].as_str().expect("a text").contains("\nhelp: write `StringEquals`"), "{told}");
    assert_eq!(editor::text_at(BAD, &told[0]["range"]), "stringequals");

    let page = editor.hover(&file, BAD, "stringequals");
    assert!(page.contains("**operator-case** (low): "), "{page}");
    let page = editor.hover(&file, BAD, "s3:GetObject");
    assert!(page.contains("grants permission to retrieve objects") && page.contains("](https://docs.aws.amazon.com/"), "{page}");
    let page = editor.hover(&file, BAD, "aws:ResourceOrgID");
    assert!(page.contains("global: "), "{page}");
    let page = editor.hover(&file, BAD, "arn:aws:s3");
    assert!(page.contains("s3:object"), "{page}");
    assert_eq!(
        editor.ask("textDocument/hover", json!({ "textDocument": { "uri": file }, "position": { "line": 0, "character": 0 } })),
        NOTHING
    );

    let actions = editor.actions(&file, &told[0]["range"], None);
    let titles: Vec<&str> = actions.iter().map(|own| own["title"].as_str().expect("a title")).collect();
    assert_eq!(titles, ["write `StringEquals`", "explain operator-case", "make all safe fixes of rolecall"]);
    assert_eq!((&actions[0]["kind"], &actions[0]["isPreferred"]), (&json!("quickfix"), &json!(true)));
    let page = editor.command(&actions[1]["command"]);
    assert!(page.starts_with("# operator-case\n"), "{page}");
    let all = editor.actions(&file, &told[0]["range"], Some("source.fixAll"));
    assert_eq!(all.len(), 1);
    assert_eq!((&all[0]["kind"], &all[0]["edit"]), (&json!("source.fixAll.rolecall"), &actions[0]["edit"]));
    assert_eq!(editor.actions(&file, &told[0]["range"], Some("refactor")), Vec::<Value>::new());

    let mended = apply(BAD, &actions[0]["edit"]["changes"][&file]);
    assert!(mended.contains(r#"{ "StringEquals": {"#), "{mended}");
    editor.replace(&file, 2, &mended);
    assert_eq!(codes(&editor.diagnostics(&file)), [""; 0]);
    assert_eq!(editor.end(), 0);
}

#[test]
fn unsafe_fixes_are_said_to_be_so_and_name_the_state_they_are_for() {
    let root = folder();
    let capabilities = json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } });
    let (mut editor, file) = (Editor::start(capabilities, root.path()), uri(&root.path().join("policy.json")));
    let text = BAD.replace("stringequals", "StringEquals").replace("s3:GetObject", "s3:GetObjet");
    editor.open(&file, 7, &text);
    let told = editor.diagnostics(&file);
    assert_eq!(codes(&told), ["unknown-action"]);
    let actions = editor.actions(&file, &told[0]["range"], None);
    assert!(actions[0]["title"].as_str().expect("a title").contains("unsafe"), "{actions:?}");
    assert_eq!(actions[0]["isPreferred"], json!(false));
    let change = &actions[0]["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({ "uri": file, "version": 7 }));
    assert!(apply(&text, &change["edits"]).contains("s3:GetObject\""), "{change}");
    assert!(!actions.iter().any(|own| own["kind"] == "source.fixAll.rolecall"), "{actions:?}");
    assert_eq!(editor.end(), 0);
}

#[test]
fn columns_count_what_was_agreed_on() {
    let root = folder();
    // all on one line, behind a character of two bytes
    let text = BAD.replace(",\n      \"Condition\"", ", \"Condition\"");
    let at = text.find("stringequals").expect("it is there");
    let column = at - text[..at].rfind('\n').expect("a line before") - 1;
    for (encodings, agreed, column) in [
        (json!(["utf-16"]), "utf-16", column - 1),
        (json!(["utf-32", "utf-8", "utf-16"]), "utf-8", column),
        (json!(["utf-32"]), "utf-16", column - 1),
    ] {
        let mut editor = Editor::silent();
        let capabilities = json!({ "general": { "positionEncodings": encodings } });
        let welcome = editor.ask("initialize", json!({ "rootUri": uri(root.path()), "capabilities": capabilities }));
        assert_eq!(welcome["capabilities"]["positionEncoding"], json!(agreed));
        let file = uri(&root.path().join("policy.json"));
        editor.open(&file, 1, &text);
        let told = editor.diagnostics(&file);
        assert_eq!(told[0]["range"]["start"], json!({ "line": 3, "character": column }));
        assert_eq!(editor.end(), 0);
    }
}

#[test]
fn hcl_and_yaml_are_told_by_what_they_hold() {
    let root = folder();
    let mut editor = Editor::start(json!({}), root.path());
    // no file, and the editor takes it for plain text
    let untitled = "untitled:Untitled-1";
    editor.open(untitled, 1, ROLE);
    let told = editor.diagnostics(untitled);
    assert!(codes(&told).contains(&"shared-issuer-control"), "{told}");
    let page = editor.hover(untitled, ROLE, "token.actions.githubusercontent.com:aud");
    assert!(page.contains("GitHub Actions") && page.contains("usually `sts.amazonaws.com`"), "{page}");
    let page = editor.hover(untitled, ROLE, "arn:aws:iam::111122223333:oidc-provider");
    assert!(page.contains("`token.actions.githubusercontent.com:sub`: text"), "{page}");

    let yaml = uri(&root.path().join("policy.yml"));
    let text = "Version: '2012-10-17'\r\nStatement:\r\n- Effect: Allow\r\n  Action: s3:GetObjet\r\n  Resource: '*'\r\n";
    editor.open(&yaml, 1, text);
    let told = editor.diagnostics(&yaml);
    assert!(codes(&told).contains(&"unknown-action"), "{told}");
    assert_eq!(editor::text_at(text, &told[0]["range"]), "s3:GetObjet");
    // parts of it, behind line ends of two characters
    let part = |start: u32, end: u32, text: &str| json!([{ "range": { "start": { "line": 3, "character": start }, "end": { "line": 3, "character": end } }, "text": text }]);
    editor.change(&yaml, 2, part(20, 20, "x"));
    assert!(editor.diagnostics(&yaml)[0]["message"].as_str().expect("a text").contains("`s3:GetObjext`"));
    editor.change(&yaml, 3, part(20, 21, "c"));
    assert!(!codes(&editor.diagnostics(&yaml)).contains(&"unknown-action"));
    // what is closed has no findings, and nothing is asked of it
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": untitled } }));
    assert_eq!(codes(&editor.diagnostics(untitled)), [""; 0]);
    assert_eq!(editor.ask("textDocument/codeLens", json!({ "textDocument": { "uri": untitled } })), json!([]));
    assert_eq!(editor.end(), 0);
}

#[test]
fn what_lies_in_several_files_is_read_together_as_it_stands_in_the_editor() {
    let root = scenario("tutorial-missing-amr");
    let mut editor = Editor::start(json!({}), root.path());
    let path = |name: &str| root.path().join(name);
    let (role, pool) = (path("roles/rbac-users-admin-role.json"), path("identity-pool.json"));
    let text = |path: &Path| fs::read_to_string(path).expect("a file");
    editor.open(&uri(&role), 1, &text(&role));
    let told = editor.diagnostics(&uri(&role));
    let shared = |told: &Value| -> Value {
        let own = told.as_array().expect("a list").iter().find(|own| own["code"] == "shared-group-trust");
        own.expect("the finding").clone()
    };
    let found = shared(&told);
    assert_eq!(found["data"]["severity"], json!("high"));
    let places: Vec<&Value> =
        found["relatedInformation"].as_array().expect("places").iter().map(|own| &own["location"]["uri"]).collect();
    assert!(places.contains(&&json!(uri(&pool))), "{places:?}");
    // not stored yet
    let off = text(&pool).replace("\"AllowClassicFlow\": true", "\"AllowClassicFlow\": false");
    editor.open(&uri(&pool), 1, &off);
    editor.diagnostics(&uri(&pool));
    assert_eq!(shared(&editor.diagnostics(&uri(&role)))["data"]["severity"], json!("low"));
    // and never stored
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(&pool) } }));
    editor.diagnostics(&uri(&pool));
    assert_eq!(shared(&editor.diagnostics(&uri(&role)))["data"]["severity"], json!("high"));
    // on disk
    fs::write(&pool, off).expect("a file");
    let event = json!({ "changes": [{ "uri": uri(&pool), "type": 2 }] });
    editor.tell("workspace/didChangeWatchedFiles", event);
    assert_eq!(shared(&editor.diagnostics(&uri(&role)))["data"]["severity"], json!("low"));
    // the file goes away under the editor
    fs::remove_file(&role).expect("a file");
    editor.tell("textDocument/didSave", json!({ "textDocument": { "uri": uri(&role) } }));
    editor.diagnostics(&uri(&role));
    assert_eq!(editor.end(), 0);
}

#[test]
fn the_configuration_of_the_workspace_holds() {
    let root = folder();
    let config = root.path().join("rolecall.toml");
    fs::write(&config, "[check]\nseverity = { operator-case = \"style\" }\nexclude = [\"old\"]\n").expect("a file");
    let mut editor = Editor::start(json!({}), root.path());
    let file = uri(&root.path().join("policy.json"));
    editor.open(&file, 1, BAD);
    assert_eq!(editor.diagnostics(&file)[0]["severity"], json!(4));
    let old = uri(&root.path().join("old/policy.json"));
    editor.open(&old, 1, BAD);
    assert_eq!(codes(&editor.diagnostics(&old)), [""; 0]);
    editor.diagnostics(&file);
    fs::write(&config, "[check]\nignore = [\"operator-case\"]\n").expect("a file");
    editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(&config), "type": 2 }] }));
    assert_eq!(codes(&editor.diagnostics(&file)), [""; 0]);
    // a mistake in it is told once, and nothing is reported, as `check` would not run
    fs::write(&config, "[check]\nignor = []\n").expect("a file");
    for version in [2, 3] {
        editor.replace(&file, version, BAD);
        assert_eq!(codes(&editor.diagnostics(&file)), [""; 0]);
    }
    let told = editor.taken("window/showMessage");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0]["message"].as_str().expect("a text").contains("rolecall.toml:2:1: "), "{told:?}");
    // in the editor it is shown at its place, and mended there it holds before it is stored
    let text = "[check]\nseverity = { operator-case = \"huge\" }\n";
    editor.open(&uri(&config), 1, text);
    let told = editor.diagnostics(&uri(&config));
    assert_eq!(editor::text_at(text, &told[0]["range"]), "\"huge\"");
    assert_eq!(codes(&editor.diagnostics(&file)), [""; 0]);
    editor.replace(&uri(&config), 2, &text.replace("huge", "high"));
    assert_eq!(codes(&editor.diagnostics(&uri(&config))), [""; 0]);
    assert_eq!(editor.diagnostics(&file)[0]["severity"], json!(1));
    assert_eq!(editor.taken("window/showMessage").len(), 0);
    assert_eq!(editor.end(), 0);
}

#[test]
fn what_is_suppressed_is_not_shown() {
    let root = folder();
    let mut editor = Editor::start(json!({}), root.path());
    let yaml = uri(&root.path().join("policy.yml"));
    let text =
        "Version: '2012-10-17'\nStatement:\n- Effect: Allow\n  Action: s3:GetObjet\n  Resource: 'arn:aws:s3:::articles/*'\n";
    let line = "  # rolecall: ignore[unknown-action] it comes next week\n";
    editor.open(&yaml, 1, text);
    assert_eq!(codes(&editor.diagnostics(&yaml)), ["unknown-action"]);
    editor.replace(&yaml, 2, &text.replace("  Action", &format!("{line}  Action")));
    assert_eq!(codes(&editor.diagnostics(&yaml)), [""; 0]);
    // a row of the configuration, which another file needs no more
    let (json, config) = (uri(&root.path().join("policy.json")), uri(&root.path().join("rolecall.toml")));
    let row = "[[ignore]]\npath = \"policy.json\"\nrule = \"operator-case\"\nreason = \"it is stored like this\"\n";
    editor.open(&json, 1, BAD);
    assert_eq!(codes(&editor.diagnostics(&json)), ["operator-case"]);
    editor.open(&config, 1, row);
    assert_eq!(codes(&editor.diagnostics(&config)), [""; 0]);
    // it is not stored, so nothing holds yet
    assert_eq!(codes(&editor.diagnostics(&json)), ["operator-case"]);
    fs::write(root.path().join("rolecall.toml"), row).expect("a file");
    editor.tell("textDocument/didSave", json!({ "textDocument": { "uri": config } }));
    assert_eq!(codes(&editor.diagnostics(&json)), [""; 0]);
    assert_eq!(codes(&editor.diagnostics(&config)), [""; 0]);
    editor.replace(&json, 2, &BAD.replace("stringequals", "StringEquals"));
    let told = editor.diagnostics(&config);
    assert_eq!(codes(&told), ["stale-suppression"]);
    assert_eq!(editor.end(), 0);
}

#[test]
fn roles_have_lenses_that_answer() {
    let root = scenario("tutorial");
    let mut editor = Editor::start(json!({}), root.path());
    let role = root.path().join("roles/rbac-users-editor-role.json");
    editor.open(&uri(&role), 1, &fs::read_to_string(&role).expect("a file"));
    let lenses = editor.ask("textDocument/codeLens", json!({ "textDocument": { "uri": uri(&role) } }));
    let lenses = lenses.as_array().expect("a list");
    let titles: Vec<&Value> = lenses.iter().map(|lens| &lens["command"]["title"]).collect();
    assert_eq!(titles, ["who can take this role", "simulate with token…"]);
    assert_eq!(lenses[0]["range"]["start"]["line"], json!(7));
    // an editor without lenses finds them among the actions
    let inside = json!({ "start": { "line": 11, "character": 0 }, "end": { "line": 11, "character": 0 } });
    let actions = editor.actions(&uri(&role), &inside, None);
    assert_eq!(actions.iter().map(|own| &own["command"]).collect::<Vec<_>>(), [&lenses[0]["command"], &lenses[1]["command"]]);

    let page = editor.command(&lenses[0]["command"]);
    assert!(page.starts_with("rbac-users-editor-role: 2 kinds of callers can take it"), "{page}");
    // it shows no documents, so the page is told
    assert_eq!(editor.told("window/showMessage")["message"], json!(page));
    // nor does it ask, so everybody is tried
    let page = editor.command(&lenses[1]["command"]);
    assert!(page.contains("a member of `Admin`\n  denied") && page.contains("a guest\n"), "{page}");

    let with = |token: Value| {
        let mut command = lenses[1]["command"].clone();
        command["arguments"].as_array_mut().expect("arguments").push(token);
        command
    };
    let page = editor.command(&with(json!("tokens/editor.claims.json")));
    assert!(page.starts_with("allowed: rbac-users-editor-role"), "{page}");
    assert_eq!(editor.command(&with(json!(uri(&root.path().join("tokens/editor.claims.json"))))), page);
    let claims = json!({ "iss": "https://example.com", "aud": "x", "sub": "y" });
    let page = editor.command(&with(claims.clone()));
    assert!(page.starts_with("denied"), "{page}");
    assert_eq!(editor.command(&with(json!(claims.to_string()))), page);
    assert_eq!(editor.end(), 0);
}

#[test]
fn an_editor_that_can_asks_who_signs_in_and_opens_the_answer() {
    let root = scenario("tutorial");
    let secret = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIiwiYXVkIjoieCIsInN1YiI6InkifQ.c2VjcmV0LXNpZ25hdHVyZQ";
    fs::write(root.path().join("tokens/whole.jwt"), secret).expect("a file");
    let capabilities = json!({ "window": { "showMessage": {}, "showDocument": { "support": true } } });
    let mut editor = Editor::start(capabilities, root.path());
    let role = root.path().join("roles/rbac-users-editor-role.json");
    editor.open(&uri(&role), 1, &fs::read_to_string(&role).expect("a file"));
    let command = json!({ "command": "rolecall.simulate", "arguments": [uri(&role), "rbac-users-editor-role"] });
    let id = editor.send("workspace/executeCommand", command.clone());
    let (question, params) = editor.asked("window/showMessageRequest");
    let titles: Vec<&str> =
        params["actions"].as_array().expect("choices").iter().map(|own| own["title"].as_str().expect("a title")).collect();
    let known = [
        "one of each kind",
        "a member of `Editor`",
        "a signed-in user in no group",
        "a guest",
        "the holder of `tokens/whole.jwt`",
    ];
    assert!(known.iter().all(|title| titles.contains(title)), "{titles:?}");
    editor.reply(&question, &json!({ "title": "a member of `Editor`" }));
    let page = editor.answer(id);
    assert!(page.as_str().expect("a page").starts_with("allowed: rbac-users-editor-role"), "{page}");
    let (shown, params) = editor.asked("window/showDocument");
    let file = params["uri"].as_str().expect("a URI").trim_start_matches("file://").to_owned();
    assert_eq!(json!(fs::read_to_string(&file).expect("a page")), page);
    // it does not after all
    editor.reply(&shown, &json!({ "success": false }));

    let id = editor.send("workspace/executeCommand", command.clone());
    let (question, _) = editor.asked("window/showMessageRequest");
    assert_eq!(editor.told("window/showMessage")["message"], page);
    editor.reply(&question, &json!({ "title": "the holder of `tokens/whole.jwt`" }));
    assert!(editor.answer(id).as_str().expect("a page").starts_with("denied"));
    let (shown, _) = editor.asked("window/showDocument");
    editor.reply(&shown, &json!({ "success": true }));

    // the user chooses nobody, or takes it back
    let id = editor.send("workspace/executeCommand", command.clone());
    let (question, _) = editor.asked("window/showMessageRequest");
    editor.reply(&question, &NOTHING);
    assert_eq!(editor.answer(id), NOTHING);
    let id = editor.send("workspace/executeCommand", command);
    let (question, _) = editor.asked("window/showMessageRequest");
    editor.tell("$/cancelRequest", json!({ "id": id }));
    assert_eq!(editor.refusal(id), -32800);
    editor.reply(&question, &json!({ "title": "a guest" }));
    assert_eq!(editor.end(), 0);
    assert!(!Path::new(&file).exists(), "{file} is left");
    assert!(!editor.heard().contains(&secret[24..60]), "the token was told");
}

#[test]
fn a_token_in_a_document_is_not_told() {
    let root = folder();
    let token = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIiwibm9uY2UiOiJzZWNyZXQifQ.c2lnbmF0dXJl";
    let (mut editor, file) = (Editor::start(json!({}), root.path()), uri(&root.path().join("policy.json")));
    let text = BAD.replace("s3:GetObject", token).replace("{ \"aws:ResourceOrgID", &format!("{{ \"aws:{token}"));
    editor.open(&file, 1, &text);
    let told = editor.diagnostics(&file);
    assert!(codes(&told).contains(&"operator-case"), "{told}");
    editor.hover(&file, &text, "stringequals");
    let all = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    // what was crossed out is not in the file, so nothing there is changed
    let actions = editor.actions(&file, &all, None);
    assert!(actions.iter().all(|own| own.get("edit").is_none()), "{actions:?}");
    let command = json!({ "command": "rolecall.simulate", "arguments": [file, "r", token] });
    let id = editor.send("workspace/executeCommand", command);
    editor.refusal(id);
    assert_eq!(editor.end(), 0);
    assert!(!editor.heard().contains(&token[24..60]), "the token was told");
}

#[test]
fn whatever_an_editor_says_is_answered_in_order() {
    let root = folder();
    let mut editor = Editor::silent();
    let id = editor.send("textDocument/hover", json!({}));
    assert_eq!(editor.refusal(id), -32002);
    editor.tell("textDocument/didOpen", json!({}));
    let id = editor.send("initialize", json!({ "processId": null, "rootUri": null, "capabilities": {} }));
    let welcome = editor.answer(id);
    assert_eq!(welcome["capabilities"]["positionEncoding"], json!("utf-16"));
    editor.tell("initialized", json!({}));
    for (method, params, code) in [
        ("initialize", json!({}), -32600),
        ("textDocument/definition", json!({}), -32601),
        ("textDocument/hover", json!({ "textDocument": 1 }), -32602),
        ("textDocument/codeAction", NOTHING, -32602),
        ("textDocument/codeLens", json!([]), -32602),
        ("workspace/executeCommand", json!({ "command": "rolecall.nothing" }), -32602),
        ("workspace/executeCommand", json!({ "command": "rolecall.who", "arguments": ["file:///nowhere.json"] }), -32602),
        ("workspace/executeCommand", json!({ "command": "rolecall.who", "arguments": ["file:///nowhere.json", "r"] }), -32602),
        ("workspace/executeCommand", json!({ "command": "rolecall.explain", "arguments": ["nothing"] }), -32602),
    ] {
        let id = editor.send(method, params.clone());
        assert_eq!(editor.refusal(id), code, "{method} {params}");
    }
    // no folder is open, and the file does not exist: it is read with what lies beside it; the editor spells its URI in two ways
    let spelt = format!("file://{}/a%20%C3%A4.json", root.path().display());
    editor.open(&spelt, 1, &format!("\u{FEFF}{BAD}"));
    let told = editor.diagnostics(&spelt);
    assert_eq!(codes(&told), ["operator-case"]);
    let other = format!("FILE://localhost{}/%61%20ä.json", root.path().display());
    let unknown = json!({ "textDocument": { "uri": other }, "range": told[0]["range"], "context": { "diagnostics": [] } });
    assert_eq!(editor.ask("textDocument/codeAction", unknown).as_array().expect("a list").len(), 3);
    // changes of what is not open, beyond the end, and of no form
    editor.replace("file:///nowhere.json", 2, "{}");
    editor.change(
        &spelt,
        2,
        json!([{ "range": { "start": { "line": 900, "character": 9 }, "end": { "line": 0, "character": 9 } }, "text": " " }]),
    );
    editor.tell("textDocument/didChange", json!({ "textDocument": { "uri": spelt } }));
    editor.tell("no/such/notification", NOTHING);
    assert_eq!(codes(&editor.diagnostics(&spelt)), ["operator-case"]);
    // no messages at all
    editor.bytes(b"Content-Length: 5\r\n\r\n{abc}Content-Length: 2\r\n\r\n{}\xFF\r\n\r\nContent-Length: x\r\n\r\n");
    editor.bytes(b"content-length: 3\r\nContent-Type: text\r\n\r\n[1]");
    // what is taken back while it waits is not done
    let hover = json!({ "textDocument": { "uri": spelt }, "position": { "line": 4, "character": 25 } });
    let (first, second) = editor.together(&[
        ("textDocument/hover", hover.clone(), None),
        ("textDocument/hover", hover, None),
        ("$/cancelRequest", NOTHING, Some(1)),
    ]);
    assert!(editor.answer(first).is_object());
    assert_eq!(editor.refusal(second), -32800);
    let id = editor.send("shutdown", NOTHING);
    assert_eq!(editor.answer(id), NOTHING);
    let id = editor.send("textDocument/hover", NOTHING);
    assert_eq!(editor.refusal(id), -32600);
    editor.tell("exit", NOTHING);
    assert_eq!(editor.wait(), 0);

    let mut hasty = Editor::start(json!({}), root.path());
    hasty.tell("exit", NOTHING);
    assert_eq!(hasty.wait(), 1);
    let mut gone = Editor::start(json!({}), root.path());
    gone.hang_up();
    assert_eq!(gone.wait(), 1);
}

#[test]
fn of_a_large_folder_only_what_is_near_is_read() {
    let root = folder();
    let large = format!("[\"{}\"]", "x".repeat(9 << 20));
    fs::create_dir(root.path().join("large")).expect("a folder");
    fs::write(root.path().join("large/a.json"), &large).expect("a file");
    let mut editor = Editor::start(json!({}), root.path());
    let near = uri(&root.path().join("policy.json"));
    editor.open(&near, 1, BAD);
    assert_eq!(codes(&editor.diagnostics(&near)), ["operator-case"]);
    let beside = uri(&root.path().join("large/policy.json"));
    editor.open(&beside, 1, BAD);
    assert_eq!(codes(&editor.diagnostics(&beside)), ["operator-case"]);
    let told = editor.taken("window/showMessage");
    let messages: Vec<&str> = told.iter().map(|own| own["message"].as_str().expect("a text")).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].contains("only the folder of an open file") && messages[1].contains("alone"), "{messages:?}");
    assert_eq!(editor.end(), 0);
}

#[test]
fn what_has_no_effect_is_marked_as_such() {
    let known: Vec<&str> = rolecall::rules::all().map(|rule| rule.name).collect();
    let tagged = rolecall::lsp::UNNECESSARY.iter().chain(&rolecall::lsp::DEPRECATED);
    support::none(tagged.filter(|name| !known.contains(name)).map(|name| format!("there is no rule `{name}`")));
    let root = folder();
    let (mut editor, file) = (Editor::start(json!({}), root.path()), uri(&root.path().join("policy.json")));
    let condition = r#""stringequals": { "aws:ResourceOrgID": "o-a1b2c3d4e5" }"#;
    let over = r#""DateLessThan": { "aws:CurrentTime": "2024-07-01T00:00:00Z" }"#;
    editor.open(&file, 1, &BAD.replace(condition, over));
    let told = editor.diagnostics(&file);
    assert_eq!((codes(&told), &told[0]["tags"]), (vec!["expired-statement"], &json!([1])));
    assert_eq!(editor.end(), 0);
}

#[test]
fn fixes_are_made_in_yaml_too() {
    let root = folder();
    let (mut editor, file) = (Editor::start(json!({}), root.path()), uri(&root.path().join("other.yaml")));
    let text = "Version: '2012-10-17'\nStatement:\n  - Effect: Allow\n    Action:\n      - s3:Get*\n      - s3:GetObject # one\n    Resource: '*'\n";
    editor.open(&file, 1, text);
    let told = editor.diagnostics(&file);
    let at = codes(&told).iter().position(|code| *code == "redundant-value").expect("a finding");
    let actions = editor.actions(&file, &told[at]["range"], None);
    assert_eq!((&actions[0]["title"], &actions[0]["isPreferred"]), (&json!("remove it"), &json!(true)));
    assert!(actions.iter().any(|own| own["kind"] == "source.fixAll.rolecall"), "{actions:?}");
    let mended = apply(text, &actions[0]["edit"]["changes"][&file]);
    assert_eq!(mended, text.replace("      - s3:GetObject # one\n", ""));
    assert_eq!(editor.end(), 0);
}

/// The fuzz target, as `tests/it/fuzzed.rs` has the others.
#[test]
fn it_stands() {
    seeds::stands("lsp", target::lsp, 150);
}

#[test]
fn what_is_hidden_stands_in_no_script() {
    for shell in ["bash", "zsh", "fish", "nushell", "powershell", "elvish"] {
        let script = finish(tool().args(["completions", shell])).stdout;
        // what the command is called for stands there, and what it takes but does not tell does not
        assert!(script.contains("lsp") && !script.contains("stdio"), "{shell}");
    }
}
