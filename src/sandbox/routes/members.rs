//! Members of a tenant (section 2.6), with the four roles: anybody of them sees the others, owners and administrators
//! change them, and only an owner makes or unmakes an owner. As built the lookup finds nobody, and all of it is 403.

use super::tenants::is_email;
use crate::sandbox::access::{self, Member};
use crate::sandbox::body::Fields;
use crate::sandbox::call::Call;
use crate::sandbox::generated;
use crate::sandbox::reply::{Answer, Reply};
use crate::sandbox::store::MemberRow;
use axum::http::StatusCode;
use serde_json::{Value, json};

const ROLES: [&str; 4] = ["owner", "admin", "member", "viewer"];

fn shown(call: &Call<'_>, member: &MemberRow) -> Value {
    json!({
        "user_id": member.user_id,
        "email": member.email,
        "role": member.role,
        "joined_date": call.stamp(member.joined_at),
        "active": member.active,
    })
}

/// `GET /tenants/{id}/members`
pub(in crate::sandbox) fn list(call: &Call<'_>, id: &str) -> Answer {
    access::member(call, id)?;
    let members = access::members(call, id)?;
    Ok(Reply::ok(&Value::Array(members.iter().map(|member| shown(call, member)).collect())))
}

/// `POST /tenants/{id}/members`
pub(in crate::sandbox) fn add(call: &Call<'_>, id: &str) -> Answer {
    let body = call.body()?;
    let asker = access::member(call, id)?.administering()?;
    let mut fields = Fields::of_body(&body);
    let email = fields.text("email");
    let role = fields.text_or("role", "member");
    if fields.is_fine() && !is_email(&email) {
        fields.refuse("email", "value is not a valid email address");
    }
    refuse_other_role(&mut fields, &role);
    let user_id = fields.optional_text("user_id").filter(|id| !id.is_empty());
    fields.finish()?;
    asker.may_handle(&role)?;
    let members = access::members(call, id)?;
    let taken = |member: &MemberRow| member.email == email || Some(&member.user_id) == user_id.as_ref();
    if members.iter().any(taken) {
        return Err(Reply::detail(StatusCode::BAD_REQUEST, "User is already a member of this organization"));
    }
    let user_id = match user_id {
        Some(id) => id,
        None => generated::ulid(call.request.now.as_millisecond())?,
    };
    let tenant_id = id.to_owned();
    let member = MemberRow { tenant_id, user_id, email, role, active: true, joined_at: call.now() };
    write(call, &members, &member)?;
    Ok(Reply::created(&shown(call, &member)))
}

/// `PUT /tenants/{id}/members/{user_id}`
pub(in crate::sandbox) fn update(call: &Call<'_>, ids: &str) -> Answer {
    let body = call.body()?;
    let (id, user) = ids.split_once('/').unwrap_or_default();
    let asker = access::member(call, id)?.administering()?;
    let mut fields = Fields::of_body(&body);
    let role = fields.optional_text("role");
    if let Some(role) = &role {
        refuse_other_role(&mut fields, role);
    }
    let active = fields.raw("active").and_then(Value::as_bool);
    fields.finish()?;
    let members = access::members(call, id)?;
    let found = found(&members, user)?;
    asker.may_handle(&found.role)?;
    let changed = MemberRow {
        role: role.unwrap_or_else(|| found.role.clone()),
        active: active.unwrap_or(found.active),
        ..found.clone()
    };
    asker.may_handle(&changed.role)?;
    if changed.role != "owner" || !changed.active {
        refuse_no_owner(&members, user)?;
    }
    write(call, &members, &changed)?;
    Ok(Reply::ok(&shown(call, &changed)))
}

/// `DELETE /tenants/{id}/members/{user_id}`
pub(in crate::sandbox) fn remove(call: &Call<'_>, ids: &str) -> Answer {
    let (id, user) = ids.split_once('/').unwrap_or_default();
    let asker = access::member(call, id)?.administering()?;
    let members = access::members(call, id)?;
    asker.may_handle(&found(&members, user)?.role)?;
    refuse_no_owner(&members, user)?;
    call.store.together(|| {
        members.iter().try_for_each(|member| call.store.put_member(member))?;
        call.store.delete_member(id, user)
    })?;
    Ok(Reply::no_content())
}

fn refuse_other_role(fields: &mut Fields<'_>, role: &str) {
    if fields.is_fine() && !ROLES.contains(&role) {
        fields.refuse("role", "Role must be one of: owner, admin, member, viewer");
    }
}

fn found<'a>(members: &'a [MemberRow], user: &str) -> Result<&'a MemberRow, Reply> {
    members.iter().find(|member| member.user_id == user).ok_or_else(|| Reply::missing("Member not found"))
}

/// A tenant without an owner could never get one again.
fn refuse_no_owner(members: &[MemberRow], except: &str) -> Result<(), Reply> {
    let is_other_owner = |member: &MemberRow| member.role == "owner" && member.active && member.user_id != except;
    let is_owner = members.iter().any(|member| member.role == "owner" && member.user_id == except);
    if is_owner && !members.iter().any(is_other_owner) {
        return Err(Reply::detail(StatusCode::BAD_REQUEST, "Cannot remove the last owner"));
    }
    Ok(())
}

/// Writes a member, and those that were only implied until now.
fn write(call: &Call<'_>, known: &[MemberRow], member: &MemberRow) -> Result<(), Reply> {
    call.store.together(|| {
        known.iter().try_for_each(|known| call.store.put_member(known))?;
        call.store.put_member(member)
    })?;
    Ok(())
}

impl Member {
    /// Refuses those who may only look.
    fn administering(self) -> Result<Self, Reply> {
        if self.is_administrator() { Ok(self) } else { Err(access::no_permission()) }
    }

    /// Refuses an administrator who would make or unmake an owner.
    fn may_handle(&self, role: &str) -> Result<(), Reply> {
        if role != "owner" || self.role == "owner" { Ok(()) } else { Err(access::no_permission()) }
    }
}
