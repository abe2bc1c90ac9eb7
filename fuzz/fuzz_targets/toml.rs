//! The TOML reader: any bytes give a tree whose places are right.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rolecall::syntax::toml;
use rolecall_fuzz::{form, source};

fuzz_target!(|bytes: &[u8]| {
    let (sources, id) = source(bytes);
    let tree = toml::read(id, sources.get(id).text());
    form(&sources, &tree);
    assert!(tree.len() <= 2 * bytes.len() + 2, "{} nodes", tree.len());
});
