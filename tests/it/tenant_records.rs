//! `artcafe tenant show`, `list`, `members` and `register`, where the server helps and where it refuses.

use artcafe::sandbox::Dialect;
use serde_json::{Value, json};

use crate::support::screen::assert_screen;
use crate::support::{Server, TestEnv, fake, mode};

fn register(env: &TestEnv, more: &[&str]) -> crate::support::Run {
    let line = ["tenant", "register", "--name", "Example Ltd", "--admin-email", "admin@example.com", "--json"];
    env.run(&[&line, more].concat())
}

#[test]
fn the_record_is_shown_or_what_is_known_without_it() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        env.set_up();
        let data = env.run(&["tenant", "show", "--json"]).expect(0).data();
        assert_eq!((&data["tenant_id"], &data["plan"]), (&json!(server.tenant()), &json!("basic")));
        assert_eq!(data["tenant_from"], "ARTCAFE_TENANT_ID");
        assert_eq!(data["token"]["tenant_id"], server.tenant());
        let kinds: Vec<&str> =
            data["known_here"].as_array().unwrap().iter().map(|source| source["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["configuration", "registration"]);
        let shown = env.run(&["tenant", "show"]);
        match dialect {
            Dialect::Documented => {
                assert_eq!(
                    (&data["record"]["name"], &data["plan_from"]),
                    (&json!("Acme"), &json!("GET /tenants/{id}"))
                );
                assert_eq!(data["record_problem"], Value::Null);
                assert_screen(
                    &env,
                    &shown,
                    snapbox::str![[r#"
tenant   11111111-aaaa-4aaa-8aaa-111111111111 (from ARTCAFE_TENANT_ID)
name     Acme
status   active
payment  active
made     [DATE]
plan     basic
endpoint [SERVER]
token    ARTCAFE_TOKEN, for tenant 11111111-aaaa-4aaa-8aaa-111111111111, until [DATE] [CLOCK] UTC
known    configuration [ROOT]/user/.artcafe/config.yaml
known    registration [SERVER]

"#]],
                );
            }
            Dialect::AsBuilt => {
                assert_eq!((&data["record"], &data["plan_from"]), (&Value::Null, &json!("GET /billing/usage-summary")));
                assert!(data["record_problem"].as_str().unwrap().contains("refuses it to every token"), "{data}");
                assert_screen(
                    &env,
                    &shown,
                    snapbox::str![[r#"
tenant   11111111-aaaa-4aaa-8aaa-111111111111 (from ARTCAFE_TENANT_ID)
plan     basic
endpoint [SERVER]
token    ARTCAFE_TOKEN, for tenant 11111111-aaaa-4aaa-8aaa-111111111111, until [DATE] [CLOCK] UTC
known    configuration [ROOT]/user/.artcafe/config.yaml
known    registration [SERVER]
no record: the server refuses it to this token; the public server refuses it to every token

"#]],
                );
            }
        }
        // The agent's own token is no person's; without any token, this machine alone tells.
        let mut own = env.clone();
        own.unset("ARTCAFE_TOKEN");
        let data = own.run(&["tenant", "show", "--json"]).expect(0).data();
        assert_eq!((&data["record"], &data["plan"]), (&Value::Null, &json!("basic")));
        assert!(data["record_problem"].as_str().unwrap().contains("no person's"), "{data}");
        let mut none = TestEnv::with(&server);
        none.unset("ARTCAFE_TOKEN");
        let data = none.run(&["tenant", "show", "--json"]).expect(0).data();
        assert_eq!((&data["plan"], &data["token"]), (&Value::Null, &Value::Null));
        assert!(data["record_problem"].as_str().unwrap().contains("no token"), "{data}");
    }
    let down = Server::start(Dialect::Documented, &["GET /tenants/{id}=close-before"]);
    let env = TestEnv::with(&down);
    let run = env.run(&["tenant", "show", "--json", "--retries", "0"]).expect(69);
    assert_eq!(run.code_name(), "SERVER_UNREACHABLE");
}

#[test]
fn another_tenants_record_is_not_taken_for_ours() {
    let server = Server::start(Dialect::Documented, &[]);
    let url = server.url().to_owned();
    let tenant = server.tenant().to_owned();
    let token = server.token().to_owned();
    let proxy = fake::Fake::start(move |request| match request.line.contains("/tenants/") {
        true => request.forward_changed(&server, |body| body["id"] = json!("somebody-else")),
        false => request.forward(&server),
    });
    assert_ne!(proxy.url(), url);
    let mut env = TestEnv::new();
    env.set("ARTCAFE_API_ENDPOINT", proxy.url());
    env.set("ARTCAFE_TENANT_ID", &tenant);
    env.set("ARTCAFE_TOKEN", &token);
    assert_eq!(env.run(&["tenant", "show", "--json"]).expect(1).code_name(), "BAD_ANSWER");
    // The header names the tenant that the path names.
    let asked = proxy.seen().into_iter().find(|request| request.line.contains("/tenants/")).unwrap();
    assert!(asked.headers.iter().any(|line| *line == format!("x-tenant-id: {tenant}")), "{asked:?}");
}

#[test]
fn the_list_joins_the_servers_tenants_and_those_of_this_machine() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let env = TestEnv::with(&server);
        env.set_up();
        env.write(".artcafe/profiles/staging.yaml", "auth:\n  tenant_id: of-staging\n");
        let other = server.info.tenants[1].id.clone();
        let token = env.write("other.token", &server.info.tenants[1].admin_token);
        env.run(&["auth", "login", "--tenant-id", &other, "--token", &format!("file:{token}")]).expect(0);
        let run = env.run(&["tenant", "list", "--json"]).expect(0);
        let data = run.data();
        let of = |id: &str| {
            let tenants = data["tenants"].as_array().unwrap();
            tenants.iter().find(|tenant| tenant["tenant_id"] == id).unwrap_or_else(|| panic!("{id}: {data}"))
        };
        assert_eq!(data["tenants"].as_array().unwrap().len(), 3, "{data}");
        assert_eq!(
            (&of("of-staging")["in_force"], &of(&other)["sources"][0]["kind"]),
            (&json!(false), &json!("login"))
        );
        let own = of(server.tenant());
        assert_eq!(own["in_force"], true);
        match dialect {
            Dialect::Documented => {
                assert_eq!((&data["listed_by_server"], &own["name"]), (&json!(1), &json!("Acme")));
                assert_eq!(run.warnings(), [] as [&str; 0]);
            }
            Dialect::AsBuilt => {
                assert_eq!((&data["listed_by_server"], &own["name"]), (&json!(0), &Value::Null));
                assert_eq!(run.warnings(), ["server_list"]);
                assert!(data["server_problem"].as_str().unwrap().contains("to everybody"), "{data}");
            }
        }
    }
    // Without a tenant or a token nobody is asked.
    let env = TestEnv::new();
    env.write(".artcafe/profiles/a.yaml", "auth:\n  tenant_id: t\n");
    let run = env.run(&["tenant", "list", "--json"]).expect(0);
    assert_eq!((run.data()["tenants"].as_array().unwrap().len(), run.warnings()), (1, vec!["server_list".to_owned()]));
}

#[test]
fn a_tenant_that_is_not_there_is_told_as_that_and_not_as_a_missing_token() {
    for dialect in Dialect::ALL {
        let server = Server::start(dialect, &[]);
        let mut env = TestEnv::with(&server);
        env.set_up();
        env.unset("ARTCAFE_TOKEN");
        env.set("ARTCAFE_TENANT_ID", "nope");
        for command in
            [&["tenant", "show"] as &[&str], &["tenant", "usage"], &["tenant", "members"], &["agent", "list"]]
        {
            let failure = env.run(&[command, &["--json"]].concat()).expect(4).failure();
            assert_eq!(failure["code"], "TENANT_UNKNOWN", "{command:?}");
            assert!(failure["hint"].as_str().unwrap().contains("tenant id"), "{failure}");
        }
        let run = env.run(&["tenant", "list", "--json"]).expect(0);
        assert!(run.data()["server_problem"].as_str().unwrap().contains("`nope`"), "{run:?}");
        assert!(run.stdout.contains(server.tenant()));
    }
}

#[test]
fn members_are_listed_where_the_server_has_them() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    env.set_up();
    let path = format!("/api/v1/tenants/{}/members", server.tenant());
    server.ask("POST", &path, &json!({ "email": "v@example.com", "role": "viewer" }));
    let data = env.run(&["tenant", "members", "--json"]).expect(0).data();
    let roles: Vec<&str> =
        data["members"].as_array().unwrap().iter().map(|member| member["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["owner", "viewer"]);
    assert_screen(
        &env,
        &env.run(&["tenant", "members"]),
        snapbox::str![[r#"
ROLE     STATUS     SINCE        ADDRESS, USER ID
owner    active     [DATE]   admin@11111111-aaaa-4aaa-8aaa-111111111111.example (admin-11111111-aaaa-4aaa-8aaa-111111111111)
viewer   active     [DATE]   v@example.com ([ID])

"#]],
    );
    env.unset("ARTCAFE_TOKEN");
    assert_eq!(env.run(&["tenant", "members", "--json"]).expect(4).code_name(), "NOT_ALLOWED");
    let built = Server::start(Dialect::AsBuilt, &[]);
    let failure = TestEnv::with(&built).run(&["tenant", "members", "--json"]).expect(4).failure();
    assert_eq!(failure["code"], "NOT_ALLOWED");
    assert!(failure["hint"].as_str().unwrap().contains("portal"), "{failure}");
}

#[test]
fn a_registered_tenant_keeps_its_secrets_only_where_it_was_told_to() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let run = register(&env, &[]).expect(0);
    let data = run.data();
    assert_eq!(
        (&data["registered"], &data["login"], &data["api_key_path"]),
        (&json!(true), &Value::Null, &Value::Null)
    );
    assert!(!env.path(".artcafe/credentials.json").exists());

    let key = env.path("example.api-key");
    let more = ["--save-token", "--save-api-key", key.to_str().unwrap(), "--plan", "pro"];
    let data = register(&env, &more).expect(0).data();
    let tenant = data["tenant_id"].as_str().unwrap().to_owned();
    assert_eq!((mode(&key), &data["api_key_path"]), (0o600, &json!(key)));
    let text = std::fs::read_to_string(&key).unwrap();
    assert!(text.starts_with("art_") && text.trim_end().len() == 47, "not an api key");
    assert_eq!(mode(&env.path(".artcafe/credentials.json")), 0o600);
    // The stored login opens the new tenant, and the history holds what was done.
    let mut new = env.clone();
    new.unset("ARTCAFE_TOKEN");
    new.set("ARTCAFE_TENANT_ID", &tenant);
    let shown = new.run(&["tenant", "show", "--json"]).expect(0).data();
    assert_eq!((&shown["record"]["name"], &shown["plan"]), (&json!("Example Ltd"), &json!("pro")));
    let history = std::fs::read_to_string(env.path(".artcafe/audit.jsonl")).unwrap();
    let of_tenant: Vec<Value> = history
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["tenant_id"] == tenant.as_str())
        .collect();
    assert_eq!(
        of_tenant.iter().map(|line| line["what"].as_str().unwrap()).collect::<Vec<_>>(),
        ["api_key_saved", "tenant_created", "login"]
    );
    env.run(&["audit", "verify"]).expect(0);

    // A file that is there stays, and nothing is asked for.
    let before = server.count("POST /api/v1/tenants");
    assert_eq!(register(&env, &["--save-api-key", key.to_str().unwrap()]).expect(5).code_name(), "FILE_EXISTS");
    assert_eq!(std::fs::read_to_string(&key).unwrap(), text);
    assert_eq!(server.count("POST /api/v1/tenants"), before);
    for wrong in [&["--admin-email", "nobody"] as &[&str], &["--description", "a\nb"]] {
        let line = [&["tenant", "register", "--name", "x", "--json"] as &[&str], wrong].concat();
        let line =
            if wrong[0] == "--description" { [&line[..], &["--admin-email", "a@b.example"]].concat() } else { line };
        assert_eq!(env.run(&line).expect(2).code_name(), "USAGE", "{wrong:?}");
    }
}

#[test]
fn where_the_server_cannot_the_portals_steps_are_the_result() {
    let slip = TestEnv::new();
    for address in ["admin", "@example.com", "admin@", "a b@example.com"] {
        let line = ["tenant", "register", "--json", "--name", "Example", "--admin-email", address];
        assert_eq!(slip.run(&line).expect(2).code_name(), "USAGE", "{address}");
    }
    let built = Server::start(Dialect::AsBuilt, &[]);
    let env = TestEnv::with(&built);
    let key = env.path("example.api-key");
    let data = register(&env, &["--save-token", "--save-api-key", key.to_str().unwrap()]).expect(6).data();
    assert_eq!(
        (&data["registered"], &data["may_exist"], &data["tenant_id"]),
        (&json!(false), &json!(true), &Value::Null)
    );
    let steps = data["portal_steps"].as_array().unwrap();
    assert!(steps[0].as_str().unwrap().contains("there already") && steps.len() == 6, "{data}");
    assert!(steps[2].as_str().unwrap().contains("Example Ltd") && steps[2].as_str().unwrap().contains("basic"));
    // Asked once, and what was reserved is gone.
    assert_eq!(built.count("POST /api/v1/tenants"), 1);
    assert!(!key.exists());
    let run = env.run(&["tenant", "register", "--name", "Example Ltd", "--admin-email", "a@b.example"]);
    assert_screen(
        &env,
        &run,
        snapbox::str![[r#"
not registered: the server answered 500 to POST /tenants, as the public server does to every registration; in the portal:
  1. look in the portal, https://portal.artcafe.ai, whether the organization is there already: the server failed in the middle
  2. open https://portal.artcafe.ai and click "Register New Organization"
  3. give the organization name `Example Ltd`, the admin email `a@b.example` and the subscription plan `basic`
  4. verify the admin email by the message that comes, and complete the onboarding
  5. save the Tenant ID that is shown
  6. name it here: `artcafe setup --tenant-id TENANT_ID`, or `artcafe tenant use TENANT_ID` where an agent is configured
--- exit code 6

"#]],
    );

    // Without a person's token nobody is asked, and nothing can be there.
    let mut none = TestEnv::with(&built);
    none.unset("ARTCAFE_TOKEN");
    let data = register(&none, &[]).expect(6).data();
    assert_eq!((&data["may_exist"], data["portal_steps"].as_array().unwrap().len()), (&json!(false), 5));
    assert_eq!(built.count("POST /api/v1/tenants"), 2);

    let documented = Server::start(Dialect::Documented, &["POST /tenants=close-after"]);
    let lost = TestEnv::with(&documented);
    let failure = register(&lost, &[]).expect(69).failure();
    assert!(failure["hint"].as_str().unwrap().contains("before you run this again"), "{failure}");
    assert_eq!(documented.count("POST /api/v1/tenants"), 1);
    // The history tells what may have been done, and takes it for nobody else's.
    let told = lost.run(&["audit", "show", "--json"]).expect(0).data();
    let lines = told["lines"].as_array().unwrap();
    assert_eq!((lines.len(), &lines[0]["what"], &lines[0]["result"]), (1, &json!("tenant_created"), &json!("unknown")));
    assert_eq!((lines[0].get("tenant_id"), lines[0].get("agent_id")), (None, None), "{told}");
}

#[test]
fn no_secret_goes_to_a_tenants_record_and_what_a_killed_run_reserved_is_taken_over() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    let slip = register(&env, &["--description=-----BEGIN PRIVATE KEY-----MARKED"]).expect(2);
    assert_eq!(slip.code_name(), "SECRET_ON_COMMAND_LINE");
    assert!(!slip.all().contains("MARKED"), "{slip:?}");
    assert_eq!(server.count("POST /api/v1/tenants"), 0);
    let left = env.write("left.api-key", "");
    let data = register(&env, &["--save-api-key", &left]).expect(0).data();
    assert_eq!(data["api_key_path"], json!(left));
    assert!(std::fs::read_to_string(&left).unwrap().starts_with("art_"));
}
