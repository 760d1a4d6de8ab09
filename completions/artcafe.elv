
set edit:completion:arg-completer[artcafe] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) ARTCAFE_COMPLETE="elvish" artcafe -- $@words) | to-lines
}

