//! A question of `questions.rs`, put to the tool.

use rolecall::evaluate::{
    Answer, Block, Caller, Context, ContextValue, Decision, Missing, Policies, Request, Setting, decide, derive,
};
use rolecall::policy::{self, Instant, Policy, PolicyKind};
use rolecall::source::{SourceId, Sources, Span};
use rolecall::syntax::json;
use serde_json::Value;

/// Hands the question to `look` as the tool takes it.
pub(crate) fn put<T>(question: &Value, look: impl FnOnce(&Request<'_>, &Setting<'_>, &Policies<'_, '_>) -> T) -> T {
    let text = |name: &str| question[name].as_str().unwrap_or_default();
    let flag = |name: &str| question[name] == true;
    let resource_kind = if text("resource").contains(":role/") { PolicyKind::Trust } else { PolicyKind::Resource };
    let kinds = [
        ("identity", PolicyKind::Identity),
        ("boundary", PolicyKind::Boundary),
        ("session", PolicyKind::Session),
        ("endpoint", PolicyKind::Endpoint),
        ("resource", resource_kind),
        ("scp", PolicyKind::Scp),
        ("rcp", PolicyKind::Rcp),
    ];
    let mut sources = Sources::new();
    // of each source its type and level
    let mut places = Vec::new();
    for (name, kind) in kinds {
        for (level, own) in list_of(&question["policies"][name]).into_iter().enumerate() {
            for text in list_of(own) {
                sources.add("policy.json", text.as_str().unwrap_or_default());
                places.push((kind, level));
            }
        }
    }
    let trees: Vec<_> = sources.iter().map(|(id, source)| json::read(id, source.text())).collect();
    let policies: Vec<Policy<'_>> = trees.iter().zip(&places).map(|(tree, (kind, _))| policy::read(tree.root(), *kind)).collect();
    let of = |wanted: PolicyKind, level: Option<usize>| {
        let own =
            policies.iter().zip(&places).filter(|(_, place)| place.0 == wanted && level.is_none_or(|level| place.1 == level));
        own.map(|(policy, _)| policy).collect::<Vec<_>>()
    };
    let levels = |name: &str, kind: PolicyKind| {
        (0..list_of(&question["policies"][name]).len()).map(|level| of(kind, Some(level))).collect::<Vec<_>>()
    };
    let unknown = list_of(&question["missing"]).into_iter().filter_map(Value::as_str);
    let missing: Vec<Missing> = kinds
        .into_iter()
        .filter(|(name, _)| unknown.clone().any(|own| own == *name))
        .map(|(_, kind)| Missing { kind, span: Span::new(SourceId::NONE, 0, 0) })
        .collect();
    let given = Policies {
        identity: of(PolicyKind::Identity, None),
        resource: of(resource_kind, None).first().copied(),
        boundaries: of(PolicyKind::Boundary, None),
        session: of(PolicyKind::Session, None),
        scps: levels("scp", PolicyKind::Scp),
        rcps: levels("rcp", PolicyKind::Rcp),
        endpoint: of(PolicyKind::Endpoint, None),
        missing,
    };
    let setting = Setting {
        resource_account: question["resource-account"].as_str(),
        management_account: flag("management-account"),
        service_linked_role: flag("service-linked-role"),
        rcps_cover: flag("rcps-cover"),
    };
    let principal = Caller::parse(text("principal")).unwrap_or(Caller::Anonymous);
    let mut context = Context::new();
    context.partial = flag("partial-context");
    for (key, value) in question["context"].as_object().into_iter().flatten() {
        let value = match value {
            Value::Null => ContextValue::Unknown,
            Value::Array(list) => ContextValue::Many(list.iter().filter_map(Value::as_str).map(Into::into).collect()),
            one => ContextValue::One(one.as_str().unwrap_or_default().into()),
        };
        context.set(key.as_str(), value);
    }
    let at = Instant::from_seconds(question["at"].as_i64().unwrap_or_default());
    derive(&mut context, principal, text("resource"), &setting, at);
    let request = Request { principal, action: text("action"), resource: text("resource"), context: &context };
    look(&request, &setting, &given)
}

/// The answer in the words of the oracle.
pub(crate) fn told(decision: &Decision<'_, '_>) -> String {
    match decision.answer {
        Answer::Allowed => "allowed".to_owned(),
        Answer::NotAllowed(blocks) => {
            let mut names: Vec<_> = blocks.iter().map(Block::name).collect();
            names.sort_unstable();
            format!("denied-implicit: {}", names.join(", "))
        }
        Answer::Denied(..) => "denied-explicit".to_owned(),
        Answer::Undecided(_) => "undecided".to_owned(),
        Answer::Refused(..) => "error".to_owned(),
    }
}

/// The answer, asked without a recorder.
pub(crate) fn answer(question: &Value) -> String {
    put(question, |request, setting, policies| told(&decide(request, setting, policies, &mut ())))
}

fn list_of(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    }
}
