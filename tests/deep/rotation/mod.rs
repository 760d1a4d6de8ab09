//! `key rotate` under failure: at every point where something can go wrong, it is made to go wrong,
//! and a program that shares nothing with the implementation looks at what is left.

mod checker;
mod controls;
mod coverage;
mod disk;
mod drive;
mod files;
mod lost_writes;
mod machine;
mod requests;
mod trace;
mod way_back;
