//! The YAML reader: any bytes give a tree whose places are right, and aliases do not blow it up.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall::syntax::yaml::{self, MAX_ALIASED};
use rolecall_fuzz::{form, source};

fuzz_target!(|bytes: &[u8]| {
    let (sources, id) = source(bytes);
    let text = sources.get(id).text();
    let tree = yaml::read(id, text);
    form(&sources, &tree);
    assert!(tree.len() <= 2 * text.len() + 2 + MAX_ALIASED, "{} nodes", tree.len());
});
