//! `[[forbid]]`: what no policy may allow.

use super::{Reader, Value};
use crate::config::Forbid;
use crate::evaluate::Caller;

impl Reader<'_> {
    pub(super) fn forbid(&mut self, value: &Value<'_>) -> Option<Forbid> {
        let table = self.table(value, "forbid")?;
        let mut forbid = Forbid { name: "without a name".to_owned(), ..Forbid::default() };
        let mut complete = false;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => forbid.name = self.text(value, "a name")?.to_owned(),
                "why" => forbid.why = self.text(value, "a reason").map(str::to_owned),
                "action" => {
                    complete = true;
                    forbid.actions = self.texts(value, "action");
                    self.written_out(value, &forbid.actions);
                }
                "resource" => forbid.resource = self.resource(value),
                "principal" => {
                    complete = true;
                    forbid.principal = self.principal(value);
                }
                "unless" => forbid.unless = self.unless(value),
                name => self.unknown_key(key.span(), name, "forbid"),
            }
        }
        if !complete {
            let help = "give `action`, `principal` or both".to_owned();
            self.problem(value.span(), "it is not told what is forbidden".to_owned(), Some(help));
        }
        Some(forbid)
    }

    /// Tells of actions that are none, or stand for several.
    fn written_out(&mut self, value: &Value<'_>, actions: &[String]) {
        let is_one = |own: &String| own.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty());
        if let Some(own) = actions.iter().find(|own| !is_one(own) || own.contains(['*', '?'])) {
            let help = "write each out, as `s3:PutObject`".to_owned();
            self.problem(value.span(), format!("`{own}` is not one action"), Some(help));
        }
    }

    fn resource(&mut self, value: &Value<'_>) -> Option<String> {
        let own = self.text(value, "a resource")?;
        if own.contains(['*', '?']) {
            let help = "write one out, or leave `resource` away, which stands for every resource".to_owned();
            self.problem(value.span(), format!("`{own}` is not one resource"), Some(help));
        }
        Some(own.to_owned())
    }

    fn principal(&mut self, value: &Value<'_>) -> Option<String> {
        let own = self.text(value, "a principal")?;
        if Caller::parse(own).is_none() {
            let help = "write an ARN, an account id, `service:…` or `anonymous`".to_owned();
            self.problem(value.span(), format!("`{own}` is no principal"), Some(help));
        }
        Some(own.to_owned())
    }

    fn unless(&mut self, value: &Value<'_>) -> Vec<(String, Vec<String>)> {
        let Some(table) = self.table(value, "unless") else { return Vec::new() };
        let mut all = Vec::new();
        for (key, value) in table {
            let name = key.get_ref().to_string();
            let values = self.texts(value, &name);
            if !name.contains(':') {
                let help = Some("a condition key has a colon, as `aws:SourceVpce`".to_owned());
                self.problem(key.span(), format!("`{name}` is no condition key"), help);
            }
            all.push((name, values));
        }
        all
    }
}
