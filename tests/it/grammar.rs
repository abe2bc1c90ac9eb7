//! The grammar rules: each example of their pages, and how the findings read.

use rolecall::config::Config;
use rolecall::finding::Finding;
use rolecall::inventory::Inventory;
use rolecall::lint::Facts;
use rolecall::rules::{self, grammar};
use rolecall::source::Sources;

/// The examples of a page: the heading that they stand under, their file name and their text.
fn examples(page: &str) -> Vec<(&str, &str, &str)> {
    let mut heading = "";
    let mut examples = Vec::new();
    let mut rest = page;
    while let Some((line, behind)) = rest.split_once('\n') {
        rest = behind;
        if let Some(title) = line.strip_prefix("## ") {
            heading = title;
        } else if let Some(name) = line.strip_prefix("```json ") {
            let (text, behind) = rest.split_once("\n```\n").unwrap();
            examples.push((heading, name, text));
            rest = behind;
        }
    }
    examples
}

fn check<T>(name: &str, text: &str, look: impl FnOnce(Vec<Finding>, &Sources) -> T) -> T {
    let mut sources = Sources::new();
    let id = sources.add(name, text);
    let mut inventory = Inventory::new(None);
    inventory.read(&sources, id);
    look(rules::run(&Facts { sources: &sources, inventory: &inventory, config: &Config::default() }), &sources)
}

#[test]
fn every_example_says_what_its_page_says() {
    for rule in grammar::RULES {
        assert!(rule.page.starts_with(&format!("# {}\n", rule.name)));
        for (heading, name, text) in examples(rule.page) {
            let found = check(name, text, |findings, _| findings.iter().map(|finding| finding.rule).collect::<Vec<_>>());
            let expected = if heading.starts_with("Bad") { &[rule.name][..] } else { &[] };
            assert_eq!(found, expected, "{}, {heading}:\n{text}", rule.name);
        }
    }
}

#[test]
fn findings_read_well() {
    let mut texts: Vec<&str> = grammar::RULES.iter().flat_map(|rule| examples(rule.page)).map(|(_, _, text)| text).collect();
    // the mistakes of form that are on no page
    let broken = [
        "{'Version': “2012-10-17”, Statement: [{\"Effect\" \"Allow\", \"Action\": Allow, \"Sid\": 007, \"Resource\": , }",
        "{\"Version\": \"2012-10-17\", \"Id\": \"\\x \t\", \"Statement\": [{\"Effect\": True, \"Action\": None]}} {} ~",
        "\"Version\": \"2012-10-17\",\n\"Statement\": [\n{\"Effect\": \"Allow\"\n\"Action\": [\"a\" \"Effect\": {",
        "// a\n{\"Version\": \"2012-10-17\", # b\n\"Statement\": [{'Effect': 'Allow', 'Action': a.b, \"Resource\": ${a}/*, {\"a\": [1}]}}",
        "```json\n{\"Version\": \"2012-10-17\", \"Statement\": \"Effect\": \"Allow\"}]}}}\n```",
    ];
    texts.extend(broken);
    for text in texts {
        check("policy.json", text, |findings, _| {
            for finding in findings {
                let labels = [&finding.primary].into_iter().chain(&finding.related).map(|label| label.text.as_str());
                assert!(!finding.message.is_empty() && finding.help.as_ref().is_some_and(|help| !help.is_empty()));
                for said in labels.chain([finding.message.as_str(), finding.help.as_deref().unwrap()]) {
                    let proper = said.starts_with("JSON");
                    assert!(proper || !said.starts_with(char::is_uppercase), "{said}");
                    assert!(!said.ends_with('.') && !said.contains('\n'), "{said}");
                }
            }
        });
    }
}

#[test]
fn one_mistake_of_form_is_one_finding() {
    let rules =
        |text: &str| check("policy.json", text, |findings, _| findings.iter().map(|finding| finding.rule).collect::<Vec<_>>());
    // cut off in the middle of a key
    let cut =
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Acti"#;
    assert!(rules(cut).iter().all(|&rule| rule == "invalid-json"), "{:?}", rules(cut));
    // the bracket of the principal is lost: the action is not missing, but it is no principal
    let lost = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com", "Action": "sts:AssumeRole"}]}"#;
    let found = rules(lost);
    assert!(found.contains(&"unknown-principal-key") && !found.contains(&"missing-action"), "{found:?}");
}
