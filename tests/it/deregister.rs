//! The tests of this subject follow.
