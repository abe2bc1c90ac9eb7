//! Everything else that is recognised: any bytes as a file, checked by every rule, every sign-in that it names, and a few
//! requests.

use rolecall::evaluate::{Caller, Context, Setting};
use rolecall::identity::Token;
use rolecall::inventory::{Form, Inventory};
use rolecall::policy::Instant;
use rolecall::reference::Reference;
use rolecall::repair;
use rolecall::report::{Answered, Simulated};
use rolecall::simulate::{Bearing, Flow, Inquiry, Login, Question, World, ask, simulate};
use rolecall::source::Sources;

use super::laws::{check, draw, draw_requests, fault_lies_inside, source};

/// One line of this parts an input into several files.
const BETWEEN_FILES: &[u8] = b"\n---\n";

pub fn inventory(bytes: &[u8]) {
    let (mut sources, first) = source(&[]);
    let mut rest = bytes;
    let mut ids = vec![first];
    while let Some(at) = rest.windows(BETWEEN_FILES.len()).position(|window| window == BETWEEN_FILES) {
        ids.push(sources.add_bytes(format!("{}.json", ids.len()), rest[..at].to_vec()));
        rest = &rest[at + BETWEEN_FILES.len()..];
    }
    ids.push(sources.add_bytes("last.json", rest.to_vec()));
    let mut inventory = Inventory::new(None);
    for &id in &ids {
        inventory.read(&sources, id);
    }
    inventory.complete(&sources);
    assert_eq!(inventory.documents.len(), ids.len(), "every file is accounted for");
    for document in &inventory.documents {
        for fault in &document.faults {
            fault_lies_inside(&sources, fault);
        }
    }
    if inventory.documents.iter().all(|document| matches!(document.form, Form::Nothing(_))) {
        return;
    }
    check(&sources, &inventory);
    let groups: Vec<&str> = inventory.groups.iter().filter_map(|group| group.name.known()).take(2).collect();
    let member = inventory.sign_in(&groups, None).ok();
    let reference = Reference::default();
    let world = World { inventory: &inventory, sources: &sources, reference: &reference };
    let answers: Vec<Simulated<'_, '_>> = logins(member.as_ref())
        .map(|(login, flow)| {
            let question = question(login, flow);
            let simulation = simulate(world, &question);
            let repairs = repair::of_simulation(world, &simulation, &question);
            Simulated { subject: "somebody".to_owned(), simulation, repairs }
        })
        .collect();
    draw(&sources, &answers);
    let role = inventory.roles.iter().find_map(|role| role.arn.as_ref()?.known());
    let context = Context::new();
    let requests: Vec<Answered<'_, '_, '_>> =
        inquiries(role.unwrap_or(USER), &context).map(|inquiry| answer(&inventory, &sources, inquiry)).collect();
    draw_requests(&sources, &requests);
}

const USER: &str = "arn:aws:iam::111122223333:user/somebody";

/// A role, or somebody, and nobody, ask for an object, for all objects and for the role.
fn inquiries<'a>(role: &'a str, context: &'a Context<'a>) -> impl Iterator<Item = Inquiry<'a>> {
    let asked = [("s3:GetObject", "arn:aws:s3:::a/b"), ("s3:PutObject", "arn:aws:s3:::*"), ("sts:AssumeRole", role)];
    let callers = [Caller::Aws(role), Caller::Aws(USER), Caller::Anonymous];
    callers.into_iter().flat_map(move |principal| {
        asked.into_iter().map(move |(action, resource)| {
            let setting = Setting { rcps_cover: true, ..Setting::default() };
            Inquiry { principal, action, resource, context, setting }
        })
    })
}

fn answer<'q, 'i, 's>(inventory: &'i Inventory<'s>, sources: &Sources, inquiry: Inquiry<'q>) -> Answered<'q, 'i, 's> {
    let bearing = Bearing::of(inventory, sources, inquiry.principal, inquiry.action, inquiry.resource);
    let reply = ask(&inquiry, &bearing.policies);
    Answered { principal: "somebody", inquiry, reply, assumptions: bearing.assumptions, unknown: bearing.unknown }
}

fn logins(member: Option<&Token>) -> impl Iterator<Item = (Login<'_>, Flow)> {
    let guest = [(Login::Guest, Flow::Enhanced), (Login::Guest, Flow::Classic)];
    guest.into_iter().chain(member.map(|token| (Login::Token(token), Flow::Enhanced)))
}

fn question(login: Login<'_>, flow: Flow) -> Question<'_> {
    Question { flow, ..Question::new(login, Instant::from_seconds(1_795_435_200)) }
}
