#compdef pants
# Completes command lines of pants in zsh. For each shell, in ~/.zshrc after compinit: source <(pants complete zsh)
_pants() {
  local -a answers open closed
  answers=(${(f)"$("${(Q)words[1]}" complete --words -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)"})
  # A word that ends so goes on.
  open=(${(M)answers:#*[/=:]})
  closed=(${answers:#*[/=:]})
  (( $#open )) && compadd -S '' -a open
  (( $#closed )) && compadd -a closed
  (( $#answers ))
}
if [[ $funcstack[1] == _pants ]]; then
  _pants "$@"
else
  compdef _pants pants ./pants
fi
