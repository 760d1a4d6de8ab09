//! What the platform's plans allow (`platform-api.md` 2.6).
//!
//! Owns the table, for a server that names a plan and not its limits. It is the platform's at the time of writing: where
//! a server tells limits, those count.

use crate::api::usage::Counted;

/// What a plan allows of this; `None` where the plan or the counter is not in the table.
pub(super) fn limit(plan: &str, counted: Counted) -> Option<u32> {
    // Agents, keys, channels, messages a month, connections, requests a minute.
    let [agents, keys, channels, messages, connections, calls] = match plan {
        "starter" | "free" => [3, 5, 10, 10_000, 5, 100],
        "growth" | "basic" => [10, 20, 100, 100_000, 20, 500],
        "scale" | "pro" => [50, 100, 500, 500_000, 100, 2000],
        "enterprise" => [999_999, 999_999, 999_999, 999_999_999, 999_999, 999_999],
        _ => return None,
    };
    match counted {
        Counted::Agents => Some(agents),
        Counted::SshKeys => Some(keys),
        Counted::Channels => Some(channels),
        Counted::MessagesThisMonth => Some(messages),
        Counted::Connections => Some(connections),
        Counted::ApiCallsPerMinute => Some(calls),
        Counted::StorageGb
        | Counted::ActiveAgents
        | Counted::ActiveChannels
        | Counted::Messages
        | Counted::Bytes
        | Counted::ApiCalls => None,
    }
}
