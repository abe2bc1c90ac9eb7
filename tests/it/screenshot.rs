//! The picture in the README is what the tool prints in a terminal, drawn.

use std::fs;

use anstyle_svg::Term;

use crate::support;
use crate::transcript::{finish, tool};

const PICTURE: &str = "docs/images/check.svg";

/// What is typed: it must run in a fresh clone, as it stands there.
const TYPED: [&str; 3] = ["check", "fixtures/scenarios/tutorial-missing-amr/roles/rbac-users-admin-role.json", "--color=always"];

#[test]
fn the_picture_of_a_check_is_current() {
    let ran = finish(tool().args(TYPED).current_dir(support::root()));
    assert!(ran.stdout.contains("guest-can-assume") && ran.stdout.contains('\u{1B}'), "{}", ran.stdout);
    let typed = TYPED.iter().filter(|word| !word.starts_with("--color")).copied().collect::<Vec<_>>().join(" ");
    let drawn = Term::new().render_svg(&format!("$ rolecall {typed}\n{}", ran.stdout));
    let own = fs::read_to_string(support::root().join(PICTURE)).unwrap_or_default();
    support::none(support::settle(PICTURE, &own, &drawn));
}
