//! The verdict on topics, by cases and by every short topic there is.

use std::collections::BTreeSet;

use super::form::{Form, Token};
use super::*;
use crate::id::{AgentId, TenantId};

const TENANT: &str = "abc";
const AGENT: &str = "web-01";

fn checked(topic: &str) -> CheckedTopic {
    let (tenant, agent): (TenantId, AgentId) = (TENANT.parse().unwrap(), AGENT.parse().unwrap());
    check(&tenant, Some(&agent), &[topic.to_owned()]).topics.remove(0)
}

fn rules(topic: &str) -> Vec<&'static str> {
    checked(topic).findings.iter().map(|finding| finding.rule.name()).collect()
}

#[test]
fn each_rule_finds_what_it_is_about() {
    let mut met = BTreeSet::new();
    for (topic, expected) in [
        // Fine.
        ("tenants/abc/agents/web-01/status", &[] as &[&str]),
        ("tenants/abc/anything/deeper", &[]),
        ("tenant.abc", &[]),
        ("tenant.abc.agent.web-01", &[]),
        ("agents.abc.task.translate.general", &[]),
        ("agents.abc.task.translate.>", &[]),
        ("_heartbeat.abc.web-01", &[]),
        ("_METRICS.tenant.abc.client.web-01", &[]),
        ("abc.orders", &[]),
        ("abc.clients.web-01.evt", &[]),
        // Not well formed.
        ("", &["empty_token"]),
        ("tenants//x", &["empty_token", "tenant_missing"]),
        ("/tenants/abc", &["empty_token", "unknown_form"]),
        ("tenants/abc/", &["empty_token"]),
        ("tenant..abc", &["empty_token", "tenant_missing"]),
        ("tenants/abc/my data", &["invalid_character"]),
        ("tenants/abc/\u{202e}x", &["invalid_character"]),
        ("tenant.abc.a\nb", &["invalid_character"]),
        ("tenants/abc/a.b", &["mixed_forms"]),
        ("tenants/abc/*", &["mixed_forms"]),
        ("tenant.abc.+", &["mixed_forms"]),
        ("tenants/abc/da+", &["wildcard_misplaced"]),
        ("tenants/abc/#/x", &["wildcard_misplaced"]),
        ("tenant.abc.x>", &["wildcard_misplaced"]),
        ("tenant.abc.>.x", &["wildcard_misplaced"]),
        ("tenants/abc/+/#", &["wildcards_combined"]),
        // Not inside.
        ("results", &["unknown_form"]),
        ("tenant/abc/results", &["unknown_form"]),
        ("_INBOX.x", &["unknown_form"]),
        ("agents/status/web-01", &["no_tenant_token"]),
        ("agents.presence.online", &["no_tenant_token"]),
        ("tenants/", &["empty_token", "tenant_missing"]),
        ("_PRESENCE.tenant", &["tenant_missing"]),
        ("tenants/+/results", &["wildcard_tenant", "wildcard_too_wide"]),
        ("tenants/#", &["wildcard_tenant", "wildcard_too_wide"]),
        ("#", &["wildcard_tenant", "wildcard_too_wide"]),
        (">", &["wildcard_tenant", "wildcard_too_wide"]),
        ("_PRESENCE.>", &["wildcard_tenant", "wildcard_too_wide"]),
        ("agents.*.heartbeat", &["wildcard_tenant", "wildcard_too_wide"]),
        ("tenant.abcd.agent.web-01", &["tenant_prefix"]),
        ("tenant.ab.agent.web-01", &["tenant_prefix"]),
        ("tenants/abcd/results", &["tenant_prefix"]),
        ("abcd.orders", &["tenant_prefix"]),
        ("agents.prod.heartbeat", &["other_tenant"]),
        ("tenants/other/results", &["other_tenant"]),
        ("tenants/ABC/results", &["other_tenant"]),
        ("tenants.abc.agents.web-01", &["plural_subject"]),
        ("tenants.abcd.agents.web-01", &["plural_subject", "tenant_prefix"]),
        // Too wide.
        ("tenants/abc/#", &["wildcard_too_wide"]),
        ("tenants/abc/agents/+/status", &["wildcard_too_wide"]),
        ("tenant.abc.>", &["wildcard_too_wide"]),
        ("agents.abc.>", &["wildcard_too_wide"]),
        ("abc.>", &["wildcard_too_wide"]),
    ] {
        assert_eq!(rules(topic), expected, "{topic:?}");
        met.extend(rules(topic));
    }
    // A tenant whose id has a dot cannot be named in a subject, and can in a slash topic.
    let tenant: TenantId = "abc.d".parse().unwrap();
    let topics = ["tenant.abc.d.agent.x", "tenants/abc.d/results", "tenants/abc.d/a.b"].map(str::to_owned);
    let report = check(&tenant, None, &topics);
    let found: Vec<Vec<&str>> =
        report.topics.iter().map(|topic| topic.findings.iter().map(|finding| finding.rule.name()).collect()).collect();
    assert_eq!(found, [vec!["tenant_unfit"], vec![], vec!["mixed_forms"]]);
    met.extend(found.concat());
    let all: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    assert_eq!(met, all, "a rule that no topic breaks");
}

#[test]
fn a_narrower_topic_is_named_and_is_itself_fine() {
    let instead = |topic: &str| checked(topic).findings.remove(0).instead;
    assert_eq!(instead("tenants/abc/agents/+/status"), ["tenants/abc/agents/web-01/status"]);
    assert_eq!(instead("tenant.abc.agent.>"), ["tenant.abc.agent.web-01"]);
    assert_eq!(instead("agents/status/web-01"), ["tenants/abc/agents/web-01/status"]);
    assert_eq!(checked("tenants/abc/agents/web-01/status").standard, Some(Direction::Publish));
    assert_eq!(instead("agents/orders/x"), ["tenants/abc/agents/orders/x"]);
    // What no standard topic says with the tenant is not made up.
    for topic in ["agents/heartbeat", "agents/presence/online", "agents.presence.online", "agents/control/web-01/stop"]
    {
        let finding = checked(topic).findings.remove(0);
        assert_eq!((finding.instead.len(), finding.message.contains("agree on one")), (0, true), "{topic}");
    }
    assert_eq!(instead("tenants.abc.agents.web-01"), ["tenant.abc.agent.web-01"]);
    assert_eq!(instead("tenant/abc/results"), ["tenants/abc/results"]);
    assert_eq!(instead("tenants/abc/#").len(), 4);
    for topic in ["tenants/abc/#", "tenants/abc/agents/+/status", "agents/status/web-01", "tenants.abc.agents.web-01"] {
        for narrower in instead(topic) {
            assert_eq!(rules(&narrower), [] as [&str; 0], "{topic}: {narrower}");
        }
    }
    // Nothing is advised of what is another's, or not well formed.
    for topic in ["tenants/abcd/results", "agents/a b", "agents//x", "tenant.abc.nothing.>"] {
        assert_eq!(instead(topic), [] as [&str; 0], "{topic}");
    }
}

#[test]
fn every_listed_topic_is_well_formed_and_is_told_as_it_is_listed() {
    let (tenant, agent): (TenantId, AgentId) = (TENANT.parse().unwrap(), AGENT.parse().unwrap());
    let report = list(&tenant, &agent, FormChoice::All);
    assert!(report.topics.len() > 25 && !report.unfit_for_nats);
    for listed in &report.topics {
        let concrete = listed.topic.replace(['{', '}'], "");
        let found = checked(&concrete);
        assert_eq!(found.in_tenant, listed.in_tenant, "{concrete}");
        assert_eq!(found.standard, Some(listed.direction), "{concrete}");
        let expected: &[&str] = if listed.in_tenant { &[] } else { &["no_tenant_token"] };
        assert_eq!(rules(&concrete), expected, "{concrete}");
    }
    // No subject can name an id with a dot.
    let dotted: AgentId = "web.01".parse().unwrap();
    let report = list(&tenant, &dotted, FormChoice::All);
    assert!(report.unfit_for_nats);
    assert!(report.topics.iter().filter(|topic| topic.form == Form::Nats).all(|topic| !topic.topic.contains("web")));
    assert!(report.topics.iter().any(|topic| topic.topic == "tenants/abc/agents/web.01/status"));
    assert!(list(&"a.b".parse().unwrap(), &agent, FormChoice::Only(Form::Nats)).topics.is_empty());
}

/// Every text of up to four of these tokens.
fn texts(tokens: &[&str], separator: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut last = vec![String::new()];
    for length in 0..4 {
        let join = |text: &String, token: &&str| match length {
            0 => (*token).to_owned(),
            _ => format!("{text}{separator}{token}"),
        };
        last = last.iter().flat_map(|text| tokens.iter().map(move |token| join(text, token))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// Whose a topic without wildcards is, by its words.
fn owner(form: Form, topic: &str) -> Option<&str> {
    let words: Vec<&str> = topic.split(form.separator()).collect();
    match (form, words.as_slice()) {
        (Form::Slash, ["tenants", owner, ..]) => Some(owner),
        (Form::Slash, _) | (Form::Nats, ["agents", "presence", ..]) => None,
        (Form::Nats, ["tenant" | "agents" | "_heartbeat", owner, ..]) => Some(owner),
        (Form::Nats, ["_HEARTBEAT", "tenant", owner, ..]) => Some(owner),
        (Form::Nats, ["tenant" | "agents" | "_heartbeat" | "_HEARTBEAT", ..]) => None,
        (Form::Nats, [owner, _, ..]) => Some(owner),
        (Form::Nats, _) => None,
    }
}

#[test]
fn what_is_inside_matches_nothing_of_another_tenant() {
    for (form, words, wildcards) in [
        (Form::Slash, ["tenants", "agents", "abc", "abcd", "ab", "x"].as_slice(), ["+", "#"]),
        (
            Form::Nats,
            ["tenant", "agents", "_heartbeat", "_HEARTBEAT", "presence", "abc", "abcd"].as_slice(),
            ["*", ">"],
        ),
    ] {
        let separator = form.separator().to_string();
        let topics: Vec<(String, Vec<Token>)> =
            texts(words, &separator).into_iter().map(|topic| (topic.clone(), form.tokens(&topic))).collect();
        let mut inside = 0;
        for pattern in texts(&[words, &wildcards].concat(), &separator) {
            let verdict = checked(&pattern);
            if verdict.form == Some(form) && verdict.in_tenant {
                inside += 1;
                let tokens = form.tokens(&pattern);
                for (topic, words) in &topics {
                    if form.covers(&tokens, words) && owner(form, topic) != Some(TENANT) {
                        panic!("`{pattern}` is called inside, and matches `{topic}`");
                    }
                }
            }
        }
        assert!(inside > 50, "{inside}");
        // And of topics without wildcards, exactly the tenant's are inside.
        for (topic, _) in topics.iter().filter(|(topic, _)| topic.contains(form.separator())) {
            assert_eq!(checked(topic).in_tenant, owner(form, topic) == Some(TENANT), "{topic}");
        }
    }
}
