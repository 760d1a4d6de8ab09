//! TLS with an authority of one's own, and proxies, against a real TLS server and a real CONNECT proxy.
//!
//! TLS is ended by Python's `ssl` in front of the sandbox, so that nothing of rustls checks itself.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use artcafe::sandbox::Dialect;

use super::support::{AGENT, Server, TestEnv};

const TERMINATOR: &str = r#"
import socket, ssl, sys, threading
cert, key, host, port = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        for end in (source, target):
            try: end.shutdown(socket.SHUT_RDWR)
            except OSError: pass
def serve(raw):
    try:
        inner = context.wrap_socket(raw, server_side=True)
        outer = socket.create_connection((host, port))
    except OSError:
        return
    threading.Thread(target=pump, args=(inner, outer), daemon=True).start()
    pump(outer, inner)
while True:
    raw, _ = listener.accept()
    threading.Thread(target=serve, args=(raw,), daemon=True).start()
"#;

/// A TLS server before the sandbox; killed when dropped.
struct Terminator {
    child: Child,
    port: u16,
}

impl Terminator {
    fn start(folder: &Path, server: &Server) -> Self {
        let file = |name: &str| folder.join(name).display().to_string();
        let openssl = |args: &[&str]| {
            let output = Command::new("openssl").args(args).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(folder.join("names"))
            .and_then(|mut names| names.write_all(b"subjectAltName=DNS:artcafe.test,IP:127.0.0.1\n"))
            .unwrap();
        let (ca, ca_key, request, key, cert) =
            (file("ca.pem"), file("ca.key"), file("request"), file("server.key"), file("server.pem"));
        openssl(&[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=Test CA",
            "-keyout",
            &ca_key,
            "-out",
            &ca,
        ]);
        openssl(&[
            "req",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=artcafe.test",
            "-keyout",
            &key,
            "-out",
            &request,
        ]);
        let names = file("names");
        openssl(&[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            &ca,
            "-CAkey",
            &ca_key,
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            &names,
            "-out",
            &cert,
        ]);
        let (host, port) = server.url().trim_start_matches("http://").rsplit_once(':').unwrap();
        let mut child = Command::new("python3")
            .args(["-c", TERMINATOR, &cert, &key, host, port])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { child, port: line.trim().parse().unwrap() }
    }
}

impl Drop for Terminator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A CONNECT proxy that leads every name to one port, and notes what it was asked for.
fn proxy(target: u16) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&seen);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut client = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0_u8; 1];
            while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).unwrap_or(0) == 1 {
                head.push(byte[0]);
            }
            let first = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
            notes.lock().unwrap().push(first);
            let mut server = TcpStream::connect(("127.0.0.1", target)).unwrap();
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
            let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut from, &mut to));
            std::thread::spawn(move || std::io::copy(&mut server, &mut client));
        }
    });
    (port, seen)
}

#[test]
fn an_own_authority_is_trusted_only_when_named() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    let terminator = Terminator::start(&env.home(), &server);
    env.set("ARTCAFE_API_ENDPOINT", &format!("https://127.0.0.1:{}", terminator.port));
    let setup = ["setup", "--agent-id", AGENT, "--bits", "2048", "--retries", "0"];
    let refused = env.run(&[&setup[..], &["--json"]].concat()).expect(69);
    assert_eq!(refused.code_name(), "SERVER_UNREACHABLE");
    assert!(refused.failure()["message"].as_str().unwrap().contains("secure connection"), "{refused:?}");
    assert!(refused.failure()["hint"].as_str().unwrap().contains("--ca-cert"), "{refused:?}");
    assert!(!env.key().exists(), "something was made although the server was not trusted");
    let ca = env.path("ca.pem").display().to_string();
    env.run(&[&setup[..], &["--ca-cert", &ca]].concat()).expect(0);
    env.set("ARTCAFE_CA_CERT", &ca);
    env.run(&["auth", "test"]).expect(0);
    env.set("ARTCAFE_CA_CERT", &env.path("names").display().to_string());
    assert_eq!(env.run(&["auth", "test", "--json"]).expect(78).code_name(), "CONFIG_INVALID");
}

#[test]
fn a_proxy_is_used_for_https_and_left_out_where_it_must_be() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    let terminator = Terminator::start(&env.home(), &server);
    let (port, seen) = proxy(terminator.port);
    env.set("ARTCAFE_CA_CERT", &env.path("ca.pem").display().to_string());
    env.set("ARTCAFE_API_ENDPOINT", "https://artcafe.test");
    env.set("HTTPS_PROXY", &format!("http://user:word@127.0.0.1:{port}"));
    env.run(&["setup", "--agent-id", AGENT, "--bits", "2048", "--retries", "0"]).expect(0);
    let through = seen.lock().unwrap().clone();
    assert!(
        !through.is_empty() && through.iter().all(|line| line.starts_with("CONNECT artcafe.test:443 ")),
        "{through:?}"
    );

    seen.lock().unwrap().clear();
    env.set("NO_PROXY", "artcafe.test");
    let run = env.run(&["auth", "test", "--retries", "0", "--timeout", "5"]).expect(69);
    assert!(!run.stderr.contains("word") && !run.stdout.contains("word"), "{run:?}");
    assert!(seen.lock().unwrap().is_empty(), "the proxy was used although NO_PROXY names the host");
}

#[test]
fn loopback_is_never_reached_through_a_proxy() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    let (port, seen) = proxy(1);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        env.set(name, &format!("http://127.0.0.1:{port}"));
    }
    env.run(&["setup", "--agent-id", AGENT, "--bits", "2048"]).expect(0);
    assert!(seen.lock().unwrap().is_empty());
}

/// A real proxy that wants credentials and leads everything to another one; killed when dropped.
struct TinyProxy {
    child: Child,
    port: u16,
}

impl TinyProxy {
    fn start(env: &TestEnv, upstream: u16) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = env.path("tinyproxy.log").display().to_string();
        let config = format!(
            "Port {port}\nListen 127.0.0.1\nTimeout 30\nMaxClients 20\nLogFile \"{log}\"\nBasicAuth user markedword\n\
             Upstream http 127.0.0.1:{upstream}\nConnectPort 443\n"
        );
        let file = env.write("tinyproxy.conf", &config);
        let mut child = Command::new("tinyproxy")
            .args(["-d", "-c", &file])
            .stdout(Stdio::null())
            .spawn()
            .expect("tinyproxy (Debian: tinyproxy)");
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert_eq!(child.try_wait().unwrap(), None, "tinyproxy has ended");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Self { child, port }
    }
}

impl Drop for TinyProxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_real_proxys_credentials_are_sent_and_a_refusal_names_it() {
    let server = Server::start(Dialect::Documented, &[]);
    let mut env = TestEnv::with(&server);
    let terminator = Terminator::start(&env.home(), &server);
    let (upstream, seen) = proxy(terminator.port);
    let real = TinyProxy::start(&env, upstream);
    let at = |who: &str| format!("http://{who}127.0.0.1:{}", real.port);
    env.set("ARTCAFE_CA_CERT", &env.path("ca.pem").display().to_string());
    env.set("ARTCAFE_API_ENDPOINT", "https://artcafe.test");
    env.set("HTTPS_PROXY", &at("user:%6darkedword@"));
    env.run(&["setup", "--agent-id", AGENT, "--bits", "2048", "--retries", "0", "--verbose"]).expect(0);
    assert!(!seen.lock().unwrap().is_empty());
    env.run(&["auth", "test"]).expect(0);

    // Wrong ones, none, and for plain http, where the proxy itself answers the request.
    let named = format!("127.0.0.1:{}", real.port);
    let reached = seen.lock().unwrap().len();
    let plain = ["--api-endpoint", "http://artcafe.test", "--insecure-http"];
    // This proxy says 407 only where there are no credentials at all.
    for (variable, value, more, words) in [
        ("HTTPS_PROXY", at("user:wrong-word@"), &[][..], "check user and password"),
        ("HTTPS_PROXY", at(""), &[], "(407)"),
        ("HTTP_PROXY", at("user:wrong-word@"), &plain, "check user and password"),
        ("HTTP_PROXY", at(""), &plain, "(407)"),
    ] {
        env.unset("HTTPS_PROXY");
        env.set(variable, &value);
        for args in [&["key", "list", "--json"][..], &["key", "list", "--verbose"]] {
            let run = env.run(&[args, more].concat()).expect(69);
            assert!(run.all().contains(&named) && run.all().contains(words), "{run:?}");
            assert!(run.all().contains(&format!("({variable})")), "{run:?}");
            assert!(!run.all().contains("wrong-word") && !run.all().contains("dXNlcj"), "{run:?}");
        }
        let run = env.run(&[&["key", "list", "--json"], more].concat());
        assert_eq!((run.code_name().as_str(), &run.failure()["retryable"]), ("PROXY_REFUSED", &false.into()));
        env.unset(variable);
    }
    assert_eq!(seen.lock().unwrap().len(), reached);

    // A port that the proxy does not open, and a proxy that is not there.
    env.set("HTTPS_PROXY", &at("user:%6darkedword@"));
    let run = env.run(&["key", "list", "--json", "--api-endpoint", "https://artcafe.test:8443"]).expect(69);
    assert_eq!(run.code_name(), "PROXY_REFUSED");
    assert!(run.failure()["hint"].as_str().unwrap().contains("NO_PROXY"), "{run:?}");
    env.set("HTTPS_PROXY", "http://user:%6darkedword@127.0.0.1:1");
    let run = env.run(&["key", "list", "--json", "--retries", "0"]).expect(69);
    assert_eq!(run.code_name(), "SERVER_UNREACHABLE");
    assert!(run.failure()["message"].as_str().unwrap().contains("proxy http://127.0.0.1:1"), "{run:?}");
    assert!(!run.all().contains("marked"), "{run:?}");

    // Round it: the name leads nowhere, and the proxy hears nothing.
    env.set("HTTPS_PROXY", &at("user:%6darkedword@"));
    let log_file = env.path("tinyproxy.log");
    let log = || fs::read_to_string(&log_file).unwrap().lines().filter(|line| line.contains("CONNECT")).count();
    let heard = log();
    assert!(heard > 0);
    for spared in ["artcafe.test", "*", ".test"] {
        let mut command = env.command(&["key", "list", "--json", "--retries", "0", "--timeout", "5"]);
        let run = super::support::Run::of(command.env("NO_PROXY", spared).output().unwrap()).expect(69);
        assert_eq!(run.code_name(), "SERVER_UNREACHABLE", "{spared}");
    }
    assert_eq!(log(), heard, "the proxy was used although NO_PROXY names the host");
    // What passes it by and leads somewhere works: nothing but the address differs.
    let direct = format!("https://127.0.0.1:{}", terminator.port);
    env.set("ARTCAFE_KEY_ID", &super::support::id_of(&server.keys()[0]));
    env.run(&["auth", "test", "--api-endpoint", &direct, "--allow-new-endpoint"]).expect(0);
    assert_eq!(log(), heard);
}
