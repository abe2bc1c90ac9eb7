//! The shape of `src`: layers, doors, sizes. The tables here are the document of it.

mod rust_text;

use std::collections::BTreeMap;

use crate::support;
use rust_text::{Token, imports, names_crate, tokens};

/// The layers, lowest first, with the modules at the root of the package. Imports run downwards only: a module may name those of
/// lower layers, and those of its own layer as long as no circle arises.
pub(crate) const LAYERS: [(&str, &[&str]); 5] = [
    ("text", &["source", "spelling", "syntax", "finding", "pattern", "arn"]),
    ("documents", &["policy", "identity", "inventory", "reference", "script"]),
    ("meaning", &["evaluate", "simulate", "prove", "compare", "reach", "repair"]),
    ("advice", &["lint", "rules", "expect", "config", "fingerprint", "fix", "suppress"]),
    ("edge", &["report", "aws", "lsp", "cli", "main"]),
];

/// The third-party crates, each with the only files of `src` that may name it; `report/` is every file in that folder.
const DOORS: [(&str, &[&str]); 30] = [
    ("aws-config", &["aws.rs"]),
    ("aws-sdk-cognitoidentity", &["aws.rs", "aws/identity_pools.rs"]),
    ("aws-sdk-cognitoidentityprovider", &["aws.rs", "aws/user_pools.rs"]),
    // what all clients of the SDK share goes by the name of this one
    ("aws-sdk-iam", &["aws.rs", "aws/"]),
    ("aws-sdk-sts", &["aws.rs"]),
    ("aws-smithy-http-client", &["aws.rs"]),
    (
        "base64",
        &["evaluate/condition.rs", "identity/signature.rs", "identity/token.rs", "identity/wrapping.rs", "policy/condition.rs"],
    ),
    ("clap", &["cli.rs", "cli/", "main.rs"]),
    ("clap_complete", &["cli/completions.rs"]),
    ("clap_complete_nushell", &["cli/completions.rs"]),
    ("clap_mangen", &["cli/man.rs"]),
    ("gen-lsp-types", &["lsp/"]),
    ("glob-match", &["config/glob.rs"]),
    ("granit-parser", &["syntax/yaml.rs"]),
    ("hcl-edit", &["syntax/hcl.rs", "syntax/hcl/"]),
    ("ignore", &["cli.rs", "cli/"]),
    ("ipnet", &["evaluate/condition.rs", "policy/condition.rs"]),
    ("lsp-server", &["lsp/"]),
    (
        "memchr",
        &[
            "inventory/embedded/",
            "inventory/recognise.rs",
            "inventory/source_code.rs",
            "reference/action.rs",
            "reference/name.rs",
            "reference/service.rs",
            "source.rs",
            "syntax/json/string.rs",
        ],
    ),
    ("miette", &["report/human.rs", "report/human/"]),
    ("percent-encoding", &["aws/shape.rs"]),
    ("ring", &["identity/signature.rs"]),
    ("roxmltree", &["identity/saml.rs"]),
    ("rustc-hash", &["pattern/find.rs", "rules/view.rs"]),
    (
        "serde_json",
        &["aws/", "lsp/", "report/gitlab.rs", "report/json.rs", "report/json/", "report/rdjson.rs", "report/sarif.rs"],
    ),
    ("signal-hook", &["cli/whole.rs"]),
    ("terminal_size", &["cli.rs", "cli/"]),
    ("tokio", &["aws.rs"]),
    ("toml", &["config/read.rs", "syntax/toml.rs"]),
    ("unicode-width", &["report/text.rs"]),
];

const MAX_LINES: usize = 600;

/// Words that never stand in `src`, and what to do instead. A macro's name counts only where it is called.
const FORBIDDEN: [(&str, &str); 4] =
    [("unsafe", "find a safe way"), ("todo!", "write the body"), ("unimplemented!", "write the body"), ("dbg!", "take it out")];

/// A file of `src`, by its path there.
struct File {
    path: String,
    code: String,
}

#[test]
fn imports_run_downwards() {
    support::none(wrong_imports(&source_files()));
}

#[test]
fn no_layer_has_a_circle() {
    support::none(circles(&source_files()));
}

#[test]
fn every_crate_has_one_door() {
    support::none(broken_doors(&source_files()));
}

#[test]
fn every_dependency_has_a_door_and_is_used() {
    let (normal, dev) = dependencies(&support::read("Cargo.toml"));
    let mut complaints = undoored(&normal, &source_files());
    let tests: Vec<File> = ["tests", "benches"].iter().flat_map(|folder| files_below(folder)).collect();
    let unused = dev.iter().filter(|name| !tests.iter().any(|file| names_crate(&tokens(&file.code), name).is_some()));
    complaints.extend(unused.map(|name| format!("Cargo.toml: no test names `{name}`; take it out of [dev-dependencies]")));
    support::none(complaints);
}

#[test]
fn files_have_the_right_names_and_sizes() {
    support::none(source_files().iter().flat_map(misshapen));
}

#[test]
fn no_forbidden_word_stands_in_the_source() {
    support::none(source_files().iter().flat_map(forbidden_words));
}

/// The modules at the root of the package that exist, `main` among them.
pub(crate) fn modules() -> Vec<String> {
    let mut modules: Vec<String> = source_files().iter().map(File::module).filter(|name| name != "lib").collect();
    modules.dedup();
    modules
}

/// The number of the layer that a module lies in.
pub(crate) fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|(_, modules)| modules.contains(&module))
}

impl File {
    /// The module at the root that it belongs to.
    fn module(&self) -> String {
        let head = self.path.split('/').next().unwrap_or(&self.path);
        head.trim_end_matches(".rs").to_owned()
    }

    /// How many modules deep it lies: 0 for `lib.rs` and `main.rs`, 1 for `policy.rs`, 2 for `policy/read.rs`.
    fn depth(&self) -> usize {
        if ["lib.rs", "main.rs"].contains(&self.path.as_str()) { 0 } else { self.path.split('/').count() }
    }
}

fn source_files() -> Vec<File> {
    files_below("src")
}

fn files_below(folder: &str) -> Vec<File> {
    let files = support::files(folder, "rs").into_iter();
    files.map(|path| File { code: support::read(&path), path: path[folder.len() + 1..].to_owned() }).collect()
}

/// Calls `visit` with every import of one module by another: the file, the importing module and the imported one.
fn each_import(files: &[File], mut visit: impl FnMut(&File, &str, Token<'_>)) {
    for file in files.iter().filter(|file| file.path != "lib.rs") {
        let module = file.module();
        for import in imports(&tokens(&file.code), file.depth()) {
            if import.text != module {
                visit(file, &module, import);
            }
        }
    }
}

fn wrong_imports(files: &[File]) -> Vec<String> {
    let homeless = files.iter().filter(|file| file.path != "lib.rs" && layer_of(&file.module()).is_none());
    let mut complaints: Vec<String> = homeless
        .map(|file| format!("src/{}: `{}` is in no layer; add it to LAYERS in tests/it/tidy.rs", file.path, file.module()))
        .collect();
    each_import(files, |file, module, import| {
        let place = format!("src/{}:{}", file.path, import.line);
        match (layer_of(module), layer_of(import.text)) {
            (Some(own), Some(other)) if own < other => {
                let (own, other) = (LAYERS[own].0, LAYERS[other].0);
                let imported = import.text;
                complaints.push(format!(
                    "{place}: `{module}` ({own}) imports `{imported}` ({other}), but imports run downwards only; \
                     move what is needed down into the layer {own}, or the caller up"
                ));
            }
            (Some(_), None) => complaints.push(format!(
                "{place}: `{}` is in no layer; import from the module that defines it, by its own path",
                import.text
            )),
            _ => {}
        }
    });
    complaints
}

fn circles(files: &[File]) -> Vec<String> {
    let mut edges: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    each_import(files, |file, module, import| {
        if layer_of(module) == layer_of(import.text) {
            let place = format!("src/{}:{}", file.path, import.line);
            edges.entry(module.to_owned()).or_default().entry(import.text.to_owned()).or_insert(place);
        }
    });
    without_ends(&mut edges);
    let complaint = |(module, imports): (String, BTreeMap<String, String>)| {
        let imports: Vec<String> = imports.iter().map(|(name, place)| format!("`{name}` at {place}")).collect();
        format!("`{module}` is in a circle of its layer, through {}; cut one import of the circle", imports.join(" and "))
    };
    edges.into_iter().map(complaint).collect()
}

/// Takes out the modules that import none of the others or that none of the others imports, until nothing changes: what is left
/// are the circles.
fn without_ends(edges: &mut BTreeMap<String, BTreeMap<String, String>>) {
    loop {
        let before = edges.len();
        let imported: Vec<String> = edges.values().flat_map(BTreeMap::keys).cloned().collect();
        edges.retain(|name, imports| imported.contains(name) && !imports.is_empty());
        let left: Vec<String> = edges.keys().cloned().collect();
        for imports in edges.values_mut() {
            imports.retain(|name, _| left.contains(name));
        }
        if edges.len() == before && edges.values().all(|imports| !imports.is_empty()) {
            break;
        }
    }
}

fn broken_doors(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let tokens = tokens(&file.code);
        for (name, doors) in DOORS {
            if let Some(line) = names_crate(&tokens, name).filter(|_| !is_door(&file.path, doors)) {
                complaints.push(format!(
                    "src/{}:{line}: names the crate `{name}`, which only {} may; go through there, or change DOORS in \
                     tests/it/tidy.rs",
                    file.path,
                    doors.join(", ")
                ));
            }
        }
    }
    complaints
}

fn is_door(path: &str, doors: &[&str]) -> bool {
    doors.iter().any(|door| if door.ends_with('/') { path.starts_with(door) } else { path == *door })
}

fn undoored(dependencies: &[String], files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for name in dependencies {
        if !DOORS.iter().any(|(own, _)| own == name) {
            complaints.push(format!(
                "Cargo.toml: `{name}` has no door; add the one file that may name it to DOORS in tests/it/tidy.rs"
            ));
        }
        if !files.iter().any(|file| names_crate(&tokens(&file.code), name).is_some()) {
            complaints.push(format!("Cargo.toml: nothing in src names `{name}`; take it out of [dependencies]"));
        }
    }
    let gone = DOORS.iter().filter(|(name, _)| !dependencies.iter().any(|own| own == name));
    complaints.extend(gone.map(|(name, _)| format!("tests/it/tidy.rs: `{name}` is no dependency; take it out of DOORS")));
    complaints
}

/// The names in `[dependencies]` and in `[dev-dependencies]`, also those of one target.
fn dependencies(manifest: &str) -> (Vec<String>, Vec<String>) {
    let mut lists = (Vec::new(), Vec::new());
    let mut section = "";
    for line in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']');
            section = section.rsplit_once('.').map_or(section, |(_, last)| last);
        } else if let Some((name, _)) = line.split_once('=').filter(|_| !line.starts_with(['#', ' '])) {
            match section {
                "dependencies" => lists.0.push(name.trim().to_owned()),
                "dev-dependencies" => lists.1.push(name.trim().to_owned()),
                _ => {}
            }
        }
    }
    lists
}

fn misshapen(file: &File) -> Vec<String> {
    let mut complaints = Vec::new();
    if file.path.ends_with("mod.rs") {
        complaints.push(format!("src/{}: name it after its folder, beside the folder: `foo.rs` and `foo/`", file.path));
    }
    let lines = file.code.lines().count();
    // what a script makes nobody has to read
    if lines > MAX_LINES && !file.code.starts_with("//! The services, each with its facts. Made by") {
        complaints.push(format!("src/{}: {lines} lines, more than {MAX_LINES}; part it by what its parts know", file.path));
    }
    complaints
}

fn forbidden_words(file: &File) -> Vec<String> {
    let tokens = tokens(&file.code);
    let mut complaints = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let called = tokens.get(index + 1).is_some_and(|next| next.text == "!");
        let is = |word: &str| word == token.text || (called && word.strip_suffix('!') == Some(token.text));
        if let Some((word, instead)) = FORBIDDEN.iter().find(|(word, _)| is(word)) {
            complaints.push(format!("src/{}:{}: `{word}`; {instead}", file.path, token.line));
        }
    }
    complaints
}

/// Files of a made-up package.
fn made_up(files: &[(&str, &str)]) -> Vec<File> {
    files.iter().map(|(path, code)| File { path: (*path).to_owned(), code: (*code).to_owned() }).collect()
}

#[track_caller]
fn only(complaints: &[String], words: &[&str]) {
    assert_eq!(complaints.len(), 1, "{complaints:#?}");
    for word in words {
        assert!(complaints[0].contains(word), "`{word}` is missing in: {}", complaints[0]);
    }
}

#[test]
fn an_upward_import_is_found() {
    let files = made_up(&[
        ("syntax/json.rs", "use crate::source::Span;\nuse super::super::{finding::Fault, policy::Policy};"),
        ("policy.rs", "use crate::syntax::Node;"),
        ("main.rs", "fn main() { rolecall::evaluate::evaluate() }"),
    ]);
    only(&wrong_imports(&files), &["src/syntax/json.rs:2", "`syntax` (text) imports `policy` (documents)"]);
}

#[test]
fn a_module_without_a_layer_is_found() {
    only(&wrong_imports(&made_up(&[("helpers.rs", "")])), &["src/helpers.rs", "add it to LAYERS"]);
    only(&wrong_imports(&made_up(&[("policy.rs", "use crate::Helper;")])), &["src/policy.rs:1", "`Helper`"]);
}

#[test]
fn a_circle_is_found() {
    let straight = [("inventory.rs", "use crate::{identity, policy};"), ("identity.rs", "use crate::policy;"), ("policy.rs", "")];
    assert_eq!(circles(&made_up(&straight)), Vec::<String>::new());
    let circle = [straight[0], straight[1], ("policy/read.rs", "use crate::identity;")];
    let complaints = circles(&made_up(&circle));
    assert_eq!(complaints.len(), 2, "{complaints:#?}");
    assert!(complaints.iter().any(|complaint| complaint.contains("`identity` at src/policy/read.rs:1")), "{complaints:#?}");
}

#[test]
fn a_crate_named_outside_its_door_is_found() {
    let files = made_up(&[
        ("report/human.rs", "use miette::Report;"),
        ("report/human/window.rs", "miette::SourceCode"),
        ("policy/condition.rs", "use ipnet::IpNet;"),
        ("rules/trust.rs", "// miette::x\nuse {crate::lint, miette::Report};"),
        ("suppress.rs", "fn f(ignore: bool) { self.ignore::<T>() }"),
    ]);
    only(&broken_doors(&files), &["src/rules/trust.rs:2", "`miette`", "report/human.rs"]);
}

#[test]
fn a_dependency_without_a_door_and_one_without_use_are_found() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\nbase64 = \"1\"\nserde = \"1\"\n[target.'cfg(unix)'.dependencies]\nlibc = \"0\"\n[dev-dependencies]\nproptest = \"1\"\n";
    let (normal, dev) = dependencies(manifest);
    assert_eq!((normal.join(" "), dev.join(" ")), ("base64 serde libc".to_owned(), "proptest".to_owned()));
    let complaints = undoored(&normal[..2], &made_up(&[("identity/token.rs", "use base64::Engine;")]));
    let about = |words: &str| complaints.iter().filter(|complaint| complaint.contains(words)).count();
    assert_eq!((about("`base64`"), about("`serde` has no door"), about("names `serde`")), (0, 1, 1), "{complaints:#?}");
    assert_eq!(about("is no dependency"), DOORS.len() - 1, "{complaints:#?}");
}

#[test]
fn misshapen_files_and_forbidden_words_are_found() {
    let long = "\n".repeat(MAX_LINES + 1);
    let files = made_up(&[("policy/mod.rs", ""), ("arn.rs", &long), ("source.rs", "//! unsafe\nfn f() {\n    todo!()\n}")]);
    only(&misshapen(&files[0]), &["src/policy/mod.rs"]);
    only(&misshapen(&files[1]), &["601 lines"]);
    only(&forbidden_words(&files[2]), &["src/source.rs:3", "`todo!`"]);
}
