# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_artcafe_global_optspecs
    string join \n config= profile= api-endpoint= agent-id= tenant-id= token= timeout= retries= ca-cert= insecure-http allow-new-endpoint json q/quiet v/verbose no-input y/yes color= h/help V/version
end

function __fish_artcafe_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_artcafe_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_artcafe_using_subcommand
    set -l cmd (__fish_artcafe_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c artcafe -n "__fish_artcafe_needs_command" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_needs_command" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_needs_command" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_needs_command" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_needs_command" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_needs_command" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_needs_command" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_needs_command" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_needs_command" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_needs_command" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_needs_command" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_needs_command" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_needs_command" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_needs_command" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_needs_command" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_needs_command" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_needs_command" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_needs_command" -s V -l version -d 'Print version'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "setup" -d 'Take an agent from nothing to a proven identity'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "status" -d 'Show this machine\'s identity on one screen'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "deregister" -d 'Undo `setup`: revoke the key, remove what was made'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "key" -d 'Generate, look at, convert, repair, register, list, rotate, watch and revoke keys'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "auth" -d 'Prove the key, get a token, keep an administrator\'s login'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "exec" -d 'Run a command with a token for the agent'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "ci" -d 'Run a job\'s command with a token, by a key that is kept nowhere'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "config" -d 'Look at, check and change the configuration'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "audit" -d 'Look at, check and copy the history of changes'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "service" -d 'Install a systemd timer that replaces the key in time'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "sandbox" -d 'Run a faithful stand-in for the platform on this machine'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "capabilities" -d 'List what this build can do, for programs'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "completions" -d 'Print a shell\'s completion script'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "man" -d 'Write a manual page for each command into a directory'
complete -c artcafe -n "__fish_artcafe_needs_command" -f -a "help" -d 'Print help for a command or a topic'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l ssh-key-path -d 'Directory of the key [default: $ARTCAFE_KEY_DIR]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l ssh-key-name -d 'File name of the key [default: artcafe_agent]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l output -d 'The key\'s file, in place of the two above' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l private-key -d 'Adopt this existing private key' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l algorithm -d 'Algorithm of a new key: rsa or ed25519 [default: rsa]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l bits -d 'Size of a new RSA key: 2048, 3072 or 4096 [default: 4096]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l key-format -d 'File format of a new key: pem (PKCS#8), openssh or pkcs1 [default: pem for rsa, openssh for ed25519]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l comment -d 'Comment of a new key\'s public line [default: the agent or user, and the host]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l key-id -d 'The key id that the portal shows, for a key that was registered there [env: ARTCAFE_KEY_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l agent-name -d 'Register a new agent of this name first, and use its id' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l agent-type -d 'The new agent\'s type, such as worker, processor or connector' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l capability -d 'Something the new agent can do; repeat for more' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l llm-provider -d 'Write `llm.provider` for the platform\'s framework: anthropic, openai, bedrock or local' -r -f -a "anthropic\t''
openai\t''
bedrock\t''
local\t''"
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l generate-key -d 'Only make the key and print its public line; no ids are needed'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l register -d 'Register the public key, or fail'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l no-register -d 'Leave the registration to the portal and ask no server'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l force -d 'Change a configuration that names other values, without asking; keys are never overwritten'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l interactive -d 'Ask for every value'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l dry-run -d 'Say what would be done, and do nothing'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand setup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l reason -d 'Why, for the platform\'s record' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l local-only -d 'Leave the platform out and remove the files alone, for a key that is revoked already'
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l also -d 'Go on although another configuration names the key'
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand deregister" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -f -a "generate" -d 'Generate a key pair on this machine'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -f -a "show" -d 'Show what a key file is'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -f -a "convert" -d 'Change a key file\'s format or passphrase'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -f -a "register" -d 'Register the public key at the platform'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -f -a "list" -d 'List the keys that are registered for the agent'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -f -a "repair" -d 'Mend the files around the key: modes, the public half, the plain name\'s link'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -f -a "rotate" -d 'Put a new key in the place of the configured one'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -f -a "revoke" -d 'Revoke a key: it never works again'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -f -a "delete" -d 'Delete one key record for good'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -f -a "status" -d 'Show the age of the key, its registration, and when it is due'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and not __fish_seen_subcommand_from generate show convert register list repair rotate revoke delete status needs-rotation" -f -a "needs-rotation" -d 'Say by the exit code whether a timer has something to do'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l algorithm -d 'Algorithm of a new key: rsa or ed25519 [default: rsa]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l bits -d 'Size of a new RSA key: 2048, 3072 or 4096 [default: 4096]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l key-format -d 'File format of a new key: pem (PKCS#8), openssh or pkcs1 [default: pem for rsa, openssh for ed25519]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l comment -d 'Comment of a new key\'s public line [default: the agent or user, and the host]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l output -d 'The private key\'s file; `.pub` is added for the public half [default: the configured one, else $ARTCAFE_KEY_DIR/artcafe_agent]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l overwrite -d 'Set an existing pair aside as a dated backup'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from generate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l public -d 'Print just the public line'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l key-format -d 'The new format: pem, openssh or pkcs1 [default: as it is]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l new-passphrase -d 'Protect it with this passphrase: a SOURCE, or nothing to be asked' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l output -d 'Write the outcome there and leave the file as it is' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l no-passphrase -d 'Take the passphrase off'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from convert" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l name -d 'The record\'s name [default: agent, host and date]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l key-type -d 'agent, access or deployment [default: as configured, else agent]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l private-key -d 'The private key file, instead of the configured one [env: ARTCAFE_PRIVATE_KEY_PATH]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l ssh-agent -d 'Sign through the ssh-agent of SSH_AUTH_SOCK; KEY.pub says which of its keys [env: ARTCAFE_SSH_AGENT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l dry-run -d 'Say what would be done, and do nothing'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from register" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l key-type -d 'Only this type: agent, access or deployment' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l all-agents -d 'Also those of the tenant\'s other agents'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l active -d 'Only those that can authenticate'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from repair" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l splay -d 'With --if-due: wait a random time of at most this long before a rotation begins' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l grace -d 'Keep the old key valid for this long after the switch, such as 24h, 90m or 7d' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l algorithm -d 'Algorithm of the new key [default: as the old one]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l bits -d 'Size of the new RSA key [default: as the old one]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l key-format -d 'File format of the new key [default: as the old one]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l new-passphrase -d 'Protect the new key with this passphrase: a SOURCE, or nothing to be asked [default: the old one\'s]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l post-switch -d 'Run this command once the new key is confirmed, say to restart the agent; if it fails, the rotation is undone' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l post-switch-timeout -d 'End that command after this long, such as 60s [default: 60s]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l resume -d 'Go on with the open rotation'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l abort -d 'Undo the open rotation: back to exactly the state before'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l status -d 'Say where the open rotation stands'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l finish -d 'Retire the old key if its grace period is over'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l dry-run -d 'Say what would be done, and do nothing'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l if-due -d 'For timers: go on with the open rotation, rotate if the window is open, else do nothing'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l no-passphrase -d 'Protect the new key with no passphrase'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l keep-old -d 'Keep the old key\'s files'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l also -d 'Retire the old key although another configuration names it'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l accept-agent-record -d 'Rotate although the agent\'s own record carries the old key, which stays accepted there'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l reason -d 'Why, for the platform\'s record: superseded, compromised, affiliation-changed, cessation-of-operation, or words of your own [default: unspecified, or compromised with --compromised]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l since -d 'With --compromised: list the keys that appeared since then [default: the key\'s registration]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l wait-timeout -d 'Wait no longer than this, such as 30s or 5m' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l current -d 'The key that the configuration names now'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l compromised -d 'The key is in other hands: put a new one in its place first, and list what it may have added'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l allow-last -d 'Revoke it also if it is the last key of its agent that works'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l no-delete -d 'Do not delete the record where the platform has no way to revoke it'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l wait -d 'Wait until the server really refuses the key'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l current
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l allow-last -d 'Delete it also if it is the last key of its agent that works'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l all-profiles -d 'Also the key of every profile, each by its own file alone; no token given for this run is used'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l check -d 'End with exit code 7 if something needs attention'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l offline -d 'Ask no server'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand key; and __fish_seen_subcommand_from needs-rotation" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -f -a "test" -d 'Prove that the agent\'s key authenticates'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -f -a "token" -d 'Print a token for the agent'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -f -a "login" -d 'Keep an administrator\'s token from the portal'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -f -a "logout" -d 'Forget the stored administrator\'s token'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and not __fish_seen_subcommand_from test token login logout status" -f -a "status" -d 'Show the stored administrators\' logins'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l private-key -d 'The private key file, instead of the configured one [env: ARTCAFE_PRIVATE_KEY_PATH]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l ssh-agent -d 'Sign through the ssh-agent of SSH_AUTH_SOCK; KEY.pub says which of its keys [env: ARTCAFE_SSH_AGENT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l private-key -d 'The private key file, instead of the configured one [env: ARTCAFE_PRIVATE_KEY_PATH]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l min-ttl -d 'The life that the token must have left, such as 5m' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l format -d 'How to print it, without --json' -r -f -a "raw\t'The bare token'
json\t'An object with `token` and `expires_at`'
env\t'A line for a shell: `export ARTCAFE_ACCESS_TOKEN=...`'
header\t'A header line: `Authorization: Bearer ...`'
netrc\t'A line for a netrc file: `machine HOST login AGENT password ...`, which programs send as Basic'"
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l github-output -d 'In GitHub Actions: make the token the step\'s output of this name, instead of printing it' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l ssh-agent -d 'Sign through the ssh-agent of SSH_AUTH_SOCK; KEY.pub says which of its keys [env: ARTCAFE_SSH_AGENT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l fresh -d 'Ask the server for a new one in any case'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from token" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l all -d 'Of every endpoint and tenant'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from logout" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand auth; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l private-key -d 'The private key file, instead of the configured one [env: ARTCAFE_PRIVATE_KEY_PATH]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l min-ttl -d 'The life that the token must have left, such as 5m' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l fd -d 'Give the token at this file descriptor of the command\'s, to be read once, instead of in its environment' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l ssh-agent -d 'Sign through the ssh-agent of SSH_AUTH_SOCK; KEY.pub says which of its keys [env: ARTCAFE_SSH_AGENT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l fresh -d 'Ask the server for a new one in any case'
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l token-file -d 'Give the token in a private file, whose path is in ARTCAFE_TOKEN_FILE, instead of in the environment'
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand exec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l algorithm -d 'Algorithm of the key: rsa or ed25519' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l bits -d 'Size of an RSA key: 2048, 3072 or 4096 [default: 2048, for the seconds that it lives]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l min-ttl -d 'The life that the token should have at least, such as 30m' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l fd -d 'Give the token at this file descriptor of the command\'s, to be read once, instead of in its environment' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l token-file -d 'Give the token in a private file, whose path is in ARTCAFE_TOKEN_FILE, instead of in the environment'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and not __fish_seen_subcommand_from sweep" -a "sweep" -d 'Delete the keys that killed jobs left at the platform'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l older-than -d 'The age from which on a job\'s key is taken for a left-over' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l dry-run -d 'Say what would be deleted, and do nothing'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand ci; and __fish_seen_subcommand_from sweep" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -f -a "path" -d 'Print which configuration file is in force'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -f -a "show" -d 'Show the values in force, each with where it comes from'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -f -a "get" -d 'Print one value in force'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -f -a "explain" -d 'Show where a value comes from, and every value that lost'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -f -a "set" -d 'Set one value in the file'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -f -a "unset" -d 'Take one value out of the file'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -f -a "validate" -d 'Find every problem in the configuration file'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -f -a "init" -d 'Write a new configuration from flags, variables and defaults'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -f -a "profiles" -d 'List the profiles'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and not __fish_seen_subcommand_from path show get explain set unset validate init profiles relink" -f -a "relink" -d 'Name the current key again in a configuration from the past'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from unset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from profiles" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand config; and __fish_seen_subcommand_from relink" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -f -a "show" -d 'Show what was changed, oldest first'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -f -a "verify" -d 'Check that the history is whole: no line changed, gone, swapped or cut off'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and not __fish_seen_subcommand_from show verify export" -f -a "export" -d 'Copy the history to a file or to standard output'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l last -d 'Only the last N of them' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l key -d 'Only those about this key: a record\'s id or an OpenSSH fingerprint' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l action -d 'Only those of this action, such as key_generated' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l since -d 'Only those from this day or time on, in UTC' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l output -d 'The file to write [default: standard output]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l format -d 'jsonl or csv' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l overwrite -d 'Replace an existing file'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand audit; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -f -a "install" -d 'Write the units of the timer'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -f -a "uninstall" -d 'Remove the units of the timer'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and not __fish_seen_subcommand_from install uninstall status" -f -a "status" -d 'Say whether the timer is installed'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l unit-dir -d 'The directory of the units [default: $XDG_CONFIG_HOME/systemd/user, with --system /etc/systemd/system]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l on-calendar -d 'When the timer looks, as a calendar expression of systemd' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l splay -d 'At most this much later, at random' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l passphrase -d 'The private key\'s passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l system -d 'For the system\'s manager, in /etc/systemd/system, instead of the user\'s'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l print -d 'Print the units and write nothing'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l enable -d 'Have systemd read the units and start the timer'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l overwrite -d 'Replace units that somebody changed'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l accept-agent-record -d 'Have the timer rotate although the agent\'s own record carries the old key, which stays accepted there'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l unit-dir -d 'The directory of the units [default: $XDG_CONFIG_HOME/systemd/user, with --system /etc/systemd/system]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l system -d 'For the system\'s manager, in /etc/systemd/system, instead of the user\'s'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l disable -d 'Have systemd stop the timer first'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from uninstall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l unit-dir -d 'The directory of the units [default: $XDG_CONFIG_HOME/systemd/user, with --system /etc/systemd/system]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l system -d 'For the system\'s manager, in /etc/systemd/system, instead of the user\'s'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand service; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -f -a "serve" -d 'Serve until SIGINT or SIGTERM'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and not __fish_seen_subcommand_from serve exec" -f -a "exec" -d 'Run a command against a private sandbox, as a rehearsal'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l listen -d 'The loopback address to listen on; port 0 takes a free one' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l data -d 'Keep the data in DIR/sandbox.db [default: in memory]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l dialect -d 'documented: strict, as the platform\'s documents say; as-built: the public server, weaknesses included' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l fault -d 'Show a fault, by route and count; see below. Repeat for more' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l tenant -d 'A tenant in place of the two built-in ones: NAME[:PLAN[:STATUS]] or ID=NAME[:PLAN[:STATUS]]. Repeat for more' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l agent -d 'One more agent in every tenant, beside prod-data-processor-01. Repeat for more' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l log -d 'Write one JSON line per request' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l listen -d 'The loopback address to listen on; port 0 takes a free one' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l data -d 'Keep the data in DIR/sandbox.db [default: in memory]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l dialect -d 'documented: strict, as the platform\'s documents say; as-built: the public server, weaknesses included' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l fault -d 'Show a fault, by route and count; see below. Repeat for more' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l tenant -d 'A tenant in place of the two built-in ones: NAME[:PLAN[:STATUS]] or ID=NAME[:PLAN[:STATUS]]. Repeat for more' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l agent -d 'One more agent in every tenant, beside prod-data-processor-01. Repeat for more' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l log -d 'Write one JSON line per request' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand sandbox; and __fish_seen_subcommand_from exec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l schema -d 'Print this JSON Schema instead' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand capabilities" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l config -d 'The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l profile -d 'Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l api-endpoint -d 'Origin of the platform\'s API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l agent-id -d 'The agent to act for [env: ARTCAFE_AGENT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l tenant-id -d 'The tenant to act in [env: ARTCAFE_TENANT_ID]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l token -d 'Where an administrator\'s token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l timeout -d 'Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l retries -d 'Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]' -r
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l ca-cert -d 'Trust this certificate authority besides the system\'s; a PEM file [env: ARTCAFE_CA_CERT]' -r -F
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l color -d 'When to use colour [env: ARTCAFE_COLOR] [default: auto]' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l insecure-http -d 'Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]'
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l allow-new-endpoint -d 'Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l json -d 'Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]'
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -s q -l quiet -d 'Print no status lines [env: ARTCAFE_QUIET]'
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -s v -l verbose -d 'Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]'
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -l no-input -d 'Never ask [env: ARTCAFE_NO_INPUT]'
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -s y -l yes -d 'Agree to every confirmation [env: ARTCAFE_YES]'
complete -c artcafe -n "__fish_artcafe_using_subcommand help" -s h -l help -d 'Print help (see more with \'--help\')'
