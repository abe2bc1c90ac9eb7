//! What came of the questions of expectation files, for programs.

use serde_json::{Value, json};

use super::super::{Suite, Tested};
use super::{VERSION, not_readable, page, place};
use crate::simulate::{Coverage, GateKind};
use crate::source::Sources;

/// All files in one document.
pub fn tests(suites: &[Suite]) -> String {
    let files = suites.iter().map(|suite| {
        let tests: Vec<Value> = suite.tests.iter().map(|test| self::test(test, &suite.sources)).collect();
        json!({ "path": suite.name, "tests": tests, "notReadable": not_readable(&suite.unread, &suite.sources) })
    });
    let files: Vec<Value> = files.collect();
    let all = || suites.iter().flat_map(|suite| &suite.tests);
    let failed = all().filter(|test| !test.passes()).count();
    page(&json!({ "version": VERSION, "files": files, "summary": { "passed": all().count() - failed, "failed": failed } }))
}

/// One object a line, one line a question.
pub fn tests_by_line(suites: &[Suite]) -> String {
    let mut out = String::new();
    for (suite, test) in suites.iter().flat_map(|suite| suite.tests.iter().map(move |test| (suite, test))) {
        let mut value = self::test(test, &suite.sources);
        super::append(&mut value, json!({ "file": suite.name }));
        out.push_str(&super::line(&value));
    }
    out
}

fn test(test: &Tested, sources: &Sources) -> Value {
    let answer = &test.ran.answer;
    let reasons: Vec<Value> = answer
        .reasons
        .iter()
        .map(|(text, span)| json!({ "text": text, "place": span.map(|span| place(span, sources)) }))
        .collect();
    let complaints: Vec<Value> =
        test.ran.complaints.iter().map(|own| json!({ "text": own.text, "place": place(own.span, sources) })).collect();
    let claims: serde_json::Map<String, Value> = answer.claims.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({
        "name": test.name,
        "passed": test.passes(),
        "expected": test.ran.expected,
        "decision": answer.decision.name(),
        "kind": answer.explicit.map(|explicit| if explicit { "explicit" } else { "implicit" }),
        "blocked-by": answer.blocked_by,
        "coverage": answer.coverage.map(Coverage::name),
        "role": answer.role,
        "gate": answer.gate.map(GateKind::name),
        "claims": claims,
        "unused": answer.unused,
        "reasons": reasons,
        "complaints": complaints,
        "why": test.why,
        "place": place(test.span, sources),
    })
}
