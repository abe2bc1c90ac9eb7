//! Everything else that is recognised: any bytes as a file, checked by every rule, and every sign-in that it names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall::identity::Token;
use rolecall::inventory::{Form, Inventory};
use rolecall::policy::Instant;
use rolecall::report::Simulated;
use rolecall::simulate::{Flow, Login, Question, simulate};
use rolecall_fuzz::{check, draw, fault_lies_inside, source};

/// One line of this parts an input into several files.
const BETWEEN_FILES: &[u8] = b"\n---\n";

fuzz_target!(|bytes: &[u8]| {
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
    let answers: Vec<Simulated<'_, '_>> = logins(member.as_ref())
        .map(|(login, flow)| Simulated {
            subject: "somebody".to_owned(),
            simulation: simulate(&inventory, &question(login, flow)),
        })
        .collect();
    draw(&sources, &answers);
});

fn logins(member: Option<&Token>) -> impl Iterator<Item = (Login<'_>, Flow)> {
    let guest = [(Login::Guest, Flow::Enhanced), (Login::Guest, Flow::Classic)];
    guest.into_iter().chain(member.map(|token| (Login::Token(token), Flow::Enhanced)))
}

fn question(login: Login<'_>, flow: Flow) -> Question<'_> {
    Question {
        login,
        pool: None,
        flow,
        custom_role: None,
        role: None,
        access: Vec::new(),
        context: Vec::new(),
        at: Instant::from_seconds(1_795_435_200),
    }
}
