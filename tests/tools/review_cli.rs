//! What a review of the program found: secrets read for nothing or echoed, JSON that was more than one
//! object, keys that a passphrase hid, advice that led nowhere.

use super::support::files::{SmallDisk, names, picture};
use super::support::terminal::{INTERRUPT, answering};
use super::support::{Server, TestEnv};
use artcafe::sandbox::Dialect;

#[test]
fn a_full_disk_never_takes_a_key_from_its_name() {
    for kibibytes in [0, 4, 8, 12] {
        let env = TestEnv::new();
        let disk = SmallDisk::mount(&env.path(".ssh"), 64);
        env.run(&["key", "generate", "--bits", "2048"]).expect(0);
        disk.fill(kibibytes);
        let before = picture(&env.path(".ssh"));
        let run = env.run(&["key", "generate", "--bits", "2048", "--overwrite", "--json"]);
        if run.code == 0 {
            assert_eq!(names(&env.path(".ssh")).len(), before.len() + 2, "{run:?}");
            continue;
        }
        assert_eq!(run.code_name(), "DISK_FULL");
        assert_eq!(picture(&env.path(".ssh")), before, "with {kibibytes} KiB free");
    }
}

#[test]
fn an_interrupted_question_gives_the_cursor_back() {
    let server = Server::start(Dialect::Documented, &[]);
    let env = TestEnv::with(&server);
    env.set_up();
    let (text, code) = answering(&env, INTERRUPT, &["deregister"]);
    let hidden = text.rfind("[?25l");
    let shown = text.rfind("[?25h");
    assert!(hidden.is_some() && shown > hidden, "the cursor stays hidden: {text}");
    assert_eq!(code, 130, "{text}");
    assert!(env.config().exists() && env.key().exists());
}
