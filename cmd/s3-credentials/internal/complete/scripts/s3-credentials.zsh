#compdef s3-credentials
# zsh completion for s3-credentials. To use it in this shell:   source <(s3-credentials completion zsh)
# To use it in each, write it to a file _s3-credentials in a folder of $fpath.

_s3_credentials() {
	local -a reply texts shown suffix
	local line text
	# The words go by a pipe: one may be a secret, and arguments of programs can be read by everybody.
	reply=("${(@f)$(printf '%s\0' "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" | command s3-credentials __complete zsh 2>/dev/null)}")
	case $reply[1] in
	files)
		compset -P '--[^=]#='
		_files
		;;
	folders)
		compset -P '--[^=]#='
		_files -/
		;;
	words)
		for line in "${(@)reply[2,-1]}"; do
			text=${line%%$'\t'*}
			texts+=("$text")
			if [[ $line == *$'\t'* ]]; then
				shown+=("$text  -- ${line#*$'\t'}")
			else
				shown+=("$text")
			fi
		done
		# What ends with a slash is a part of a key: no space follows it.
		[[ $#texts == 1 && $texts[1] == */ ]] && suffix=(-S '')
		(( $#texts )) && compadd "${suffix[@]}" -l -d shown -a texts
		;;
	esac
}

if [[ $funcstack[1] == _s3_credentials || $funcstack[1] == _s3-credentials ]]; then
	_s3_credentials "$@"
else
	compdef _s3_credentials s3-credentials
fi
