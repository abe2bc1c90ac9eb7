    /// The classic flow lets the caller name any role whose trust policy takes the token.
    fn choices(&mut self, token: Presented) {
        let mut unread = 0;
        for role in &self.inventory.roles {
            let Some(policy) = role.trust.as_ref() else {
                unread += 1;
                continue;
            };
            let answer = judge(role, policy, &token, self.flow, self.question);
            let place = answer.places.first().map(|label| label.span);
            let outcome = match (answer.state, &answer.judgement.verdict) {
                (_, Verdict::Refused(_)) => Outcome::Error,
                (GateState::Pass, _) => Outcome::Allowed,
                (GateState::Unknown, _) => Outcome::Undecided,
                _ => Outcome::Denied,
            };
            self.simulation.choices.push(Choice { role, outcome, place });
        }
        let named = |wanted: Outcome| {
            let fitting = self.simulation.choices.iter().filter(move |choice| choice.outcome == wanted);
            fitting.map(|choice| format!("`{}`", choice.role.name.shown())).collect::<Vec<_>>().join(", ")
        };
        let (takes, open) = (named(Outcome::Allowed), named(Outcome::Undecided));
        let (state, text) = match (takes.is_empty(), open.is_empty()) {
            (false, _) => (GateState::Pass, format!("this token is taken by {takes}")),
            (true, false) => (GateState::Unknown, format!("it is not known whether this token is taken by {open}")),
            (true, true) if unread > 0 || self.inventory.roles.is_empty() => (
                GateState::Unknown,
                "no trust policy that was given takes this token, and not every role's was (`aws iam get-role`)".to_owned(),
            ),
            (true, true) => (GateState::Fail, "no role among the inputs takes this token".to_owned()),
        };
        self.gate(GateKind::Trust, state, text, Vec::new());
        if state == GateState::Pass && !self.question.access.is_empty() {
            let text = "what may be done hangs on the role: name one with `--role`".to_owned();
            self.gate(GateKind::Permissions, GateState::Unknown, text, Vec::new());
        }
        self.simulation.presented = Some(token.claims);
    }

