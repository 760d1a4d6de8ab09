//! `artcafe doctor`: each fault turns its check and no other, and the tables hold together.

mod faults;
mod fix;
mod healthy;
mod offline;
mod online;
mod shape;
