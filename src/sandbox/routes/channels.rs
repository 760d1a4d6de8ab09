//! Channels (section 2.9). A message is counted and goes nowhere: there is no message bus behind the sandbox. As built
//! a message is therefore always a 500, as the public server answers without one.

use crate::sandbox::access;
use crate::sandbox::body::Fields;
use crate::sandbox::call::Call;
use crate::sandbox::generated;
use crate::sandbox::limits::{self, Resource};
use crate::sandbox::options::Dialect;
use crate::sandbox::pages;
use crate::sandbox::reply::{Answer, Reply};
use crate::sandbox::store::ChannelRow;
use serde_json::{Value, json};

fn shown(call: &Call<'_>, channel: &ChannelRow) -> Value {
    let id = if call.dialect == Dialect::Documented { "channel_id" } else { "id" };
    json!({
        id: channel.id,
        "tenant_id": channel.tenant_id,
        "name": channel.name,
        "description": channel.description,
        "status": channel.status,
        "metadata": channel.metadata,
        "subscriber_count": 0,
        "active_subscribers": 0,
        "total_messages": channel.total_messages,
        "last_message_at": call.optional_stamp(channel.last_message_at),
        "created_at": call.stamp(channel.created_at),
        "updated_at": call.stamp(channel.updated_at),
    })
}

fn unknown(id: &str) -> Reply {
    Reply::missing(&format!("Channel {id} not found"))
}

/// `GET /channels`
pub(in crate::sandbox) fn list(call: &Call<'_>) -> Answer {
    let access = access::tenant(call)?;
    let (channels, next) = pages::page(call, call.store.all_channels()?, &access.tenant, |_| true)?;
    let channels: Vec<Value> = channels.iter().map(|channel| shown(call, channel)).collect();
    Ok(Reply::ok(&json!({ "channels": channels, "next_token": next })))
}

/// `GET /channels/{id}`
pub(in crate::sandbox) fn show(call: &Call<'_>, id: &str) -> Answer {
    let access = access::tenant(call)?;
    let channel = call.store.channel(&access.tenant, id)?.ok_or_else(|| unknown(id))?;
    Ok(Reply::ok(&json!({ "channel": shown(call, &channel), "success": true })))
}

/// `POST /channels`
pub(in crate::sandbox) fn create(call: &Call<'_>) -> Answer {
    let body = call.body()?;
    let access = access::tenant(call)?.whole()?;
    let mut fields = Fields::of_body(&body);
    let name = fields.text("name");
    let description = fields.optional_text("description");
    let metadata = fields.optional_object("metadata").map_or(Value::Null, Value::Object);
    fields.finish()?;
    limits::enforce(call, &access.tenant, Resource::Channels)?;
    let channel = ChannelRow {
        tenant_id: access.tenant,
        id: generated::ulid(call.request.now.as_millisecond())?,
        name,
        description,
        status: "active".to_owned(),
        metadata,
        total_messages: 0,
        last_message_at: None,
        created_at: call.now(),
        updated_at: call.now(),
    };
    call.store.put_channel(&channel)?;
    Ok(Reply::created(&json!({ "channel": shown(call, &channel), "success": true })))
}

/// `POST /channels/{id}/messages`
pub(in crate::sandbox) fn publish(call: &Call<'_>, id: &str) -> Answer {
    let body = call.body()?;
    let access = access::tenant(call)?;
    Fields::of_body(&body).finish()?;
    if call.dialect == Dialect::AsBuilt {
        return Err(Reply::broken("no message bus, or no such channel"));
    }
    let channel = call.store.channel(&access.tenant, id)?.ok_or_else(|| unknown(id))?;
    let bytes = i64::try_from(call.request.body.len()).unwrap_or(i64::MAX);
    call.store.count_message(&channel, &call.today(), bytes, call.now())?;
    let message_id = generated::ulid(call.request.now.as_millisecond())?;
    Ok(Reply::ok(&json!({ "message_id": message_id, "timestamp": call.stamp(call.now()), "success": true })))
}

/// `DELETE /channels/{id}`
pub(in crate::sandbox) fn delete(call: &Call<'_>, id: &str) -> Answer {
    let access = access::tenant(call)?.whole()?;
    if call.store.delete_channel(&access.tenant, id)? { Ok(Reply::no_content()) } else { Err(unknown(id)) }
}
