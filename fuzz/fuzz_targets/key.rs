//! Key files and public lines: none makes the program panic, a key that is read signs, and it is read again from
//! what is written of it.

#![no_main]

use artcafe::keys::{KeyFormat, PrivateKey, PublicKey, inspect};
use artcafe::secret::Secret;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = inspect(data);
    if let Ok(line) = std::str::from_utf8(data)
        && let Ok(public) = PublicKey::parse_line(line)
    {
        let again = public.line(public.comment().unwrap_or_default());
        let read = PublicKey::parse_line(&again).expect("a line of our own");
        assert!(read.same_key(&public));
        let _ = (public.openssh_fingerprint(), public.platform_fingerprint(), public.bits(), public.algorithm());
    }
    // A file that asks for a costly derivation is the slowest that is read; one with a wrong passphrase does as well.
    if let Ok(decoded) = PrivateKey::decode(data, None) {
        let public = decoded.key.public();
        for format in [KeyFormat::Pem, KeyFormat::Openssh] {
            let written = decoded.key.encode(format, None, "again").expect("a key that was read");
            let read = PrivateKey::decode(written.expose().as_ref(), None).expect("a file of our own");
            assert!(read.key.public().same_key(&public));
        }
    }
    if data.first().is_some_and(|byte| byte % 2 == 1) {
        let _ = PrivateKey::decode(data, Some(&Secret::new("passphrase".to_owned())));
    }
});
