//! Challenge and response, and what the token of a proven key reaches.

use super::{ACME, AGENT, GLOBEX, Pair, RSA_LINE, Running, answer, options};
use artcafe::sandbox::Dialect;
use base64::Engine as _;
use serde_json::{Value, json};

#[tokio::test]
async fn documented_proof_uses_the_challenge_up_and_binds_it() {
    let running = Running::start(options(Dialect::Documented, &[])).await;
    let pair = Pair::new(1);
    let key = running.register(ACME, AGENT, &pair.line()).await;
    let challenge = running.challenge(ACME, AGENT).await;
    let proof = |challenge: &str, agent: &str| json!({"tenant_id": ACME, "key_id": key, "challenge": challenge, "response": pair.sign(challenge), "agent_id": agent});
    // Somebody else's challenge, an invented one, another agent's name.
    let foreign = running.challenge(ACME, "other").await;
    assert_eq!(running.verify(&proof(&foreign, AGENT)).await.0, 401);
    let elsewhere = running.challenge(GLOBEX, AGENT).await;
    assert_eq!(running.verify(&proof(&elsewhere, AGENT)).await.0, 401);
    assert_eq!(running.verify(&proof("00", AGENT)).await.0, 401);
    assert_eq!(running.verify(&proof(&challenge, "other")).await.0, 401);
    // Without the agent's name, the key's own agent counts.
    let unnamed = json!({"tenant_id": ACME, "key_id": key, "challenge": foreign, "response": pair.sign(&foreign)});
    assert_eq!(running.verify(&unnamed).await.0, 401);
    // Failures have not used it up; the success does.
    let (status, body) = running.verify(&proof(&challenge, AGENT)).await;
    assert_eq!((status, &body["valid"]), (200, &json!(true)), "{body}");
    assert_eq!(running.verify(&proof(&challenge, AGENT)).await.0, 401);

    // The token reaches its own agent's things and no others.
    let token = body["token"].as_str().unwrap();
    let other = running.register(ACME, "other", &Pair::new(2).line()).await;
    let with = |method: &str, path: &str| running.request(method, &format!("/api/v1{path}")).bearer_auth(token);
    let listed = answer(with("GET", "/ssh-keys")).await.1;
    assert_eq!(listed["ssh_keys"].as_array().unwrap().len(), 1);
    assert!(listed["ssh_keys"][0]["last_used"].as_str().unwrap().ends_with('Z'));
    for (method, path, status) in [
        ("GET", format!("/ssh-keys/{key}"), 200),
        ("GET", format!("/agents/{AGENT}"), 200),
        ("GET", "/billing/usage-summary".to_owned(), 200),
        ("GET", format!("/ssh-keys/{other}"), 403),
        ("DELETE", format!("/ssh-keys/{other}"), 403),
        ("GET", "/ssh-keys?agent_id=other".to_owned(), 403),
        ("GET", "/agents".to_owned(), 403),
        ("GET", "/agents/other".to_owned(), 403),
        ("DELETE", format!("/agents/{AGENT}"), 403),
        ("GET", "/usage/current".to_owned(), 403),
        ("GET", "/tenants".to_owned(), 401),
        ("POST", "/ssh-keys/generate".to_owned(), 403),
        ("DELETE", format!("/ssh-keys/{key}"), 204),
        // The token outlives the key.
        ("GET", "/ssh-keys".to_owned(), 200),
    ] {
        assert_eq!(answer(with(method, &path)).await.0, status, "{method} {path}");
    }
    let foreign_key = json!({"name": "x", "public_key": RSA_LINE, "agent_id": "other"});
    assert_eq!(answer(with("POST", "/ssh-keys").json(&foreign_key)).await.0, 403);
    let own_key = json!({"name": "x", "public_key": RSA_LINE, "agent_id": AGENT});
    assert_eq!(answer(with("POST", "/ssh-keys").json(&own_key)).await.0, 201);
}

#[tokio::test]
async fn documented_revokes_once_and_a_revoked_key_proves_nothing() {
    let running = Running::start(options(Dialect::Documented, &[])).await;
    let pair = Pair::new(3);
    let key = running.register(ACME, AGENT, &pair.line()).await;
    let path = format!("/ssh-keys/{key}/revoke");
    assert_eq!(answer(running.by(ACME, "POST", &path).json(&json!({}))).await.0, 422);
    assert_eq!(answer(running.by(GLOBEX, "POST", &path).json(&json!({"reason": "x"}))).await.0, 404);
    let (status, body) = answer(running.by(ACME, "POST", &path).json(&json!({"reason": "first"}))).await;
    assert_eq!((status, &body["key"]["revoked"]), (200, &json!(true)));
    let (_, body) = answer(running.by(ACME, "POST", &path).json(&json!({"reason": "second"}))).await;
    assert_eq!(body["key"]["revocation_reason"], json!("first"));
    let challenge = running.challenge(ACME, AGENT).await;
    let proof = json!({"tenant_id": ACME, "key_id": key, "challenge": challenge, "response": pair.sign(&challenge), "agent_id": AGENT});
    assert_eq!(running.verify(&proof).await.0, 401);
    // As built there is no such route, with the words by which a client can tell.
    let as_built = Running::start(options(Dialect::AsBuilt, &[])).await;
    let reply = answer(as_built.by(ACME, "POST", &path).json(&json!({"reason": "x"}))).await;
    assert_eq!(reply, (404, json!({"detail": "Not Found"})));
}

#[tokio::test]
async fn the_agent_records_own_key_is_a_second_store() {
    for dialect in Dialect::ALL {
        let running = Running::start(options(dialect, &[])).await;
        let pair = Pair::new(4);
        let (status, body) =
            answer(running.by(ACME, "POST", "/agents").json(
                &json!({"name": "n", "type": "t", "public_key": pair.line(), "metadata": {"custom": {"on": true}}}),
            ))
            .await;
        assert_eq!(status, 201, "{body}");
        let agent = match dialect {
            Dialect::Documented => &body,
            Dialect::AsBuilt => &body["agent"],
        };
        let custom = if dialect == Dialect::AsBuilt { json!({"on": 1}) } else { json!({"on": true}) };
        assert_eq!(agent["metadata"]["custom"], custom);
        let id = agent.get("agent_id").or(agent.get("id")).unwrap();
        let challenge = running.challenge(ACME, id.as_str().unwrap()).await;
        let proof = |challenge: &str| {
            let body =
                json!({"tenant_id": ACME, "agent_id": id, "challenge": challenge, "response": pair.sign(challenge)});
            running.request("POST", "/api/v1/auth/agent/verify").json(&body)
        };
        let expected = if dialect == Dialect::Documented { [200, 401, 401] } else { [401, 401, 401] };
        let found =
            [answer(proof(&challenge)).await.0, answer(proof(&challenge)).await.0, answer(proof("invented")).await.0];
        // Ed25519 is never verified as built; replays with RSA are among the recorded exchanges.
        assert_eq!(found, expected, "{dialect}");
        // A key record of the same agent is not looked at.
        running.register(ACME, AGENT, &pair.line()).await;
        let body = json!({"tenant_id": ACME, "agent_id": AGENT, "challenge": "x", "response": pair.sign("x")});
        let (status, _) = answer(running.request("POST", "/api/v1/auth/agent/verify").json(&body)).await;
        assert_eq!(status, 401);
    }
}

/// An RSA key and the base64 of its signatures.
struct RsaPair(aws_lc_rs::rsa::KeyPair);

impl RsaPair {
    fn new() -> Self {
        Self(aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap())
    }

    fn line(&self) -> String {
        use aws_lc_rs::signature::KeyPair as _;
        let public = pkcs1::RsaPublicKey::try_from(self.0.public_key().as_ref()).unwrap();
        let mut blob = Vec::new();
        // The modulus has its top bit set, and so gets a leading zero.
        let modulus = [&[0], public.modulus.as_bytes()].concat();
        for field in [b"ssh-rsa".as_slice(), public.public_exponent.as_bytes(), &modulus] {
            blob.extend_from_slice(&u32::try_from(field.len()).unwrap().to_be_bytes());
            blob.extend_from_slice(field);
        }
        format!("ssh-rsa {}", base64::engine::general_purpose::STANDARD.encode(blob))
    }

    fn sign(&self, challenge: &str) -> String {
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = aws_lc_rs::rand::SystemRandom::new();
        self.0.sign(&aws_lc_rs::signature::RSA_PKCS1_SHA256, &random, challenge.as_bytes(), &mut signature).unwrap();
        base64::engine::general_purpose::STANDARD.encode(signature)
    }
}

fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn rsa_proves_in_both_dialects_and_as_built_replays_at_the_agent_route() {
    let pair = RsaPair::new();
    for dialect in Dialect::ALL {
        let running = Running::start(options(dialect, &[])).await;
        let made = json!({"name": "n", "type": "t", "public_key": pair.line()});
        let (status, body) = answer(running.by(ACME, "POST", "/agents").json(&made)).await;
        assert_eq!(status, 201, "{body}");
        let agent = body.get("agent_id").or(body.pointer("/agent/id")).unwrap().as_str().unwrap();
        let key = running.register(ACME, agent, &pair.line()).await;

        let challenge = running.challenge(ACME, agent).await;
        let proof =
            json!({"tenant_id": ACME, "key_id": key, "challenge": challenge, "response": pair.sign(&challenge)});
        let (status, body) = running.verify(&proof).await;
        assert_eq!(status, 200, "{dialect}: {body}");
        let found = claims(&body["token"]);
        assert_eq!(
            (&found["sub"], &found["agent_id"], &found["key_type"]),
            (&json!(key), &json!(agent), &json!("agent"))
        );
        assert!(found["exp"].is_i64() && found["iat"].is_f64(), "{found}");
        assert!((found["exp"].as_f64().unwrap() - found["iat"].as_f64().unwrap() - 3600.0).abs() <= 1.0);
        assert_eq!(running.verify(&proof).await.0, 401, "{dialect}: used up");
        // A good token reads without the tenant header, in both dialects.
        let token = body["token"].as_str().unwrap();
        let path = format!("/api/v1/ssh-keys/{key}");
        assert_eq!(answer(running.request("GET", &path).bearer_auth(token)).await.0, 200);

        let invented = "0123456789abcdef";
        let proof =
            json!({"tenant_id": ACME, "agent_id": agent, "challenge": invented, "response": pair.sign(invented)});
        for _ in 0..2 {
            let (status, body) = answer(running.request("POST", "/api/v1/auth/agent/verify").json(&proof)).await;
            assert_eq!(status, if dialect == Dialect::AsBuilt { 200 } else { 401 }, "{dialect}");
            if dialect == Dialect::AsBuilt {
                let found = claims(&body["token"]);
                assert_eq!((&found["type"], found.get("iat")), (&json!("agent"), None));
            }
        }
    }
}

#[tokio::test]
async fn as_built_challenges_look_for_the_tenant_elsewhere() {
    let running = Running::start(options(Dialect::AsBuilt, &[])).await;
    let ask = || running.request("POST", "/api/v1/auth/challenge").json(&json!({}));
    let lost = (401, json!({"detail": "Tenant ID not provided"}));
    assert_eq!(answer(ask().bearer_auth("x")).await, lost);
    assert_eq!(answer(ask().bearer_auth("x").header("x-tenant-id", ACME)).await.0, 200);
    assert_eq!(answer(ask().header("x-tenant-id", ACME)).await.0, 403);
    let documented = Running::start(options(Dialect::Documented, &[])).await;
    let ask = documented.request("POST", "/api/v1/auth/challenge").json(&json!({}));
    assert_eq!(answer(ask.bearer_auth("x").header("x-tenant-id", ACME)).await.0, 401);
}
