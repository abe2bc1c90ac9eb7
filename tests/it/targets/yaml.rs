//! The YAML reader: any bytes give a tree whose places are right, and aliases do not blow it up.

use rolecall::syntax::yaml::{self, MAX_ALIASED};

use super::laws::{form, source};

pub fn yaml(bytes: &[u8]) {
    let (sources, id) = source(bytes);
    let text = sources.get(id).text();
    let tree = yaml::read(id, text);
    form(&sources, &tree);
    assert!(tree.len() <= 2 * text.len() + 2 + MAX_ALIASED, "{} nodes", tree.len());
}
