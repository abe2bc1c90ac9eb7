//! What is known of error messages, and which message tells of which error.

use std::collections::HashSet;

use rolecall::reference::{errors, errors_like};
use rolecall::simulate::{GateKind, Sign};
use rolecall::source::SourceId;
use rolecall::syntax::{self, Node};

use crate::support;
use crate::transcript::{finish, tool};

/// The messages of `fixtures/errors`, each with the id of its error.
fn messages() -> Vec<(String, String)> {
    let text = support::read("fixtures/errors/messages.txt");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split_once('\t').expect("an id and a message"))
        .map(|(id, own)| (id.to_owned(), own.to_owned()))
        .collect()
}

fn ids(text: &str) -> Vec<&'static str> {
    errors_like(text).iter().map(|error| error.id.as_str()).collect()
}

/// Each message is found as it is, in a log, in other letter case, as JSON, broken into lines and without its last point.
#[test]
fn a_message_leads_to_its_error() {
    let messages = messages();
    let mut wrong = Vec::new();
    for (id, message) in &messages {
        let forms = [
            message.clone(),
            format!("2026-11-26T10:00:00Z ERROR [main] {message} (attempt 3 of 3)\n    at handler (index.js:1)"),
            message.to_uppercase(),
            format!("{{\"__type\":\"X\",\"message\":{message:?}}}"),
            message.replace(' ', "\n  "),
            message.trim_end_matches('.').to_owned(),
        ];
        wrong
            .extend(forms.iter().filter(|form| ids(form) != [id]).map(|form| format!("{id}: `{form}` leads to {:?}", ids(form))));
    }
    support::none(wrong);
    let met: HashSet<&String> = messages.iter().map(|(id, _)| id).collect();
    let unmet = errors().iter().filter(|error| !error.texts.is_empty() && !met.contains(&error.id));
    support::none(unmet.map(|error| format!("fixtures/errors/messages.txt has no message of `{}`", error.id)));
    assert!(messages.len() > 80, "{}", messages.len());
}

#[test]
fn what_people_describe_leads_to_its_error() {
    let mut wrong = Vec::new();
    for error in errors() {
        let misled = error.phrases.iter().filter(|phrase| !ids(phrase).contains(&error.id.as_str()));
        wrong.extend(misled.map(|phrase| format!("{}: `{phrase}` leads to {:?}", error.id, ids(phrase))));
    }
    support::none(wrong);
    assert_eq!(ids("since yesterday the user gets the wrong role, why?"), ["default-role-used"]);
    assert_eq!(ids("InvalidIdentityPoolConfigurationException"), ["pool-roles-invalid"]);
    assert!(ids("AccessDenied").len() > 3);
    assert_eq!(ids(""), [""; 0]);
    assert_eq!(ids("s3:GetObject"), [""; 0]);
    assert_eq!(ids("all is well"), [""; 0]);
}

#[test]
fn every_error_reads_whole() {
    let gates: HashSet<&str> = GateKind::ALL.iter().map(|kind| kind.name()).collect();
    let kinds = support::read("docs/refusals.md");
    let is_sign = |sign: &str| match Sign::parse(sign) {
        // these name what they are of
        Some(Sign::Kind(kind)) if kind.contains("-for-") || kind.starts_with("another-") => true,
        Some(Sign::Kind(kind)) => kinds.contains(&format!("`{kind}`")),
        Some(Sign::Gate(_) | Sign::Key(_) | Sign::Fact(_)) => true,
        None => false,
    };
    let mut complaints = Vec::new();
    let mut seen = HashSet::new();
    for error in errors() {
        let id = &error.id;
        let mut check = |holds: bool, what: &str| complaints.extend((!holds).then(|| format!("{id}: {what}")));
        check(seen.insert(id), "stands twice");
        check(!error.said_by.is_empty() && !error.sources.is_empty(), "something is missing");
        check(!error.texts.is_empty() || !error.phrases.is_empty(), "nobody would find it");
        check(error.exceptions.is_empty() == error.texts.is_empty(), "a text has an exception, and an exception a text");
        check(error.gates.iter().all(|gate| gates.contains(gate.as_str())), "a gate is none");
        let causes: HashSet<&String> = error.causes.iter().map(|cause| &cause.id).collect();
        check(causes.len() == error.causes.len() && !causes.is_empty(), "a cause stands twice, or there is none");
        for cause in &error.causes {
            check(cause.words.ends_with('.') && !cause.check.is_empty(), "a cause is no sentence, or nothing is to be checked");
            check(cause.check.iter().all(|own| !own.is_empty()), "a check is empty");
            check(cause.signs.iter().all(|sign| is_sign(sign)), "a sign is none");
        }
    }
    support::none(complaints);
    assert!(errors().len() >= 20);
}

const STS: &str = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
const POOL: &str = "Invalid identity pool configuration. Check assigned IAM roles for this pool.";
const AMBIGUOUS: &str = "The ambiguous role mapping rules for: P denied this request.";

/// The causes that hold for a login, and whether it may meet the error.
fn found(arguments: &[&str]) -> (bool, Vec<String>) {
    let run = finish(tool().arg("explain").args(arguments).args(["--format", "json"]).current_dir(support::root()));
    assert_eq!(run.exit, 0, "{arguments:?}: {}", run.stderr);
    let tree = syntax::json::read(SourceId::NONE, &run.stdout);
    let logins: Vec<Node<'_, '_>> = tree.root().get("logins").into_iter().flat_map(Node::items).collect();
    assert_eq!(logins.len(), 1, "{arguments:?}: one login is asked for");
    let causes = logins[0].get("causes").into_iter().flat_map(Node::items);
    let holding = causes.filter(|cause| cause.get("holds").is_some_and(|own| own.written() == "true"));
    let ids = holding.filter_map(|cause| Some(cause.get("id")?.string()?.into_owned())).collect();
    (logins[0].get("meets").is_some_and(|own| own.written() == "true"), ids)
}

#[test]
fn with_inputs_the_causes_that_hold_are_told() {
    let denied = |name: &str| (format!("fixtures/denied/{name}/role.json"), format!("fixtures/denied/{name}/token.claims.json"));
    let mut wrong = Vec::new();
    for (name, expected) in [
        ("letter-case", &["sub-differs", "letter-case"][..]),
        ("environment-for-ref", &["sub-differs", "subject-form"]),
        ("pull-request", &["sub-differs", "subject-form"]),
        ("immutable-subject", &["sub-differs", "subject-form"]),
        ("trailing-slash", &["principal-differs"]),
        ("wrong-audience", &["aud-differs"]),
        ("other-pool", &["aud-differs"]),
        ("guest-for-signed-in", &["amr-differs"]),
        ("missing-tag-session", &["tag-session-missing"]),
        ("star-in-string-equals", &["sub-differs", "wildcard-under-equals"]),
    ] {
        let (role, claims) = denied(name);
        let got = found(&[STS, &role, "--claims", &claims, "--at", "2026-11-23T12:30:00Z"]);
        wrong.extend((got != (true, expected.iter().map(|own| (*own).to_owned()).collect())).then(|| format!("{name}: {got:?}")));
    }
    let (role, claims) = denied("pull-request");
    let got = found(&["works on main but not in a pull request", &role, "--claims", &claims]);
    wrong.extend((got.1 != ["pull-request"]).then(|| format!("a symptom: {got:?}")));
    support::none(wrong);
}

#[test]
fn with_a_pool_the_causes_that_hold_are_told() {
    let mut wrong = Vec::new();
    let mut check = |arguments: &[&str], meets: bool, expected: &[&str]| {
        let got = found(arguments);
        let fits = got.0 == meets && got.1 == *expected;
        wrong.extend((!fits).then(|| format!("{arguments:?}: {got:?}")));
    };
    let scenario = |name: &str| format!("fixtures/scenarios/{name}");
    let (tutorial, deny) = (scenario("tutorial"), scenario("tutorial-deny-ambiguous"));
    check(&[AMBIGUOUS, &deny, "--no-group"], true, &["no-group-role"]);
    check(&[AMBIGUOUS, &deny, "--group", "Admin"], false, &[]);
    check(&[AMBIGUOUS, &scenario("tutorial-rules"), "--no-group"], true, &["no-rule-matches", "claim-missing"]);
    check(&["wrong role", &scenario("tutorial-ambiguous"), "--no-group"], true, &["no-group-role"]);
    check(
        &["wrong role", &scenario("tutorial-second-client"), "--group", "Admin", "--client", "another"],
        true,
        &["other-client"],
    );
    check(&["wrong role", &tutorial, "--group", "Admin"], false, &[]);
    check(&["Unauthenticated access is not supported for this identity pool", &tutorial, "--guest"], true, &["guest-off"]);
    check(
        &["Basic (classic) flow is not supported with RoleMappings", &tutorial, "--flow", "classic", "--no-group"],
        true,
        &["role-mappings"],
    );
    check(&["Basic (classic) flow is not enabled", &tutorial, "--group", "Admin"], false, &[]);
    check(&[POOL, &tutorial, "--group", "Admin"], false, &[]);
    let flows = |pool: &str, message: &str, meets: bool, expected: &[&str]| {
        let got = found(&[message, "fixtures/flows/gates", "--guest", "--flow", "classic", "--pool", pool]);
        (got.0 != meets || got.1 != *expected).then(|| format!("{pool}, {message}: {got:?}"))
    };
    let (off, mapped) = ("Basic (classic) flow is not enabled", "Basic (classic) flow is not supported with RoleMappings");
    let pools = [
        flows("quay_closed", off, true, &["allow-classic-flow-false"]),
        flows("quay_closed", mapped, false, &[]),
        flows("quay_mapped_off", off, false, &[]),
        flows("quay_mapped_off", mapped, true, &["role-mappings"]),
        flows("quay_unread", mapped, true, &[]),
        flows("quay_unset", off, false, &[]),
        flows("quay_open", POOL, false, &[]),
        flows("quay_members", "Unauthenticated access is not supported for this identity pool.", true, &["guest-off"]),
    ];
    let duration = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    check(&[duration, &tutorial, "--group", "Admin", "--duration", "7200"], true, &["enhanced-flow"]);
    check(&[duration, &tutorial, "--group", "Admin"], false, &[]);
    let (trusts, claims) = ("fixtures/errors/trusts", |name: &str| format!("fixtures/errors/trusts/tokens/{name}.claims.json"));
    let role = ["--role", "lantern-app"];
    for (message, token, more, expected) in [
        (duration, "app", &["--duration", "7200"][..], &["role-limit"][..]),
        ("Incorrect token audience", "app-audience", &[], &["audience-not-listed"]),
        ("No OpenIDConnect provider found in your account for X", "app-issuer", &[], &["provider-missing", "issuer-path"]),
        ("Missing a required claim: aud", "app-no-audience", &[], &["claim-missing"]),
    ] {
        let token = claims(token);
        check(&[&[message, trusts, "--claims", &token][..], &role, more].concat(), true, expected);
    }
    support::none(wrong.into_iter().chain(pools.into_iter().flatten()));
}
