//! The TOML reader: any bytes give a tree whose places are right.

use rolecall::syntax::toml;

use super::laws::{form, source};

pub fn toml(bytes: &[u8]) {
    let (sources, id) = source(bytes);
    let tree = toml::read(id, sources.get(id).text());
    form(&sources, &tree);
    assert!(tree.len() <= 2 * bytes.len() + 2, "{} nodes", tree.len());
}
