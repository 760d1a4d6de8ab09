//! `key rotate` under failure: at every point where something can go wrong, it is made to go wrong,
//! and a program that shares nothing with the implementation looks at what is left.

mod checker;
mod drive;
mod files;
mod machine;
