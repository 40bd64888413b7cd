# complete.bash FILE WORD...: print what bash would offer for the last word
# of this command line, with the completions of FILE.
. "$1" || exit 111
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMP_LINE="$*"
COMP_POINT=${#COMP_LINE}
export COMP_LINE COMP_POINT
spec=$(complete -p "${1##*/}" 2>/dev/null) || exit 1
f=$(sed -n 's/.*-F \([^ ]*\).*/\1/p' <<<"$spec")
prev=${COMP_WORDS[COMP_CWORD - 1]}
"$f" "$1" "${COMP_WORDS[COMP_CWORD]}" "$prev"
printf '%s\n' "${COMPREPLY[@]}"
