# Completes command lines of pants in fish. For each shell, in ~/.config/fish/config.fish: pants complete fish | source
function __pants_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    $program complete --words -- $words (commandline -ct) 2>/dev/null
end
complete -c pants -f -a '(__pants_complete)'
