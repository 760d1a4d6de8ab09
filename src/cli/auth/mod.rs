//! `artcafe auth`: proof and tokens.

mod login;
mod logout;
mod status;
mod test;
mod token;

use clap::Subcommand;

use crate::cli::Outcome;
use crate::cli::context::Context;

pub(crate) use test::TestData;
pub(crate) use token::{ACCESS_TOKEN, LifeArgs, OutputData, TokenData, asked_token, by_proof, mask};

/// Prove the key, get a token, keep an administrator's login
#[derive(Debug, Subcommand)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) enum AuthCommand {
    Test(test::TestArgs),
    Token(token::TokenArgs),
    Login(login::LoginArgs),
    Logout(logout::LogoutArgs),
    Status(status::AuthStatusArgs),
}

pub(crate) fn run(context: &Context, command: &AuthCommand) -> Outcome {
    match command {
        AuthCommand::Test(args) => test::run(context, args),
        AuthCommand::Token(args) => token::run(context, args),
        AuthCommand::Login(args) => login::run(context, args),
        AuthCommand::Logout(args) => logout::run(context, args),
        AuthCommand::Status(args) => status::run(context, args),
    }
}
