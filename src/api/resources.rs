//! Keys and health (sections 2.1, 2.3).
//!
//! Owns the paging, which goes on until the token is absent or repeats, since a page may be empty
//! while another follows (section 6), and the reading of both wire shapes. Filters are never left
//! to the server, which ignores them; the caller filters.

use std::collections::BTreeSet;

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Access, Client, Request, malformed};
use super::error::ApiError;
use super::retry::Repeat;
use super::wire::{KeyRecord, NewKey, list, unwrapped};
use crate::id::KeyId;

/// No tenant holds as many pages; a server that never ends its list is not followed for ever.
const MOST_PAGES: usize = 1000;

impl Client {
    /// `GET /health`: whether the server answers at all.
    pub async fn health(&self) -> Result<(), ApiError> {
        self.fetch("GET /health", "/health".to_owned(), Vec::new(), Access::default()).await.map(|_| ())
    }

    /// The server's time, asked for where no answer has told it yet: this machine's clock alone may be wrong.
    pub async fn measured_now(&self) -> Result<Timestamp, ApiError> {
        if self.clock_offset().is_none() {
            self.health().await?;
        }
        Ok(self.server_now())
    }

    /// All key records that the token may see, over all pages.
    pub async fn keys(&self, access: Access<'_>) -> Result<Vec<KeyRecord>, ApiError> {
        let entries = self.pages("GET /ssh-keys", "/api/v1/ssh-keys", &["ssh_keys", "keys"], access).await?;
        Ok(entries.iter().filter_map(KeyRecord::read).collect())
    }

    /// The first page of keys only: to see whether a token is accepted.
    pub async fn first_keys(&self, access: Access<'_>) -> Result<(), ApiError> {
        let query = vec![("limit", "1".to_owned())];
        self.fetch("GET /ssh-keys", "/api/v1/ssh-keys".to_owned(), query, access).await.map(|_| ())
    }

    /// One key record.
    pub async fn key(&self, id: &KeyId, access: Access<'_>) -> Result<KeyRecord, ApiError> {
        let route = "GET /ssh-keys/{id}";
        let body = self.fetch(route, format!("/api/v1/ssh-keys/{id}"), Vec::new(), access).await?;
        KeyRecord::read(unwrapped(&body, "key")).ok_or_else(|| malformed(route, "it is no key record"))
    }

    /// Registers a public key. An answer that is lost has to be settled by looking the key up.
    pub async fn create_key(&self, key: &NewKey<'_>, access: Access<'_>) -> Result<KeyRecord, ApiError> {
        let route = "POST /ssh-keys";
        let body = self.post(route, "/ssh-keys", json!(key), access, Repeat::OnlyIfUnsent).await?;
        KeyRecord::read(unwrapped(&body, "key")).ok_or_else(|| malformed(route, "it is no key record"))
    }

    /// Revokes a key, giving a reason. [`ApiError::is_route_missing`] tells a server that cannot.
    pub async fn revoke_key(&self, id: &KeyId, reason: &str, access: Access<'_>) -> Result<(), ApiError> {
        let path = format!("/ssh-keys/{id}/revoke");
        // Revoking twice is the same as once.
        self.post("POST /ssh-keys/{id}/revoke", &path, json!({ "reason": reason }), access, Repeat::Safe)
            .await
            .map(|_| ())
    }

    /// Deletes a key record for good.
    pub async fn delete_key(&self, id: &KeyId, access: Access<'_>) -> Result<(), ApiError> {
        let request = Request {
            route: "DELETE /ssh-keys/{id}",
            method: Method::DELETE,
            path: format!("/api/v1/ssh-keys/{id}"),
            query: Vec::new(),
            body: None,
            access,
            // Deleting twice is the same as once; the second answer says that there is none.
            repeat: Repeat::Safe,
        };
        self.send(request).await.map(|_| ())
    }

    pub(super) async fn fetch(
        &self,
        route: &'static str,
        path: String,
        query: Vec<(&'static str, String)>,
        access: Access<'_>,
    ) -> Result<Value, ApiError> {
        self.send(Request { route, method: Method::GET, path, query, body: None, access, repeat: Repeat::Safe }).await
    }

    pub(super) async fn pages(
        &self,
        route: &'static str,
        path: &str,
        members: &[&str],
        access: Access<'_>,
    ) -> Result<Vec<Value>, ApiError> {
        let mut entries = Vec::new();
        let mut seen = BTreeSet::new();
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let query = token.iter().map(|token| ("next_token", token.clone())).collect();
            let body = self.fetch(route, path.to_owned(), query, access).await?;
            entries.extend(list(&body, members).ok_or_else(|| malformed(route, "it holds no list"))?.iter().cloned());
            match body.get("next_token").and_then(Value::as_str) {
                Some(next) if seen.insert(next.to_owned()) => token = Some(next.to_owned()),
                _ => return Ok(entries),
            }
        }
        Err(malformed(route, "its pages never end"))
    }
}
