//! The embedded server over real HTTP. This file starts it and asks; the tests are in the modules.

#![expect(clippy::unwrap_used, reason = "what tests need to stand on fails the test")]

mod dialects;
mod faults;
mod lifetime;
mod organization;
mod proofs;

use artcafe::sandbox::{Dialect, Fault, Info, Options, Sandbox, SandboxError};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub(crate) const ACME: &str = "11111111-aaaa-4aaa-8aaa-111111111111";
pub(crate) const GLOBEX: &str = "22222222-bbbb-4bbb-8bbb-222222222222";
const AGENT: &str = "prod-data-processor-01";

/// A sandbox that serves until it is dropped or stopped.
pub(crate) struct Running {
    info: Info,
    address: SocketAddr,
    client: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    served: tokio::task::JoinHandle<Result<(), SandboxError>>,
}

impl Running {
    pub(crate) async fn start(options: Options) -> Self {
        Self::start_with(Sandbox::open(options).unwrap()).await
    }

    pub(crate) async fn start_with(sandbox: Sandbox) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let info = sandbox.info(address);
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(sandbox.serve(listener, async move {
            let _dropped = stopped.await;
        }));
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        Self { info, address, client, stop: Some(stop), served }
    }

    pub(crate) fn url(&self) -> &str {
        &self.info.url
    }

    pub(crate) fn token(&self, tenant: &str) -> String {
        self.info.tenants.iter().find(|known| known.id == tenant).unwrap().admin_token.clone()
    }

    /// A request to a path as it is, without a token.
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method.parse().unwrap(), format!("{}{path}", self.info.url))
    }

    /// A request of an administrator to a path below `/api/v1`.
    fn by(&self, tenant: &str, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.request(method, &format!("/api/v1{path}")).bearer_auth(self.token(tenant))
    }

    async fn register(&self, tenant: &str, agent: &str, line: &str) -> String {
        let (status, body) = answer(self.by(tenant, "POST", "/ssh-keys").json(&json!({
            "name": "k", "public_key": line, "key_type": "agent", "agent_id": agent
        })))
        .await;
        assert_eq!(status, 201, "{body}");
        body.pointer("/key/key_id").or(body.pointer("/key/id")).unwrap().as_str().unwrap().to_owned()
    }

    async fn challenge(&self, tenant: &str, agent: &str) -> String {
        let (status, body) = answer(
            self.request("POST", "/api/v1/auth/agent/challenge").json(&json!({"tenant_id": tenant, "agent_id": agent})),
        )
        .await;
        assert_eq!(status, 200, "{body}");
        body["challenge"].as_str().unwrap().to_owned()
    }

    async fn verify(&self, body: &Value) -> (u16, Value) {
        answer(self.request("POST", "/api/v1/auth/verify").json(body)).await
    }

    async fn listed(&self, tenant: &str) -> usize {
        let (status, body) = answer(self.by(tenant, "GET", "/ssh-keys")).await;
        assert_eq!(status, 200, "{body}");
        body.get("ssh_keys").or(body.get("keys")).unwrap().as_array().unwrap().len()
    }

    async fn stop(mut self) {
        drop(self.stop.take());
        self.served.await.unwrap().unwrap();
    }
}

pub(crate) async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

fn options(dialect: Dialect, faults: &[&str]) -> Options {
    let faults = faults.iter().map(|spec| spec.parse::<Fault>().unwrap()).collect();
    Options { dialect, faults, ..Options::default() }
}

/// An Ed25519 key whose signatures the tests make without the crate's own signer.
struct Pair(ed25519_dalek::SigningKey);

impl Pair {
    fn new(seed: u8) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    }

    fn line(&self) -> String {
        use base64::Engine as _;
        let mut blob = vec![0, 0, 0, 11];
        blob.extend_from_slice(b"ssh-ed25519\0\0\0\x20");
        blob.extend_from_slice(self.0.verifying_key().as_bytes());
        format!("ssh-ed25519 {} test", base64::engine::general_purpose::STANDARD.encode(blob))
    }

    fn sign(&self, challenge: &str) -> String {
        use base64::Engine as _;
        use ed25519_dalek::Signer as _;
        base64::engine::general_purpose::STANDARD.encode(self.0.sign(challenge.as_bytes()).to_bytes())
    }
}

const RSA_LINE: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCjbv2a8FfNNi583t6pkG82WIhk2A2F73bKsa8FweK2523xIlcwxeXseUr8sLA7+5BGnrsvnUxQAjs/r4/l584oGnwg4Gk7ddhAppyiQA55SJEWCvw76WR7OzfV7TXyVRShX5QFFcVwP18V1i/yIIlRN2wS0JXsrH5LKzSfQf1Ul49v2j6dAEEnC0Sd3D/63wr9UEgpDQru7xmDdljFt2/QiVWskriE4qQTxOX+3jq+5xVFVTimuLfzwul/rc5H/1z94yFfY7SF7PsqmsL8qYRnOXiUoJh3Aoz2FjuMQMYEoadGqC/UlsPKWAdUibRC0XzkuaB8JuSRTRYdL4uLLTql c";
