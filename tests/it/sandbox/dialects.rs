//! What the two dialects answer: isolation or header trust, limits, pages, hostile requests.

use super::{ACME, AGENT, GLOBEX, RSA_LINE, Running, answer, options};
use artcafe::sandbox::{Dialect, KeyRow, Options, Sandbox, TenantSpec};
use serde_json::{Value, json};

#[tokio::test]
async fn documented_isolates_tenants_whatever_the_header_says() {
    let running = Running::start(options(Dialect::Documented, &[])).await;
    let key = running.register(ACME, AGENT, RSA_LINE).await;
    for (method, path) in [
        ("GET", "/ssh-keys".to_owned()),
        ("GET", format!("/ssh-keys/{key}")),
        ("DELETE", format!("/ssh-keys/{key}")),
        ("GET", "/agents".to_owned()),
        ("GET", "/billing/usage-summary".to_owned()),
    ] {
        let (status, body) = answer(running.by(GLOBEX, method, &path).header("x-tenant-id", ACME)).await;
        assert_eq!(status, 403, "{method} {path}: {body}");
    }
    let (status, _) = answer(running.by(GLOBEX, "GET", &format!("/ssh-keys/{key}"))).await;
    assert_eq!(status, 404);
    assert_eq!((running.listed(GLOBEX).await, running.listed(ACME).await), (0, 1));
    let forged = running.request("GET", "/api/v1/ssh-keys").bearer_auth("a.b.c").header("x-tenant-id", ACME);
    assert_eq!(answer(forged).await.0, 401);
}

#[tokio::test]
async fn as_built_trusts_the_header_alone() {
    let running = Running::start(options(Dialect::AsBuilt, &[])).await;
    running.register(ACME, AGENT, RSA_LINE).await;
    let forged = running.request("GET", "/api/v1/ssh-keys").bearer_auth("x").header("x-tenant-id", ACME);
    let (status, body) = answer(forged).await;
    assert_eq!((status, body["keys"].as_array().unwrap().len()), (200, 1));
    assert!(body["keys"][0].get("key_id").is_none());
    // Filters are not heard.
    let (_, body) = answer(running.by(ACME, "GET", "/ssh-keys?agent_id=other&key_type=access")).await;
    assert_eq!(body["keys"].as_array().unwrap().len(), 1);
    // What the public server breaks on.
    for (method, path, body) in [
        ("POST", "/ssh-keys", json!({"name": "x", "public_key": RSA_LINE})),
        ("POST", "/ssh-keys", json!({"name": "x", "public_key": "ssh-rsa AAAA", "agent_id": "a"})),
        ("POST", "/tenants", json!({"name": "x", "admin_email": "a@b.example"})),
        ("GET", "/agents?status=offline", Value::Null),
        ("GET", "/ssh-keys?limit=-1", Value::Null),
        ("GET", "/ssh-keys?next_token=x", Value::Null),
    ] {
        let (status, found) = answer(running.by(ACME, method, path).json(&body)).await;
        assert_eq!(status, 500, "{method} {path}: {found}");
    }
    assert_eq!(answer(running.by(ACME, "GET", "/tenants")).await, (200, json!([])));
    assert_eq!(answer(running.by(ACME, "GET", &format!("/tenants/{ACME}"))).await.0, 403);
    let (status, body) = answer(running.by(ACME, "GET", "/ssh-keys?limit=abc")).await;
    assert_eq!((status, &body["detail"][0]["type"]), (422, &json!("int_parsing")));
}

#[tokio::test]
async fn limits_states_and_pages() {
    let tenants =
        ["small=Small:free", "off=Off:basic:suspended", "unpaid=Unpaid:basic:unpaid", "past=Past:basic:expired"]
            .iter()
            .map(|spec| spec.parse::<TenantSpec>().unwrap())
            .collect::<Vec<_>>();
    let opened = Options { tenants, agents: vec!["more".to_owned()], ..options(Dialect::Documented, &[]) };
    let running = Running::start(opened).await;
    assert_eq!(answer(running.by("small", "GET", "/agents/more")).await.0, 200);
    for _ in 0..5 {
        running.register("small", AGENT, RSA_LINE).await;
    }
    let one_more = json!({"name": "k", "public_key": RSA_LINE, "agent_id": AGENT});
    let (status, body) = answer(running.by("small", "POST", "/ssh-keys").json(&one_more)).await;
    assert_eq!((status, &body["detail"]["limit"], &body["detail"]["current"]), (402, &json!(5), &json!(5)));
    for (tenant, status, detail) in [
        ("off", 403, "Tenant is not active. Current status: suspended"),
        ("unpaid", 402, "Subscription is inactive"),
        ("past", 402, "Subscription has expired"),
        ("none", 404, "Tenant not found"),
    ] {
        let request = running.request("POST", "/api/v1/auth/agent/challenge").json(&json!({"tenant_id": tenant}));
        assert_eq!(answer(request).await, (status, json!({"detail": detail})));
    }
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let (status, body) = answer(running.by("small", "GET", &format!("/ssh-keys?limit=2&next_token={token}"))).await;
        assert_eq!(status, 200, "{body}");
        seen.extend(body["ssh_keys"].as_array().unwrap().iter().map(|key| key["key_id"].to_string()));
        match body["next_token"].as_str() {
            Some(next) => next.clone_into(&mut token),
            None => break,
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 5);
    for (query, status) in [("limit=0", 422), ("limit=101", 422), ("next_token=!", 400), ("agent_id=other", 200)] {
        assert_eq!(answer(running.by("small", "GET", &format!("/ssh-keys?{query}"))).await.0, status, "{query}");
    }
    let usage = answer(running.by("small", "GET", "/billing/usage-summary")).await.1;
    assert_eq!(usage["usage"]["ssh_keys"], json!({"current": 5, "limit": 5, "percentage": 100.0}));
    let usage = answer(running.by("small", "GET", "/usage/history?days=2")).await.1;
    assert_eq!(usage["daily_stats"].as_array().unwrap().len(), 2);
    assert!(usage["daily_stats"][1]["api_calls"].as_u64().unwrap() > 5);
    assert_eq!(answer(running.by("small", "GET", "/usage/history?days=31")).await.0, 422);
}

#[tokio::test]
async fn deleting_an_agent_takes_its_keys_along() {
    for dialect in Dialect::ALL {
        let running = Running::start(options(dialect, &[])).await;
        running.register(ACME, AGENT, RSA_LINE).await;
        running.register(ACME, "other", RSA_LINE).await;
        running.register(GLOBEX, AGENT, RSA_LINE).await;
        assert_eq!(answer(running.by(ACME, "DELETE", &format!("/agents/{AGENT}"))).await.0, 204);
        assert_eq!(answer(running.by(ACME, "DELETE", &format!("/agents/{AGENT}"))).await.0, 404);
        assert_eq!((running.listed(ACME).await, running.listed(GLOBEX).await), (1, 1), "{dialect}");
    }
}

#[tokio::test]
async fn a_documented_tenant_is_made_edited_and_deleted() {
    let running = Running::start(options(Dialect::Documented, &[])).await;
    let (status, made) =
        answer(running.by(ACME, "POST", "/tenants").json(&json!({"name": "New", "admin_email": "a@b.example"}))).await;
    assert_eq!(status, 201, "{made}");
    let path = format!("/api/v1/tenants/{}", made["tenant_id"].as_str().unwrap());
    let with = |method: &str| running.request(method, &path).bearer_auth(made["admin_token"].as_str().unwrap());
    assert_eq!(answer(with("PUT").json(&json!({}))).await.0, 400);
    let (status, body) = answer(with("PUT").json(&json!({"name": "Newer"}))).await;
    assert_eq!((status, &body["name"]), (200, &json!("Newer")));
    assert_eq!(answer(running.by(ACME, "GET", &format!("/tenants/{GLOBEX}"))).await.0, 403);
    assert_eq!(answer(with("DELETE")).await.0, 204);
    assert_eq!(answer(with("GET")).await.0, 404);
    let bad = json!({"name": "New", "admin_email": "nobody"});
    assert_eq!(answer(running.by(ACME, "POST", "/tenants").json(&bad)).await.0, 422);
}

#[tokio::test]
async fn hostile_requests_are_answered() {
    for dialect in Dialect::ALL {
        let running = Running::start(options(dialect, &[])).await;
        let long = "x".repeat(20_000);
        let requests = vec![
            (running.by(ACME, "GET", &format!("/ssh-keys/{long}")), 404),
            (running.by(ACME, "GET", "/ssh-keys/%ff%00"), 404),
            (running.by(ACME, "GET", "/ssh-keys/..%2f..%2fx"), 404),
            (running.by(ACME, "POST", "/ssh-keys").body(vec![0xff, 0xfe]), 400),
            (running.by(ACME, "POST", "/ssh-keys").header("content-type", "text/plain").body("{}"), 422),
            (running.by(ACME, "POST", "/ssh-keys"), 422),
            (running.by(ACME, "POST", "/ssh-keys").json(&json!([1])), 422),
            (running.by(ACME, "POST", "/ssh-keys").body("[".repeat(100_000)), 422),
            (running.by(ACME, "POST", "/agents").json(&json!({"name": "n", "type": "t", "capabilities": [{}]})), 422),
            (running.request("GET", "/api/v1/ssh-keys").header("authorization", "Basic abc"), 403),
            (running.request("GET", "/api/v1/ssh-keys").header("authorization", "Bearer "), 403),
            (running.by(ACME, "HEAD", "/ssh-keys"), 405),
        ];
        for (place, (request, status)) in requests.into_iter().enumerate() {
            assert_eq!(answer(request).await.0, status, "{dialect}: request {place}");
        }
        let response = running.by(ACME, "POST", "/ssh-keys").body(vec![b' '; 2 * 1024 * 1024]).send().await;
        // The server may close before all of it is sent.
        assert!(response.is_err() || response.unwrap().status() == 413);
        assert_eq!(running.listed(ACME).await, 0);
    }
}

#[tokio::test]
async fn made_keys_are_returned_once_and_stored_nowhere() {
    let running = Running::start(options(Dialect::Documented, &[])).await;
    let (status, body) = answer(running.by(ACME, "POST", "/ssh-keys/generate")).await;
    assert_eq!(status, 200, "{body}");
    assert!(body["private_key"].as_str().unwrap().starts_with("-----BEGIN PRIVATE KEY-----"));
    assert_eq!(running.listed(ACME).await, 0);
    let (status, made) = answer(running.by(ACME, "POST", "/agents").json(&json!({"name": "n", "type": "t"}))).await;
    assert_eq!(status, 201, "{made}");
    assert!(made["private_key"].is_string());
    let path = format!("/agents/{}", made["agent_id"].as_str().unwrap());
    assert!(answer(running.by(ACME, "GET", &path)).await.1.get("private_key").is_none());
}

#[tokio::test]
async fn as_built_pages_and_limits_count_other_tenants_rows() {
    for dialect in Dialect::ALL {
        let mut sandbox = Sandbox::open(options(dialect, &[])).unwrap();
        for place in 0..60 {
            let key = KeyRow {
                tenant_id: ACME.to_owned(),
                id: format!("key-{place:02}"),
                status: "active".to_owned(),
                ..KeyRow::default()
            };
            sandbox.insert_key(&key).unwrap();
        }
        let running = Running::start_with(sandbox).await;
        // Globex comes after Acme in the scan, so its own keys are beyond the first page.
        let one_more = json!({"name": "k", "public_key": RSA_LINE, "agent_id": AGENT});
        let mut statuses = Vec::new();
        for _ in 0..21 {
            statuses.push(answer(running.by(GLOBEX, "POST", "/ssh-keys").json(&one_more)).await.0);
        }
        let (mut pages, mut seen, mut query) = (Vec::new(), 0, "/ssh-keys?limit=50".to_owned());
        loop {
            let body = answer(running.by(GLOBEX, "GET", &query)).await.1;
            let keys = body.get("keys").or(body.get("ssh_keys")).unwrap().as_array().unwrap().len();
            pages.push(keys);
            seen += keys;
            let Some(token) = body["next_token"].as_str() else { break };
            let token: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
            query = format!("/ssh-keys?limit=50&next_token={token}");
        }
        match dialect {
            Dialect::Documented => {
                assert_eq!((statuses[19], statuses[20]), (201, 402));
                assert_eq!((pages, seen), (vec![20], 20));
            }
            Dialect::AsBuilt => {
                assert!(statuses.iter().all(|status| *status == 201), "{statuses:?}");
                assert_eq!((pages, seen), (vec![0, 21], 21));
                let all = answer(running.by(GLOBEX, "GET", "/ssh-keys?limit=0")).await.1;
                assert_eq!(all["keys"].as_array().unwrap().len(), 21);
            }
        }
    }
}

#[tokio::test]
async fn an_agents_status_is_set_by_a_control_of_the_sandboxs_own() {
    for dialect in Dialect::ALL {
        let running = Running::start(options(dialect, &[])).await;
        let record = async || {
            let (status, body) = answer(running.by(ACME, "GET", &format!("/agents/{AGENT}"))).await;
            assert_eq!(status, 200, "{body}");
            body.get("agent").cloned().unwrap_or(body)
        };
        let before = record().await;
        let set = |tenant: &str, path: &str, body: Value| {
            running.request("PUT", path).bearer_auth(running.token(tenant)).json(&body)
        };
        let path = format!("/sandbox/agents/{AGENT}/status");
        assert_eq!(answer(set(ACME, &path, json!({ "status": "busy elsewhere" }))).await.0, 200);
        let after = record().await;
        assert_eq!((&before["status"], &after["status"]), (&json!("offline"), &json!("busy elsewhere")));
        assert!(after["last_seen"].as_str() > before["last_seen"].as_str(), "{after}");
        assert_eq!(after["updated_at"], before["updated_at"]);
        // Another tenant's agent of the same id is another agent.
        assert_eq!(answer(set(GLOBEX, &path, json!({ "status": "online" }))).await.0, 200);
        assert_eq!(record().await["status"], "busy elsewhere");
        for (path, body, code) in [
            ("/sandbox/agents/nosuch/status", json!({ "status": "online" }), 404),
            (path.as_str(), json!({}), 422),
            (path.as_str(), json!({ "status": 1 }), 422),
        ] {
            assert_eq!(answer(set(ACME, path, body)).await.0, code, "{path}");
        }
        assert_eq!(
            answer(running.request("PUT", &path).bearer_auth("a.b.c").json(&json!({ "status": "x" }))).await.0,
            401
        );
        // The platform has no such route where its own are.
        let (status, _) = answer(running.by(ACME, "PUT", &format!("/agents/{AGENT}/status")).json(&json!({}))).await;
        assert_eq!(status, 404);

        let (status, body) = answer(running.by(ACME, "GET", "/agents/status/summary")).await;
        match dialect {
            Dialect::AsBuilt => assert_eq!(status, 404, "{body}"),
            Dialect::Documented => {
                let counts =
                    ["total_agents", "online_agents", "offline_agents"].map(|name| body[name].as_u64().unwrap());
                assert_eq!((status, counts), (200, [1, 0, 1]), "{body}");
                let (_, body) = answer(running.by(GLOBEX, "GET", "/agents/status/summary")).await;
                assert_eq!(body["online_agents"], 1);
            }
        }
    }
}
