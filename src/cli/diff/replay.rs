//! The command that asks for a request again, and gets the answer that it is allowed.

use std::borrow::Cow;
use std::fs;

use rolecall::arn::{Arn, is_account_id};
use rolecall::compare::{Pair, Sample, Subject};
use rolecall::evaluate::{Caller, Context, ContextValue, Setting, derive};
use rolecall::inventory::Inventory;
use rolecall::policy::{Instant, PolicyKind};
use rolecall::reference::{Reference, Service};
use rolecall::report::text::shell_word;
use rolecall::simulate::{Bearing, Inquiry, Outcome, ask};
use rolecall::source::{SourceId, Sources};

use super::states::State;

/// What is needed to try a command before it is told.
pub(super) struct Replay<'r> {
    pub(super) sources: &'r Sources,
    /// The new state.
    pub(super) state: &'r State,
    pub(super) kind: Option<PolicyKind>,
    pub(super) reference: &'r Reference,
    pub(super) at: Instant,
}

/// An account of AWS's documentation, for callers that the policies leave open.
const ACCOUNT: &str = "111122223333";

impl Replay<'_> {
    /// For each request that a policy allows now and did not before, the command, where there is one.
    pub(super) fn of(&self, pair: &Pair<'_, '_>, inventory: &Inventory<'_>) -> Vec<Option<String>> {
        let own = inputs(pair, inventory);
        let files: Option<Vec<&str>> = own.iter().map(|&id| self.file(id)).collect();
        let Some(files) = files.filter(|files| !files.is_empty() && self.kind.is_none()) else {
            return pair.widened.samples.iter().map(|_| None).collect();
        };
        let mut alone = Inventory::new(None);
        for &id in &own {
            alone.read(self.sources, id);
        }
        pair.widened.samples.iter().map(|sample| self.command(pair, sample, &alone, &files)).collect()
    }

    /// The file of an input, as long as it holds what was read.
    fn file(&self, id: SourceId) -> Option<&str> {
        let file = self.state.files.get(&id)?;
        let text = fs::read_to_string(file).ok()?;
        (text == self.sources.get(id).text()).then_some(file)
    }

    fn command(&self, pair: &Pair<'_, '_>, sample: &Sample<'_, '_>, inventory: &Inventory<'_>, files: &[&str]) -> Option<String> {
        let resource = resource(pair, sample, inventory);
        let principal = principal(pair, sample, inventory, &resource)?;
        self.is_allowed(&principal, sample, &resource, inventory).then(|| {
            let mut words = vec!["--principal".to_owned(), principal, "--action".to_owned(), sample.action.clone()];
            if resource != "*" {
                words.extend(["--resource".to_owned(), resource]);
            }
            for (key, value) in sample.context.iter() {
                words.extend(value.values().flat_map(|value| ["--context".to_owned(), format!("{key}={value}")]));
            }
            words.extend(files.iter().map(|&file| file.to_owned()));
            let words: Vec<Cow<'_, str>> = words.iter().map(|word| shell_word(word)).collect();
            format!("rolecall simulate {}", words.join(" "))
        })
    }

    /// Asks as the command will.
    fn is_allowed(&self, principal: &str, sample: &Sample<'_, '_>, resource: &str, inventory: &Inventory<'_>) -> bool {
        let Some(caller) = Caller::parse(principal) else { return false };
        let service = sample.action.split(':').next().and_then(|prefix| self.reference.service(prefix));
        let setting = Setting {
            resource_account: None,
            management_account: false,
            service_linked_role: false,
            rcps_cover: service.is_some_and(Service::has_rcps),
        };
        let mut context = Context::new();
        for (key, value) in sample.context.iter() {
            // a list of nothing cannot be typed
            if value.values().next().is_none() {
                return false;
            }
            let value = match value.values().collect::<Vec<_>>().as_slice() {
                [only] if !rolecall::evaluate::holds_many(self.reference, key) => ContextValue::One(Cow::Borrowed(*only)),
                several => ContextValue::Many(several.iter().map(|value| Cow::Borrowed(*value)).collect()),
            };
            context.set(key, value);
        }
        derive(&mut context, caller, resource, &setting, self.at);
        let bearing = Bearing::of(inventory, self.sources, caller, &sample.action, resource);
        let inquiry = Inquiry { principal: caller, action: &sample.action, resource, context: &context, setting };
        ask::<()>(&inquiry, &bearing.policies).outcome == Outcome::Allowed
    }
}

/// The inputs that bear on a policy: its own, and those that tell whose it is.
fn inputs(pair: &Pair<'_, '_>, inventory: &Inventory<'_>) -> Vec<SourceId> {
    let mut inputs: Vec<SourceId> = pair.new.iter().map(|policy| policy.mark.source).collect();
    let role = inventory.roles.iter().find(|role| pair.name.as_deref().is_some_and(|name| role.is(name)));
    if let Some(role) = role.filter(|_| !matches!(pair.subject, Subject::Policy(_))) {
        inputs.push(role.span().source);
    }
    inputs.sort();
    inputs.dedup();
    inputs
}

/// Of a trust policy the role, whatever stands for it in the request.
fn resource(pair: &Pair<'_, '_>, sample: &Sample<'_, '_>, inventory: &Inventory<'_>) -> String {
    if pair.subject != Subject::Trust {
        return sample.resource.clone();
    }
    let name = pair.name.as_deref().unwrap_or_default();
    let known = inventory.role(name).and_then(|role| role.arn.as_ref()?.known().map(str::to_owned));
    let account = sample.principal.as_deref().and_then(Caller::parse).and_then(Caller::account).unwrap_or(ACCOUNT);
    known.unwrap_or_else(|| format!("arn:aws:iam::{account}:role/{name}"))
}

/// Who asks: of permissions the role, and where nothing tells somebody of the account of the resource.
fn principal(pair: &Pair<'_, '_>, sample: &Sample<'_, '_>, inventory: &Inventory<'_>, resource: &str) -> Option<String> {
    if let Some(principal) = &sample.principal {
        return Some(principal.clone());
    }
    let account = Arn::parse(resource).map(|arn| arn.account).filter(|own| is_account_id(own)).unwrap_or(ACCOUNT);
    match pair.subject {
        Subject::Permissions => {
            let name = pair.name.as_deref()?;
            let known = inventory.role(name).and_then(|role| role.arn.as_ref()?.known().map(str::to_owned));
            Some(known.unwrap_or_else(|| format!("arn:aws:iam::{account}:role/{name}")))
        }
        Subject::Policy(PolicyKind::Identity) => Some(format!("arn:aws:iam::{account}:user/somebody")),
        _ => None,
    }
}
