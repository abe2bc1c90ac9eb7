//! `rolecall lsp`: the same answers in an editor.

use super::{Common, Ending, config, reference};

/// Speaks the language server protocol on standard input and output: an editor starts it, nobody else has to. `docs/editor.md` tells how.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Editors like to say this. There is no other way.
    #[arg(long, hide = true)]
    stdio: bool,
}

#[cfg(not(feature = "lsp"))]
pub(super) fn run(args: &Args, _: &config::Args, _: &reference::Args, _: Common) -> Ending {
    let _ = args.stdio;
    Err(super::Failure::with_help(
        "this rolecall is built without the feature `lsp`, so it serves no editor",
        "`cargo install rolecall --features lsp` builds one that does; `docs/editor.md` tells how to set it up",
    ))
}

#[cfg(feature = "lsp")]
pub(super) fn run(args: &Args, config: &config::Args, reference: &reference::Args, common: Common) -> Ending {
    use std::io::{BufReader, stdin, stdout};

    let _ = args.stdio;
    let mut desk = desk::Desk::new(config, reference::load(reference)?, common);
    match rolecall::lsp::serve(&mut desk, BufReader::new(stdin()), stdout().lock()) {
        Ok(true) => Ok(super::Exit::Fine),
        // an editor that is gone needs no words
        Ok(false) | Err(_) => Ok(super::Exit::Found),
    }
}

#[cfg(feature = "lsp")]
mod desk {
    use std::path::Path;

    use rolecall::config::Choice;
    use rolecall::finding::Finding;
    use rolecall::fix;
    use rolecall::inventory::{Inventory, Role};
    use rolecall::lint::Rule;
    use rolecall::lsp::{self, Caller, Looked, Scope, Trouble};
    use rolecall::reference::Reference;
    use rolecall::report::{Detail, Look, human, text};
    use rolecall::simulate::World;

    use crate::cli::config::{self, Loaded, load_for};
    use crate::cli::input::{Inputs, Shelf, gather_open};
    use crate::cli::judge::Judge;
    use crate::cli::login::{How, Subject, everybody, refuse_names};
    use crate::cli::{Common, Failure, baseline, check, now, rules, secret, simulate, who};

    /// What reads and answers, with what it keeps from one time to the next.
    pub(super) struct Desk<'a> {
        config: &'a config::Args,
        reference: Reference,
        common: Common,
        shelf: Shelf,
    }

    /// Columns of a page in an editor.
    const WIDTH: usize = 100;
    const LOOK: Look = Look { width: WIDTH, colour: false, unicode: true };

    /// How files with tokens or claims are called.
    const TOKENS: [&str; 2] = [".jwt", "claims.json"];
    /// More than these nobody wants to choose from.
    const MOST_TOKENS: usize = 12;

    impl<'a> Desk<'a> {
        pub(super) fn new(config: &'a config::Args, reference: Reference, common: Common) -> Self {
            Self { config, reference, common, shelf: Shelf::default() }
        }

        /// Gathers what `who` and `simulate` look at: whatever `check` is told to leave out counts there.
        fn asked<T>(
            &mut self,
            scope: &Scope<'_>,
            ask: impl FnOnce(&Self, &Inputs, &Inventory<'_>) -> Result<T, Failure>,
        ) -> Result<T, Trouble> {
            let inputs = gather_open(scope, &Loaded::default(), &mut self.shelf, false)?;
            let inventory = inputs.inventory(None);
            Ok(ask(self, &inputs, &inventory)?)
        }

        fn world<'w, 's>(&'w self, inputs: &'w Inputs, inventory: &'w Inventory<'s>) -> World<'w, 's> {
            World { inventory, sources: &inputs.sources, reference: &self.reference }
        }
    }

    impl lsp::Desk for Desk<'_> {
        fn reference(&self) -> &Reference {
            &self.reference
        }

        fn rule(&self, name: &str) -> Option<&'static Rule> {
            rules::all().map(|(_, rule)| rule).find(|rule| rule.name == name)
        }

        fn look(&mut self, scope: &Scope<'_>, then: &mut dyn FnMut(&Looked<'_, '_, '_>)) -> Result<(), Trouble> {
            let loaded = load_for(self.config, scope)?;
            let mut inputs = gather_open(scope, &loaded, &mut self.shelf, true)?;
            let baseline = baseline::load(None, &loaded, &mut inputs.sources)?;
            let paths = [scope.home.to_owned()];
            let judge = Judge {
                loaded: &loaded,
                reference: &self.reference,
                rules: check::asked(&Choice::default(), &loaded),
                paths: &paths,
                baseline,
                ignores_suppressions: false,
                prints: false,
                at: now(),
            };
            let inventory = inputs.inventory(None);
            let facts = judge.facts(&inputs, &inventory);
            let reported = judge.sifted(&facts, &inputs, Vec::new()).reported;
            let mut findings: Vec<Finding> = reported.into_iter().map(|(finding, _)| finding).collect();
            // fixes are tried, which takes its time
            findings.retain(|finding| scope.is_open(inputs.sources.get(finding.primary.span.source).name()));
            fix::settle(&mut findings, &facts);
            then(&Looked { facts: &facts, findings: &findings, is_as_read: &|id| inputs.is_as_read(id) });
            Ok(())
        }

        fn who(&mut self, scope: &Scope<'_>, role: &str) -> Result<String, Trouble> {
            self.asked(scope, |desk, inputs, inventory| {
                let answers = who::answers(desk.world(inputs, inventory), meant(inventory, role)?);
                let assumptions: Vec<String> = inventory.assumed().collect();
                Ok(human::who(&answers, &assumptions, &inputs.sources, LOOK))
            })
        }

        fn callers(&mut self, scope: &Scope<'_>) -> Result<Vec<String>, Trouble> {
            self.asked(scope, |_, inputs, inventory| {
                let subjects = everybody(inventory, None).into_iter().map(|subject| subject.name);
                Ok(subjects.chain(tokens(inputs).into_iter().map(holder_of)).collect())
            })
        }

        fn simulate(&mut self, scope: &Scope<'_>, role: &str, caller: Caller<'_>) -> Result<String, Trouble> {
            self.asked(scope, |desk, inputs, inventory| {
                let role = meant(inventory, role)?.first().map_or_else(|| role.to_owned(), |role| role.id().into_owned());
                let how = How::to(&role);
                refuse_names(&how, inventory)?;
                let subjects = subjects(scope.home, caller, inputs, inventory)?;
                let (world, at) = (desk.world(inputs, inventory), now());
                let answers = simulate::answers(world, &subjects, |subject| subject.question(&how, at));
                let detail = Detail::of(answers.len(), desk.common.verbose);
                Ok(human::simulations(&answers, detail, &inputs.sources, LOOK))
            })
        }
    }

    impl From<Failure> for Trouble {
        fn from(failure: Failure) -> Self {
            let escaped = |own: String| text::escape(&own).into_owned();
            Self::Told { message: escaped(failure.message), help: failure.help.map(escaped) }
        }
    }

    /// The role that a lens stands above, also where its name is known in part only; else what is meant by the name.
    fn meant<'i, 's>(inventory: &'i Inventory<'s>, id: &str) -> Result<Vec<&'i Role<'s>>, Failure> {
        let own: Vec<&Role<'_>> = inventory.roles.iter().filter(|role| role.id() == id).collect();
        if own.is_empty() { who::roles(inventory, id) } else { Ok(own) }
    }

    fn subjects(home: &Path, caller: Caller<'_>, inputs: &Inputs, inventory: &Inventory<'_>) -> Result<Vec<Subject>, Failure> {
        // a path that is whole names a file, and nothing else that may stand for a token
        let of_file = |path: &Path| secret::token(&home.join(path).to_string_lossy(), false, None);
        match caller {
            Caller::Everybody => Ok(everybody(inventory, None)),
            Caller::Claims(claims) => Ok(vec![Subject::holder(secret::claims_in(claims)?)]),
            Caller::File(path) => Ok(vec![Subject::holder(of_file(path)?)]),
            Caller::Named(name) => {
                if let Some(own) = everybody(inventory, None).into_iter().find(|subject| subject.name == name) {
                    return Ok(vec![own]);
                }
                let file = tokens(inputs).into_iter().find(|file| holder_of(file) == name);
                let file = file.ok_or_else(|| Failure::new("nobody of that name signs in any more"))?;
                Ok(vec![Subject::holder(of_file(Path::new(file))?)])
            }
        }
    }

    /// The files that are called as those with tokens and claims are, in the order of their names.
    fn tokens(inputs: &Inputs) -> Vec<&str> {
        let looked_at = inputs.sources.iter().map(|(_, source)| source.name());
        let passed_over = inputs.passed_over.iter().map(|(name, _)| name.as_str());
        let is_one = |name: &&str| TOKENS.iter().any(|end| name.ends_with(end));
        let mut names: Vec<&str> = looked_at.chain(passed_over).filter(is_one).collect();
        names.sort_unstable();
        names.dedup();
        names.truncate(MOST_TOKENS);
        names
    }

    fn holder_of(file: &str) -> String {
        format!("the holder of `{file}`")
    }
}
