//! One request as the handlers see it, and the server's state around it.
//! Carries; decides nothing. The clock in it is the request's own, skewed where a fault says so.

use super::body;
use super::faults::Age;
use super::history::History;
use super::options::Dialect;
use super::reply::Reply;
use super::store::{AgentRow, KeyRow, Store};
use super::token::Signer;
use axum::http::{HeaderMap, Method};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::cell::RefCell;

/// A request, read. Not `Debug`: it holds tokens and signatures.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    /// The path as sent.
    pub(super) path: String,
    /// The query as sent, without the question mark.
    pub(super) query: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// The server's time for this request.
    pub(super) now: Timestamp,
    /// How old the lists are that this request sees.
    pub(super) stale: Option<Age>,
}

/// A request with the state that it works on.
pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    pub(super) store: &'a Store,
    pub(super) signer: &'a Signer,
    pub(super) history: &'a History,
    pub(super) dialect: Dialect,
    /// The tenant that the request turned out to be about.
    pub(super) tenant: RefCell<Option<String>>,
}

impl Call<'_> {
    /// A header's value, if it is a text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The last value of a query parameter, decoded.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let query = self.request.query.as_deref()?;
        url::form_urlencoded::parse(query.as_bytes())
            .filter(|(key, _value)| key == name)
            .last()
            .map(|(_key, value)| value.into_owned())
    }

    /// The body as JSON.
    pub(super) fn body(&self) -> Result<Option<Value>, Reply> {
        body::parse(self.header("content-type"), &self.request.body)
    }

    /// Now, in microseconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.request.now.as_microsecond()
    }

    /// Today, as in `2026-11-23`.
    pub(super) fn today(&self) -> String {
        self.request.now.strftime("%Y-%m-%d").to_string()
    }

    /// Remembers the tenant for the request log.
    pub(super) fn about(&self, tenant: &str) {
        *self.tenant.borrow_mut() = Some(tenant.to_owned());
    }

    /// A time as this dialect writes it: with `Z`, or naive (1.7).
    pub(super) fn stamp(&self, microseconds: i64) -> Value {
        let Ok(time) = Timestamp::from_microsecond(microseconds) else { return Value::Null };
        let format = match self.dialect {
            Dialect::Documented => "%Y-%m-%dT%H:%M:%S%.6fZ",
            Dialect::AsBuilt => "%Y-%m-%dT%H:%M:%S%.6f",
        };
        json!(time.strftime(format).to_string())
    }

    /// A time that may be absent.
    pub(super) fn optional_stamp(&self, microseconds: Option<i64>) -> Value {
        microseconds.map_or(Value::Null, |microseconds| self.stamp(microseconds))
    }

    /// Every key, as a list shows them: now, or as a stale list does.
    pub(super) fn listed_keys(&self) -> Result<Vec<KeyRow>, Reply> {
        match self.request.stale.and_then(|age| self.history.at(age)) {
            Some(state) => Ok(state.keys.clone()),
            None => Ok(self.store.all_keys()?),
        }
    }

    /// Every agent, as a list shows them: now, or as a stale list does.
    pub(super) fn listed_agents(&self) -> Result<Vec<AgentRow>, Reply> {
        match self.request.stale.and_then(|age| self.history.at(age)) {
            Some(state) => Ok(state.agents.clone()),
            None => Ok(self.store.all_agents()?),
        }
    }
}
