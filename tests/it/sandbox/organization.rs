//! What belongs to a tenant as a whole: channels, usage, billing, members, activity, accounts.

use super::{ACME, AGENT, GLOBEX, Pair, RSA_LINE, Running, answer, options};
use artcafe::sandbox::{Dialect, Options, Sandbox};
use serde_json::{Value, json};

fn id_of(channel: &Value) -> String {
    channel.get("channel_id").or(channel.get("id")).unwrap().as_str().unwrap().to_owned()
}

#[tokio::test]
async fn channels_are_a_tenants_own_and_count_under_its_plan() {
    for dialect in Dialect::ALL {
        let tenants = vec![format!("{ACME}=Small:free").parse().unwrap(), format!("{GLOBEX}=Other").parse().unwrap()];
        let running = Running::start(Options { tenants, ..options(dialect, &[]) }).await;
        let new = json!({"name": "orders", "description": "d", "metadata": {"a": true}});
        let (status, made) = answer(running.by(ACME, "POST", "/channels").json(&new)).await;
        assert_eq!((status, &made["success"]), (201, &json!(true)), "{made}");
        let id = id_of(&made["channel"]);
        assert_eq!(made["channel"].get("channel_id").is_some(), dialect == Dialect::Documented);
        for (tenant, status) in [(ACME, 200), (GLOBEX, 404)] {
            assert_eq!(answer(running.by(tenant, "GET", &format!("/channels/{id}"))).await.0, status);
        }
        let listed = |tenant: &'static str| {
            let request = running.by(tenant, "GET", "/channels");
            async move { answer(request).await.1["channels"].as_array().unwrap().len() }
        };
        assert_eq!((listed(ACME).await, listed(GLOBEX).await), (1, 0));
        assert_eq!(answer(running.by(ACME, "POST", "/channels").json(&json!({}))).await.0, 422);
        assert_eq!(
            answer(running.by(ACME, "POST", "/channels").json(&json!({"name": "x", "metadata": 1}))).await.0,
            422
        );
        // The public server has no bus behind it, and breaks.
        let message = running.by(ACME, "POST", &format!("/channels/{id}/messages")).json(&json!({"text": "hello"}));
        let (status, sent) = answer(message).await;
        let unknown = answer(running.by(ACME, "POST", "/channels/none/messages").json(&json!({}))).await.0;
        let bad = answer(running.by(ACME, "POST", &format!("/channels/{id}/messages")).json(&json!([1]))).await.0;
        assert_eq!(bad, 422);
        match dialect {
            Dialect::AsBuilt => assert_eq!((status, unknown), (500, 500)),
            Dialect::Documented => {
                assert_eq!((status, unknown), (200, 404), "{sent}");
                assert!(sent["message_id"].is_string() && sent["success"] == true);
                let shown = answer(running.by(ACME, "GET", &format!("/channels/{id}"))).await.1;
                assert_eq!(shown["channel"]["total_messages"], 1);
                let usage = answer(running.by(ACME, "GET", "/billing/usage-summary")).await.1;
                assert_eq!(usage["usage"]["messages_this_month"]["current"], 1);
                let usage = answer(running.by(ACME, "GET", "/usage/current")).await.1;
                assert_eq!((&usage["usage"]["messages"], &usage["usage"]["active_channels"]), (&json!(1), &json!(1)));
                assert_eq!(usage["usage"]["bytes"], 16);
                let usage = answer(running.by(GLOBEX, "GET", "/usage/current")).await.1;
                assert_eq!(usage["usage"]["messages"], 0);
            }
        }
        let usage = answer(running.by(ACME, "GET", "/billing/usage-summary")).await.1;
        assert_eq!(usage["usage"]["channels"], json!({"current": 1, "limit": 10, "percentage": 10.0}));
        for _ in 0..9 {
            assert_eq!(answer(running.by(ACME, "POST", "/channels").json(&new)).await.0, 201);
        }
        let (status, full) = answer(running.by(ACME, "POST", "/channels").json(&new)).await;
        assert_eq!((status, &full["detail"]["resource"]), (402, &json!("channels")));
        assert_eq!(answer(running.by(GLOBEX, "DELETE", &format!("/channels/{id}"))).await.0, 404);
        assert_eq!(answer(running.by(ACME, "DELETE", &format!("/channels/{id}"))).await.0, 204);
        assert_eq!(answer(running.by(ACME, "DELETE", &format!("/channels/{id}"))).await.0, 404);
    }
}

#[tokio::test]
async fn usage_and_billing_are_as_kind_as_the_platform() {
    for dialect in Dialect::ALL {
        let running = Running::start(options(dialect, &[])).await;
        running.register(ACME, AGENT, RSA_LINE).await;
        let documented = dialect == Dialect::Documented;
        for (method, path, as_documented, as_built) in [
            ("GET", "/usage-metrics", 200, 500),
            ("GET", "/usage-metrics?start_date=yesterday", 422, 500),
            ("GET", "/usage-metrics/billing", 200, 500),
            ("GET", "/usage-metrics/historical", 200, 200),
            ("GET", "/usage-metrics/historical?timeframe=1y", 422, 422),
            ("GET", "/usage-metrics/wildcard-stats", 200, 404),
            ("GET", "/usage/current", 200, 404),
            ("GET", "/usage/stats", 404, 404),
            ("GET", "/billing/info", 200, 200),
            ("POST", "/billing/upgrade", 422, 422),
            ("POST", "/billing/upgrade?plan_id=gold", 400, 500),
            ("POST", "/billing/upgrade?plan_id=scale", 200, 500),
            ("GET", "/metrics/realtime", 404, 404),
        ] {
            let (status, body) = answer(running.by(ACME, method, path)).await;
            assert_eq!(status, if documented { as_documented } else { as_built }, "{dialect} {method} {path}: {body}");
        }
        let (status, plans) = answer(running.request("GET", "/api/v1/billing/plans")).await;
        assert_eq!((status, plans["plans"].as_array().unwrap().len()), (200, 4));
        if documented {
            let metrics = answer(running.by(ACME, "GET", "/usage-metrics")).await.1;
            assert_eq!(metrics["totals"]["agents_total"], 1);
            assert!(metrics["totals"]["api_calls_total"].as_u64().unwrap() > 5, "{metrics}");
            let usage = answer(running.by(ACME, "GET", "/billing/usage-summary")).await.1;
            assert_eq!((&usage["plan"], &usage["usage"]["channels"]["limit"]), (&json!("scale"), &json!(500)));
        }
        assert_eq!(answer(running.request("GET", "/api/v1/usage-metrics")).await.0, 403);
        // Zeros are all that the placeholder has.
        let history = answer(running.by(ACME, "GET", "/usage-metrics/historical?timeframe=24h")).await.1;
        assert_eq!(
            (history["daily_data"].as_array().unwrap().len(), history["hourly_data"].as_array().unwrap().len()),
            (1, 24)
        );
    }
}

#[tokio::test]
async fn an_agents_own_token_sees_channels_and_not_the_tenants_affairs() {
    let running = Running::start(options(Dialect::Documented, &[])).await;
    let pair = Pair::new(7);
    let key = running.register(ACME, AGENT, &pair.line()).await;
    let challenge = running.challenge(ACME, AGENT).await;
    let proof = json!({"tenant_id": ACME, "key_id": key, "challenge": challenge, "response": pair.sign(&challenge), "agent_id": AGENT});
    let token = running.verify(&proof).await.1["token"].as_str().unwrap().to_owned();
    for (method, path, status) in [
        ("GET", "/channels".to_owned(), 200),
        ("POST", "/channels".to_owned(), 403),
        ("GET", "/usage-metrics".to_owned(), 403),
        ("GET", "/billing/info".to_owned(), 403),
        ("POST", "/billing/upgrade?plan_id=scale".to_owned(), 403),
        ("GET", format!("/tenants/{ACME}/members"), 401),
        ("GET", "/activity/logs".to_owned(), 401),
        ("GET", "/accounts/".to_owned(), 401),
    ] {
        let request =
            running.request(method, &format!("/api/v1{path}")).bearer_auth(&token).json(&json!({"name": "x"}));
        assert_eq!(answer(request).await.0, status, "{method} {path}");
    }
    // It was used, and that is counted.
    let usage = answer(running.by(ACME, "GET", "/usage/current")).await.1;
    assert_eq!(usage["usage"]["active_agents"], 1);
}

#[tokio::test]
async fn roles_say_who_changes_members_and_as_built_nobody_does() {
    let running = Running::start(options(Dialect::Documented, &[])).await;
    let path = format!("/tenants/{ACME}/members");
    let own = format!("{path}/admin-{ACME}");
    let (status, members) = answer(running.by(ACME, "GET", &path)).await;
    assert_eq!((status, &members[0]["role"], members.as_array().unwrap().len()), (200, &json!("owner"), 1));
    assert_eq!(answer(running.by(GLOBEX, "GET", &path)).await.0, 403);
    assert_eq!(answer(running.by(GLOBEX, "POST", &path).json(&json!({"email": "a@b.example"}))).await.0, 403);
    for (body, status) in [
        (json!({}), 422),
        (json!({"email": "nobody"}), 422),
        (json!({"email": "a@b.example", "role": "king"}), 422),
        (json!({"email": "a@b.example", "role": "viewer", "user_id": "u1"}), 201),
        (json!({"email": "a@b.example"}), 400),
        (json!({"email": "o@b.example", "role": "owner", "user_id": "u2"}), 201),
    ] {
        let (found, answered) = answer(running.by(ACME, "POST", &path).json(&body)).await;
        assert_eq!(found, status, "{body}: {answered}");
    }
    assert_eq!(
        answer(running.by(ACME, "PUT", &format!("{path}/u1")).json(&json!({"role": "member"}))).await.1["role"],
        "member"
    );
    assert_eq!(answer(running.by(ACME, "PUT", &format!("{path}/none")).json(&json!({"role": "member"}))).await.0, 404);
    // With another owner there, this one becomes an administrator, who handles no owner and cannot rise again.
    assert_eq!(answer(running.by(ACME, "PUT", &own).json(&json!({"role": "admin"}))).await.0, 200);
    assert_eq!(answer(running.by(ACME, "PUT", &own).json(&json!({"role": "owner"}))).await.0, 403);
    assert_eq!(answer(running.by(ACME, "DELETE", &format!("{path}/u2"))).await.0, 403);
    assert_eq!(
        answer(running.by(ACME, "POST", &path).json(&json!({"email": "x@b.example", "role": "owner"}))).await.0,
        403
    );
    assert_eq!(answer(running.by(ACME, "DELETE", &format!("{path}/u1"))).await.0, 204);
    assert_eq!(answer(running.by(ACME, "PUT", &format!("/tenants/{ACME}")).json(&json!({"name": "N"}))).await.0, 200);
    // A viewer looks, and does nothing else.
    assert_eq!(answer(running.by(ACME, "PUT", &own).json(&json!({"role": "viewer"}))).await.0, 200);
    assert_eq!(answer(running.by(ACME, "GET", &path)).await.0, 200);
    for (method, path) in
        [("POST", path.clone()), ("PUT", own.clone()), ("DELETE", own.clone()), ("DELETE", format!("/tenants/{ACME}"))]
    {
        let request = running.by(ACME, method, &path).json(&json!({"email": "y@b.example", "role": "member"}));
        assert_eq!(answer(request).await.0, 403, "{method} {path}");
    }

    let alone = Running::start(options(Dialect::Documented, &[])).await;
    for (method, body) in
        [("DELETE", Value::Null), ("PUT", json!({"role": "admin"})), ("PUT", json!({"active": false}))]
    {
        assert_eq!(
            answer(alone.by(ACME, method, &own).json(&body)).await.0,
            400,
            "the last owner stays: {method} {body}"
        );
    }
    let built = Running::start(options(Dialect::AsBuilt, &[])).await;
    for (method, path) in [("GET", path.clone()), ("POST", path), ("PUT", own.clone()), ("DELETE", own)] {
        let (status, body) = answer(built.by(ACME, method, &path).json(&json!({"email": "a@b.example"}))).await;
        assert_eq!((status, &body["detail"]), (403, &json!("You don't have access to this organization")), "{method}");
    }
}

#[tokio::test]
async fn what_was_done_is_in_the_activity_and_accounts_are_tenants() {
    let running = Running::start(options(Dialect::Documented, &[])).await;
    answer(running.by(ACME, "POST", "/agents").json(&json!({"name": "n", "type": "t", "public_key": RSA_LINE}))).await;
    answer(running.by(ACME, "POST", "/channels").json(&json!({"name": "c"}))).await;
    answer(running.by(ACME, "POST", "/channels").json(&json!({}))).await;
    let (status, logs) = answer(running.by(ACME, "GET", "/activity/logs")).await;
    let kinds: Vec<&str> = logs.as_array().unwrap().iter().map(|log| log["activity_type"].as_str().unwrap()).collect();
    assert_eq!((status, kinds), (200, vec!["channel.created", "agent.created"]));
    assert_eq!((&logs[1]["user_id"], logs[1]["agent_id"].is_string()), (&json!(format!("admin-{ACME}")), true));
    for (query, status, count) in [
        ("activity_type=agent.created", 200, 1),
        ("status=error", 200, 0),
        ("limit=1", 200, 1),
        ("limit=201", 422, 1),
        ("hours=169", 422, 1),
    ] {
        let (found, body) = answer(running.by(ACME, "GET", &format!("/activity/logs?{query}"))).await;
        let listed = body.as_array().map_or(1, Vec::len);
        assert_eq!((found, listed), (status, count), "{query}");
    }
    assert_eq!(answer(running.by(GLOBEX, "GET", "/activity/logs")).await.1, json!([]));
    assert_eq!(answer(running.by(ACME, "GET", "/activity/summary")).await.1["total"], 2);
    assert_eq!(
        answer(running.by(ACME, "GET", "/activity/statuses")).await.1,
        json!(["success", "error", "warning", "info"])
    );

    let (_, accounts) = answer(running.by(ACME, "GET", "/accounts/")).await;
    assert_eq!((&accounts[0]["account_id"], accounts.as_array().unwrap().len()), (&json!(ACME), 1));
    assert_eq!(answer(running.by(ACME, "GET", &format!("/accounts/{GLOBEX}"))).await.0, 403);
    let response = running.by(ACME, "GET", "/accounts?x=1").send().await.unwrap();
    assert_eq!(response.status(), 307);
    assert!(response.headers()["location"].to_str().unwrap().ends_with("/api/v1/accounts/?x=1"));

    let built = Running::start(options(Dialect::AsBuilt, &[])).await;
    for (path, expected) in [
        ("/accounts/".to_owned(), (200, json!([]))),
        (format!("/accounts/{ACME}"), (403, json!({"detail": "Access denied"}))),
        ("/activity/logs".to_owned(), (403, json!({"detail": "You don't have access to this organization"}))),
    ] {
        assert_eq!(answer(built.by(ACME, "GET", &path)).await, expected, "{path}");
    }
    assert_eq!(answer(built.by(ACME, "GET", "/activity/types")).await.0, 200);
}

#[tokio::test]
async fn a_directory_keeps_channels_and_members_and_an_older_one_gains_them() {
    let directory = tempfile::tempdir().unwrap();
    let opened = || Options { data: Some(directory.path().to_owned()), ..options(Dialect::Documented, &[]) };
    let running = Running::start(opened()).await;
    answer(running.by(ACME, "POST", "/channels").json(&json!({"name": "c"}))).await;
    let path = format!("/tenants/{ACME}/members");
    answer(running.by(ACME, "POST", &path).json(&json!({"email": "a@b.example"}))).await;
    running.stop().await;
    let running = Running::start(opened()).await;
    assert_eq!(answer(running.by(ACME, "GET", "/channels")).await.1["channels"].as_array().unwrap().len(), 1);
    assert_eq!(answer(running.by(ACME, "GET", &path)).await.1.as_array().unwrap().len(), 2);
    running.stop().await;
    // As a build left it that knew neither.
    let file = directory.path().join("sandbox.db");
    rusqlite::Connection::open(&file)
        .unwrap()
        .execute_batch("DROP TABLE channels; DROP TABLE messages; DROP TABLE members; DROP TABLE activity;")
        .unwrap();
    let running = Running::start_with(Sandbox::open(opened()).unwrap()).await;
    assert_eq!(answer(running.by(ACME, "POST", "/channels").json(&json!({"name": "c"}))).await.0, 201);
}
