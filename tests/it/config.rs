//! `rolecall.toml`: where it is found, what it does, what goes before it, and what is said of its mistakes.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use rolecall::config::{self, Choice, Config, Glob, Known, TABLES};
use rolecall::finding::Severity;
use rolecall::rules;
use rolecall::source::{SourceId, Sources};
use tempfile::TempDir;

use crate::markdown::Markdown;
use crate::support;
use crate::transcript::{Run, finish, tool};

const PAGE: &str = "docs/configuration.md";

/// A policy that shows `missing-version` (low, grammar) and nothing else.
const LOW: &str = r#"{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::articles/*"}]}"#;

/// A trust policy that shows `audience-not-pinned` (high, trust) among others of its theme.
const HIGH: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    "Principal": {"Federated": "cognito-identity.amazonaws.com"}}]}"#;

fn known() -> Known {
    let mut themes: Vec<&str> = rules::themed().map(|(theme, _)| theme).collect();
    themes.dedup();
    Known { rules: rules::all().map(|rule| rule.name).collect(), themes }
}

fn read(text: &str) -> Result<Config, Vec<rolecall::finding::Problem>> {
    config::read(SourceId::NONE, text, &known())
}

/// A folder with files, each given by path and content; a path that ends in `/` is a folder.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        if name.ends_with('/') {
            fs::create_dir_all(&path).expect("a folder");
        } else {
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
    }
    folder
}

fn check(folder: &Path, arguments: &[&str]) -> Run {
    finish(tool().args(["check", "--format", "concise"]).args(arguments).current_dir(folder))
}

/// The rules that are found, each once, in order.
fn found(run: &Run) -> Vec<String> {
    let names = run.stdout.lines().filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned()));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn the_sample_of_the_documentation_is_right_and_whole() {
    let text = support::read(PAGE);
    let page = Markdown::read(&text);
    let mut whole = String::new();
    for block in page.blocks().filter(|block| block.info == "toml") {
        let body = page.body(block);
        assert_eq!(read(&body).map(drop), Ok(()), "{PAGE}:\n{body}");
        whole.push_str(&body);
    }
    for table in TABLES {
        let (keys, table) = (table.keys, table.name);
        assert!(whole.contains(&format!("[{table}]")), "{PAGE}: no `toml` block shows `[{table}]`");
        for key in keys.iter().map(|key| key.name) {
            let shown = whole.contains(&format!("\n{key} = ")) || whole.contains(&format!("\n[{table}.{key}]"));
            assert!(shown && text.contains(&format!("`{key}`")), "{PAGE}: shows no `{key}`, or says nothing of it");
        }
    }
}

#[test]
fn a_configuration_is_read_as_it_is_meant() {
    let config = read(
        "[check]\nselect = ['trust', 'missing-version']\nignore = [\"guest-can-assume\"]\nfail-on = 'high'\nexclude = ['./a/']\n\
         severity = { missing-version = 'style' }\n[trust]\nown-accounts = ['000011112222']\npartners = []\n\
         providers = ['token.actions.githubusercontent.com', 'oidc.eks.eu-west-1.amazonaws.com/id/AB12', \
         'arn:aws:iam::000011112222:saml-provider/corp']",
    )
    .expect("a configuration");
    assert_eq!(config.check.choice.select, ["trust", "missing-version"]);
    assert_eq!(config.check.choice.ignore, ["guest-can-assume"]);
    assert_eq!(config.check.fail_on, Some(Severity::High));
    assert_eq!(config.check.severity_of("missing-version"), Some(Severity::Style));
    assert!(config.check.excludes("a/b") && !config.check.excludes("b/a"));
    assert_eq!((config.trust.own_accounts.len(), config.trust.partners.len(), config.trust.providers.len()), (1, 0, 3));
    assert_eq!(read(""), Ok(Config::default()));
    assert_eq!(read("\u{FEFF}# nothing\n[check]\n[trust]\n"), Ok(Config::default()));
}

/// Each mistake with the text that is pointed at, the message and the remedy.
#[test]
fn every_mistake_is_told_at_its_place() {
    told_are(&[
        ("[chek]", "chek", "there is no table `[chek]`", "did you mean `check`?"),
        (
            "[ignore]",
            "[ignore]",
            "`ignore` is a list of tables, not a table",
            "write `[[ignore]]` on a line of its own, with both brackets",
        ),
        (
            "ignore = ['missing-version']",
            "'missing-version'",
            "`ignore` is a list of tables, not a string",
            "a list of names belongs below a line `[check]`; `[[ignore]]` begins a table with `path`, `rule` and `reason`",
        ),
        ("select = []", "select", "`select` is in no table", "it belongs below a line `[check]`"),
        ("partners = []", "partners", "`partners` is in no table", "it belongs below a line `[trust]`"),
        ("check = 1", "1", "`check` is a table, not an integer", "write `[check]` on a line of its own"),
        ("[check]\nselct = []", "selct", "unknown key `selct` in `[check]`", "did you mean `select`?"),
        ("[check]\nfail_on = 'low'", "fail_on", "unknown key `fail_on` in `[check]`", "did you mean `fail-on`?"),
        ("[check]\nfail-on = 'hih'", "'hih'", "there is no severity `hih`", "did you mean `high`?"),
        ("[check]\nfail-on = 3", "3", "a severity is a string, not an integer", "put it in quotes"),
        ("[check]\nselect = 'trust'", "'trust'", "`select` is a list, not a string", "write `select = [\"…\"]`"),
        ("[check]\nselect = ['gramar']", "'gramar'", "there is no rule or theme `gramar`", "did you mean `grammar`?"),
        ("[check]\nignore = ['zzz']", "'zzz'", "there is no rule or theme `zzz`", "`rolecall rules` lists them"),
        ("[check]\nignore = [true]", "true", "each item of this list is a string, not a boolean", "put it in quotes"),
        ("[check.severity]\ntrust = 'low'", "trust", "`trust` is a theme, not a rule", "severities are set rule by rule"),
        (
            "[check.severity]\nmissing-versio = 'low'",
            "missing-versio",
            "there is no rule `missing-versio`",
            "did you mean `missing-version`?",
        ),
        ("[trust]\nproviders = 2026-01-01", "2026-01-01", "`providers` is a list, not a date", "write `providers = [\"…\"]`"),
        ("[trust]\npartners = ['12']", "'12'", "`12` is no account id", "an account id has twelve digits"),
        (
            "[trust]\nproviders = ['https://a.b']",
            "'https://a.b'",
            "`https://a.b` is no identity provider",
            "leave out the scheme, as IAM does",
        ),
    ]);
}

#[test]
fn every_mistake_in_the_tables_of_a_list_is_told_at_its_place() {
    told_are(&[
        (
            "[[ignore]]\npath = 'a'\nrule = 'trust'\nreason = 'x'",
            "'trust'",
            "`trust` is a theme, not a rule",
            "name its rules; `rolecall rules` lists them",
        ),
        (
            "[[ignore]]\npath = 'a'\nrule = ['missing-versio']\nreason = 'x'",
            "['missing-versio']",
            "there is no rule `missing-versio`",
            "did you mean `missing-version`?",
        ),
        ("[[ignore]]\npath = 'a'\nrule = 'missing-version'", "[[ignore]]", "`reason` is missing", "say why it is right as it is"),
        (
            "[[ignore]]\npath = 'a'\nrule = 'missing-version'\nreason = ' '",
            "' '",
            "the reason is empty",
            "say why it is right as it is",
        ),
        (
            "[[ignore]]\npath = 'a'\nrule = 'missing-version'\nreason = 'x'\nuntil = 2027-13-01",
            "2027-13-01",
            "not TOML: invalid date, expected month between 01 and 12",
            "",
        ),
        (
            "[[ignore]]\npath = 'a'\nrule = 'missing-version'\nreason = 'x'\nuntil = '2027'",
            "'2027'",
            "`2027` is no day",
            "write `2027-01-31`",
        ),
        (
            "[[ignore]]\npath = 'a'\nrule = 'missing-version'\nreason = 'x'\npointer = 'Statement'",
            "'Statement'",
            "`Statement` points nowhere",
            "a JSON pointer starts with a slash: `/Statement/0`",
        ),
        ("[[forbid]]\nname = 'x'", "[[forbid]]", "it is not told what is forbidden", "give `action`, `principal` or both"),
        ("[[forbid]]\naction = 's3:*'", "'s3:*'", "`s3:*` is not one action", "write each out, as `s3:PutObject`"),
        (
            "[[forbid]]\nactions = 's3:x'\naction = 's3:x'",
            "actions",
            "unknown key `actions` in `[[forbid]]`",
            "did you mean `action`?",
        ),
        (
            "[[forbid]]\naction = 's3:x'\nresource = '*'",
            "'*'",
            "`*` is not one resource",
            "write one out, or leave `resource` away, which stands for every resource",
        ),
        (
            "[[forbid]]\nprincipal = 'bob'",
            "'bob'",
            "`bob` is no principal",
            "write an ARN, an account id, `service:…` or `anonymous`",
        ),
        (
            "[[forbid]]\naction = 's3:x'\nunless = { vpce = '*' }",
            "vpce",
            "`vpce` is no condition key",
            "a condition key has a colon, as `aws:SourceVpce`",
        ),
        (
            "forbid = 1",
            "1",
            "`forbid` is a list of tables, not an integer",
            "write `[[forbid]]` on a line of its own, with both brackets",
        ),
    ]);
}

fn told_are(cases: &[(&str, &str, &str, &str)]) {
    for (text, place, message, help) in cases {
        let mut sources = Sources::new();
        let id = sources.add("rolecall.toml", *text);
        let problems = config::read(id, text, &known()).expect_err(text);
        let told: Vec<_> = problems
            .iter()
            .map(|own| (sources.slice(own.span), own.message.as_str(), own.help.as_deref().unwrap_or("")))
            .collect();
        assert_eq!(told, [(*place, *message, *help)], "{text}");
    }
}

/// Each part of a dotted key is a table: it is no use to bound the brackets alone.
#[test]
fn what_nests_too_deep_is_told() {
    let text = format!("a = {}1{}", format!("{{{} = ", ["k"; 79].join(".")).repeat(79), "}".repeat(79));
    let problems = read(&text).expect_err("too deep");
    assert_eq!(problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>(), ["nested too deep"]);
}

#[test]
fn what_is_no_toml_is_told_too() {
    let problems = read("[check]\nselect = [\"trust\"\nignore = = 1\n").expect_err("no TOML");
    assert!(problems.iter().all(|problem| problem.message.starts_with("not TOML: ")), "{problems:?}");
    let twice = read("[check]\nignore = []\nignore = []\n").expect_err("a key twice");
    assert_eq!(twice.len(), 1, "{twice:?}");
}

#[test]
fn a_pattern_that_matches_nothing_is_refused() {
    for pattern in [
        "",
        ".",
        "/",
        "./",
        "!a",
        "/etc/**",
        "../a",
        "a/../b",
        "a**",
        "**a",
        "[a",
        "[]",
        "a]",
        "{a",
        "a}",
        "a\\b",
        "{{{{{{{{{a}}}}}}}}}",
    ] {
        assert!(Glob::new(pattern).is_err(), "{pattern}");
    }
    for (pattern, path) in [
        ("a", "a"),
        ("./a/", "a"),
        ("**/a", "a"),
        ("**/a", "b/c/a"),
        ("a/**/b", "a/b"),
        ("a/**", "a/b/c"),
        ("*.json", "x.json"),
        ("{a,b/c}/[!x]?.json", "b/c/yz.json"),
        ("[]]", "]"),
        ("[*]", "*"),
    ] {
        assert!(Glob::new(pattern).expect(pattern).matches(path), "{pattern} {path}");
    }
    for (pattern, path) in [("*.json", "a/x.json"), ("a", "b/a"), ("a/*", "a/b/c"), ("?", "/"), ("[*]", "a")] {
        assert!(!Glob::new(pattern).expect(pattern).matches(path), "{pattern} {path}");
    }
}

proptest! {
    /// Whatever pattern is taken: matching ends, and nothing panics.
    #[test]
    fn any_pattern_can_be_matched(pattern in "[ab*?/\\[\\]{},!^.é-]{0,14}", path in "[ab/.é]{0,14}") {
        if let Ok(glob) = Glob::new(&pattern) {
            glob.matches(&path);
        }
    }

    /// Reading never panics, whatever stands there.
    #[test]
    fn any_text_can_be_read(text in "(\\[(check|trust)\\]\n)?((select|ignore|severity|fail-on|exclude|providers|x) = ?[\\[\\]{}'\"a1=,.\n]{0,8}\n){0,4}") {
        drop(read(&text));
    }
}

#[test]
fn a_rule_counts_more_than_its_theme_and_ignore_more_than_select() {
    let choice = |select: &[&'static str], ignore: &[&'static str]| Choice { select: select.to_vec(), ignore: ignore.to_vec() };
    let of = |choice: Choice| choice.of("guest-can-assume", Some("trust"));
    assert_eq!(of(choice(&[], &[])), None);
    assert_eq!(of(choice(&["trust"], &[])), Some(true));
    assert_eq!(of(choice(&["logic"], &[])), Some(false));
    assert_eq!(of(choice(&[], &["trust"])), Some(false));
    assert_eq!(of(choice(&["guest-can-assume"], &["trust"])), Some(true));
    assert_eq!(of(choice(&["trust"], &["guest-can-assume"])), Some(false));
    assert_eq!(of(choice(&["guest-can-assume"], &["guest-can-assume"])), Some(false));
    // what could not be read is of no theme
    assert_eq!(choice(&["trust"], &["logic"]).of("unreadable-input", None), None);
    assert_eq!(choice(&[], &["unreadable-input"]).of("unreadable-input", None), Some(false));
}

#[test]
fn the_theme_of_a_rule_is_the_folder_of_its_page() {
    for (theme, rule) in rules::themed() {
        assert!(support::root().join(format!("rules/{theme}/{}.md", rule.name)).is_file(), "{theme}: {}", rule.name);
        assert!(rules::named(theme).is_none(), "`{theme}` is a theme and a rule");
    }
}

#[test]
fn the_nearest_file_of_the_repository_holds() {
    let folder = folder(&[
        (".git/", ""),
        ("rolecall.toml", "[check]\nignore = ['missing-version']"),
        ("a/b/policy.json", LOW),
        ("c/rolecall.toml", ""),
        ("c/d/policy.json", LOW),
        ("e/.git/", ""),
        ("e/f/policy.json", LOW),
        ("g/rolecall.toml/", ""),
        ("g/policy.json", LOW),
    ]);
    let exit = |path: &str| check(&folder.path().join(path), &[]).exit;
    assert_eq!(exit(""), 0, "what lies further down counts only from there");
    assert_eq!(exit("a"), 0);
    assert_eq!(exit("a/b"), 0);
    assert_eq!(exit("c/d"), 1, "nearest is that of c");
    assert_eq!(exit("e/f"), 1, "the repository ends at e");
    assert_eq!(exit("g"), 0, "a folder of this name is no configuration");
}

#[test]
fn outside_of_a_repository_only_the_own_folder_counts() {
    let folder = folder(&[("rolecall.toml", "[check]\nignore = ['missing-version']"), ("a/policy.json", LOW)]);
    assert_eq!(check(folder.path(), &[]).exit, 0);
    assert_eq!(check(&folder.path().join("a"), &[]).exit, 1);
}

#[test]
fn flags_go_before_the_variable_and_this_before_the_nearest_file() {
    let folder = folder(&[
        (".git/", ""),
        ("rolecall.toml", "[check]\nignore = ['missing-version']"),
        ("other.toml", "[check]\nfail-on = 'error'"),
        ("bad.toml", "[chek]"),
        ("policy.json", LOW),
    ]);
    let run = |variable: &str, arguments: &[&str]| {
        let mut tool = tool();
        tool.args(["check", "--format", "concise", "policy.json"]).args(arguments).current_dir(folder.path());
        let run = finish(tool.env("ROLECALL_CONFIG", variable));
        (found(&run).len(), run.exit)
    };
    assert_eq!(run("", &[]), (0, 0));
    assert_eq!(run("other.toml", &[]), (1, 0));
    assert_eq!(run("bad.toml", &[]), (0, 2));
    assert_eq!(run("bad.toml", &["--config", "other.toml"]), (1, 0));
    assert_eq!(run("bad.toml", &["--no-config"]), (1, 1));
    assert_eq!(run("", &["--no-config"]), (1, 1));
    assert_eq!(run("", &["--config", "missing.toml"]), (0, 2));
    assert_eq!(run("", &["--config", "."]), (0, 2));
    assert_eq!(run("", &["--config", "other.toml", "--no-config"]), (0, 2));
    assert_eq!(run("", &["--config", "other.toml", "--fail-on", "low"]), (1, 1));
    let global = finish(tool().args(["--config", "other.toml", "check", "policy.json"]).current_dir(folder.path()));
    assert_eq!(global.exit, 0, "{}", global.stderr);
}

#[test]
fn mistakes_stop_the_run_and_are_all_told() {
    let folder = folder(&[(".git/", ""), ("rolecall.toml", "[check]\nselct = []\nfail-on = 'hih'\n"), ("a/policy.json", LOW)]);
    let run = check(&folder.path().join("a"), &[]);
    let expected = "error: ../rolecall.toml:2:1: unknown key `selct` in `[check]`\n  help: did you mean `select`?\n\
                    error: ../rolecall.toml:3:11: there is no severity `hih`\n  help: did you mean `high`?\n";
    assert_eq!((run.stderr.as_str(), run.stdout.as_str(), run.exit), (expected, "", 2));
    // what does not go by a configuration is not stopped by it
    assert_eq!(finish(tool().args(["explain", "missing-version"]).current_dir(folder.path())).exit, 0);
    fs::write(folder.path().join("rolecall.toml"), b"\xFF").expect("a file");
    assert_eq!(
        check(&folder.path().join("a"), &[]).stderr,
        "error: cannot read the configuration `../rolecall.toml`: it is not UTF-8\n"
    );
}

#[test]
fn rules_and_themes_are_chosen() {
    let folder = folder(&[(".git/", ""), ("low.json", LOW), ("high.json", HIGH)]);
    let rules = |config: &str, arguments: &[&str]| {
        fs::write(folder.path().join("rolecall.toml"), config).expect("a file");
        found(&check(folder.path(), arguments))
    };
    let all = rules("", &[]);
    assert!(all.contains(&"missing-version".to_owned()) && all.len() > 1, "{all:?}");
    assert_eq!(rules("[check]\nselect = ['grammar']", &[]), ["missing-version"]);
    assert!(!rules("[check]\nignore = ['grammar']", &[]).contains(&"missing-version".to_owned()));
    assert!(rules("[check]\nignore = ['trust', 'grammar']", &[]).is_empty());
    assert_eq!(rules("[check]\nselect = ['missing-version']\nignore = ['grammar']", &[]), ["missing-version"]);
    // the command line goes before the file
    assert_eq!(rules("[check]\nignore = ['grammar']", &["--select", "grammar"]), ["missing-version"]);
    assert_eq!(rules("[check]\nselect = ['trust']", &["--select", "missing-version"]), ["missing-version"]);
    assert_eq!(rules("[check]\nselect = ['grammar']", &["--ignore", "trust"]), ["missing-version"]);
    assert!(rules("[check]\nselect = ['grammar']", &["--ignore", "missing-version"]).is_empty());
    let unknown = check(folder.path(), &["--select", "gramar"]);
    assert_eq!(
        (unknown.stderr.as_str(), unknown.exit),
        ("error: there is no rule or theme `gramar`\n  help: did you mean `grammar`?\n", 2)
    );
    // what could not be read is told whatever is selected
    let unreadable = check(folder.path(), &["--select", "trust", "low.json", "gone.json"]);
    assert_eq!((found(&unreadable), unreadable.exit), (vec!["unreadable-input".to_owned()], 1));
}

#[test]
fn severities_are_set() {
    let folder = folder(&[(".git/", ""), ("low.json", LOW)]);
    let run = |config: &str, arguments: &[&str]| {
        fs::write(folder.path().join("rolecall.toml"), config).expect("a file");
        let run = check(folder.path(), arguments);
        (run.stdout.split('[').next().unwrap_or("").rsplit(' ').next().unwrap_or("").to_owned(), run.exit)
    };
    let wanted = |severity: &str, exit: i32| (severity.to_owned(), exit);
    assert_eq!(run("", &[]), wanted("low", 1));
    assert_eq!(run("[check.severity]\nmissing-version = 'style'", &[]), wanted("style", 0));
    assert_eq!(run("[check.severity]\nmissing-version = 'style'", &["--fail-on", "style"]), wanted("style", 1));
    assert_eq!(run("[check]\nfail-on = 'medium'", &[]), wanted("low", 0));
    assert_eq!(run("[check]\nfail-on = 'medium'\nseverity.missing-version = 'error'", &[]), wanted("error", 1));
    assert_eq!(run("[check]\nfail-on = 'medium'", &["--fail-on", "low"]), wanted("low", 1));
}

#[test]
fn what_is_excluded_is_not_read() {
    let folder = folder(&[
        (".git/", ""),
        ("rolecall.toml", "[check]\nexclude = ['vendor', '**/*.test.json', 'roles/old-*']"),
        ("a.json", LOW),
        ("vendor/deep/b.json", LOW),
        ("roles/c.test.json", LOW),
        ("roles/old-x/d.json", LOW),
        ("roles/vendor/e.json", LOW),
    ]);
    let paths = |run: &Run| -> Vec<String> {
        run.stdout.lines().filter_map(|line| Some(line.split_once(".json:")?.0.to_owned() + ".json")).collect()
    };
    let walked = check(folder.path(), &["-v"]);
    assert_eq!(paths(&walked), ["a.json", "roles/vendor/e.json"]);
    for path in ["vendor", "roles/c.test.json", "roles/old-x"] {
        let line = format!("not looked at: {path}: excluded by the configuration\n");
        assert!(walked.stderr.contains(&line), "{path}\n{}", walked.stderr);
    }
    assert!(!walked.stderr.contains("deep"), "nothing is looked for in a folder that is left out:\n{}", walked.stderr);
    // a hook names files; they may be named in many ways, and from anywhere
    let absolute = folder.path().join("vendor/deep/b.json");
    let named =
        check(folder.path(), &["a.json", "./vendor/deep/b.json", "roles/../roles/c.test.json", absolute.to_str().expect("text")]);
    assert_eq!(paths(&named), ["a.json"]);
    assert_eq!(check(folder.path(), &["vendor/deep/b.json"]).exit, 0);
    assert_eq!(check(&folder.path().join("roles"), &["../vendor/deep/b.json", "c.test.json"]).exit, 0);
    assert_eq!(check(&folder.path().join("roles"), &["../vendor/deep/b.json", "--no-config"]).exit, 1);
    assert_eq!(check(folder.path(), &["vendor"]).exit, 3);
    // patterns are relative to the folder of the file, wherever the tool is run
    let from_below = check(&folder.path().join("roles"), &[]);
    assert_eq!(paths(&from_below), ["vendor/e.json"]);
    let stdin = finish(
        tool()
            .args(["check", "-", "--stdin-path", "vendor/x.json"])
            .stdin(fs::File::open(folder.path().join("a.json")).expect("a file"))
            .current_dir(folder.path()),
    );
    assert_eq!(stdin.stdout, "no findings in 0 files; not looked at: 1 (excluded by the configuration)\n");
}

#[cfg(unix)]
#[test]
fn a_folder_reached_by_a_link_is_the_same_folder() {
    let folder = folder(&[("real/.git/", ""), ("real/rolecall.toml", "[check]\nexclude = ['a.json']"), ("real/a.json", LOW)]);
    std::os::unix::fs::symlink("real", folder.path().join("link")).expect("a link");
    let by_link = folder.path().join("link/a.json");
    assert_eq!(check(&folder.path().join("real"), &[by_link.to_str().expect("text")]).exit, 0);
    let config = folder.path().join("link/rolecall.toml");
    let run = check(&folder.path().join("real"), &["a.json", "--config", config.to_str().expect("text")]);
    assert_eq!(run.exit, 0, "{}", run.stdout);
}
