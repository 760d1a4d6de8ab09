complete --keep-order --exclusive --command artcafe --arguments "(ARTCAFE_COMPLETE=fish artcafe -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
