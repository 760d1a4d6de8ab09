//! The JSON Schema of everything that `--json` prints.
//!
//! Owns the list of reports by the name that stands in their `schema` member, each with the very type that is
//! printed. A name keeps its meaning: members may be added to a report, and nothing that was there is taken away,
//! renamed or widened, unless the number behind the name goes up.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use crate::cli::failure::{ErrorReport, VersionData};
use crate::cli::output::Warning;
use crate::cli::{auth, capabilities, completions, config, doctor, event, help, key, monitor, service, setup};
use crate::ops;

/// One report.
pub(crate) struct Report {
    /// Its name without `artcafe.` and number, such as `key.list`.
    pub(crate) name: &'static str,
    data: fn(&mut SchemaGenerator) -> Schema,
}

const fn report<T: JsonSchema>(name: &'static str) -> Report {
    Report { name, data: SchemaGenerator::subschema_for::<T> }
}

/// Every report, by name.
pub(crate) const REPORTS: &[Report] = &[
    report::<ops::agent::delete::AgentDeleteReport>("agent.delete"),
    report::<ops::agent::list::AgentListReport>("agent.list"),
    report::<ops::agent::register::AgentRegisterReport>("agent.register"),
    report::<ops::agent::show::AgentShowReport>("agent.show"),
    report::<ops::agent::update::AgentUpdateReport>("agent.update"),
    report::<ops::identity_switch::SwitchReport>("agent.use"),
    report::<ops::agent::watch::WatchEvent>("agent.watch"),
    report::<ops::audit::ExportReport>("audit.export"),
    report::<ops::audit::ShowReport>("audit.show"),
    report::<ops::audit::VerifyReport>("audit.verify"),
    report::<ops::login::LoginReport>("auth.login"),
    report::<ops::login::LogoutReport>("auth.logout"),
    report::<ops::login::AuthStatusReport>("auth.status"),
    report::<auth::TestData>("auth.test"),
    report::<auth::TokenData<'static>>("auth.token"),
    report::<auth::OutputData<'static>>("auth.token.output"),
    report::<capabilities::Capabilities>("capabilities"),
    report::<ops::ci::SweepReport>("ci.sweep"),
    report::<completions::ScriptData>("completions"),
    report::<config::ExplainData>("config.explain"),
    report::<config::GetData>("config.get"),
    report::<ops::configure::InitReport>("config.init"),
    report::<config::PathData>("config.path"),
    report::<config::ProfilesData>("config.profiles"),
    report::<ops::relink::RelinkReport>("config.relink"),
    report::<ops::configure::ChangeReport>("config.set"),
    report::<config::ShowData>("config.show"),
    report::<ops::configure::ChangeReport>("config.unset"),
    report::<config::ValidateData>("config.validate"),
    report::<ops::deregister::DeregisterReport>("deregister"),
    report::<doctor::DoctorData>("doctor"),
    report::<doctor::DoctorList>("doctor.list"),
    report::<help::HelpData>("help"),
    report::<ops::convert::ConvertReport>("key.convert"),
    report::<ops::revoke::RevokeReport>("key.delete"),
    report::<ops::generate::GenerateReport>("key.generate"),
    report::<setup::GeneratePlan>("key.generate.plan"),
    report::<ops::list::ListReport>("key.list"),
    report::<key::NeedsRotation>("key.needs-rotation"),
    report::<ops::register::RegisterReport>("key.register"),
    report::<ops::repair::RepairReport>("key.repair"),
    report::<ops::revoke::RevokeReport>("key.revoke"),
    report::<Option<ops::rotate::Rotated>>("key.rotate"),
    report::<key::RotatePlan>("key.rotate.plan"),
    report::<key::RotateSkipped>("key.rotate.skipped"),
    report::<ops::show::ShowReport>("key.show"),
    report::<key::StatusData>("key.status"),
    report::<ops::pages::PagesReport>("man"),
    report::<monitor::MonitorData>("monitor"),
    report::<ops::agent_paths::PathReport>("path"),
    report::<ops::agent_paths::CacheKeyReport>("path.cache-key"),
    report::<crate::sandbox::Info>("sandbox.serve"),
    report::<ops::service::ServiceReport>("service.install"),
    report::<ops::service::ServiceStatus>("service.status"),
    report::<ops::service::ServiceReport>("service.uninstall"),
    report::<service::UnitsData>("service.units"),
    report::<ops::setup::SetupReport>("setup"),
    report::<ops::status::StatusReport>("status"),
    report::<ops::tenant::known::KnownReport>("tenant.list"),
    report::<ops::tenant::members::MembersReport>("tenant.members"),
    report::<ops::tenant::register::RegisterTenantReport>("tenant.register"),
    report::<ops::tenant::show::ShowReport>("tenant.show"),
    report::<ops::tenant::usage::UsageReport>("tenant.usage"),
    report::<ops::identity_switch::SwitchReport>("tenant.use"),
    report::<ops::topic::CheckReport>("topic.check"),
    report::<ops::topic::ListReport>("topic.list"),
    report::<VersionData>("version"),
];

/// The names of all reports' schemas.
pub(crate) fn names() -> impl Iterator<Item = String> {
    REPORTS.iter().map(|report| format!("artcafe.{}/1", report.name))
}

/// Every schema: its name with its number, and the document.
pub fn documents() -> Vec<(String, Value)> {
    let reports = REPORTS.iter().map(|report| {
        let name = format!("artcafe.{}/1", report.name);
        let mut generator = generator();
        let data = (report.data)(&mut generator);
        let document = enveloped(&name, data, &mut generator);
        (name, document)
    });
    let mut generator = generator();
    let error = with_shared(generator.root_schema_for::<ErrorReport>().to_value(), &mut generator);
    let mut all: Vec<(String, Value)> = reports.collect();
    all.push(("artcafe.error/1".to_owned(), titled("artcafe.error/1", error)));
    let event = self::generator().into_root_schema_for::<event::Event>().to_value();
    all.push((event::NAME.to_owned(), titled(event::NAME, event)));
    all
}

/// What a program finds under a name, `artcafe.` included.
pub(crate) fn document(name: &str) -> Option<Value> {
    documents().into_iter().find(|(known, _)| known == name).map(|(_, document)| document)
}

/// Of what is written, not of what could be read: a member that is always there is required.
fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_serialize().into_generator()
}

/// The object around a report's data.
fn enveloped(name: &str, data: Schema, generator: &mut SchemaGenerator) -> Value {
    let document = json!({
        "type": "object",
        "properties": { "schema": { "const": name }, "data": data },
        "required": ["schema", "data"],
    });
    titled(name, with_shared(document, generator))
}

/// With what every object has: the warnings, and the requests that `--verbose` describes.
fn with_shared(mut document: Value, generator: &mut SchemaGenerator) -> Value {
    let warnings = generator.subschema_for::<Vec<Warning>>();
    document["properties"]["warnings"] = warnings.to_value();
    document["properties"]["trace"] = json!({ "type": "array", "items": { "type": "string" } });
    if let Some(required) = document["required"].as_array_mut() {
        required.push(json!("warnings"));
    }
    let definitions = generator.take_definitions(true);
    if let Some(known) = document.get_mut("$defs").and_then(Value::as_object_mut) {
        known.extend(definitions);
    } else if !definitions.is_empty() {
        document["$defs"] = Value::Object(definitions);
    }
    document
}

fn titled(name: &str, document: Value) -> Value {
    let mut whole = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "title": name });
    if let (Some(whole), Value::Object(rest)) = (whole.as_object_mut(), document) {
        whole.extend(rest.into_iter().filter(|(member, _)| member != "$schema" && member != "title"));
    }
    whole
}

/// The file below `docs/schemas` that holds a schema: `artcafe.key.list/1` is in `key.list.1.json`.
pub fn file_name(name: &str) -> String {
    format!("{}.json", name.trim_start_matches("artcafe.").replace('/', "."))
}
