# bash completion for s3-credentials. To use it in this shell:   source <(s3-credentials completion bash)
# To use it in each:   s3-credentials completion bash > ~/.local/share/bash-completion/completions/s3-credentials

_s3_credentials() {
	local kind line current=$2
	COMPREPLY=()
	# The line goes by a pipe: it may hold a secret, and arguments of programs can be read by everybody.
	while IFS= read -r line; do
		if [[ -z $kind ]]; then
			kind=$line
		else
			COMPREPLY+=("$line")
		fi
	done < <(printf '%s' "${COMP_LINE:0:COMP_POINT}" | command s3-credentials __complete bash "${#current}" 2>/dev/null)
	# What ends with a slash is a part of a key: no space follows it.
	[[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace 2>/dev/null
	case $kind in
	files | folders)
		compopt -o filenames 2>/dev/null
		while IFS= read -r line; do
			COMPREPLY+=("$line")
		done < <(compgen $([[ $kind == files ]] && echo -f || echo -d) -- "$current")
		;;
	esac
}

complete -F _s3_credentials s3-credentials
