# bash completion for s3-credentials. To use it in this shell:   source <(s3-credentials completion bash)
# To use it in each:   s3-credentials completion bash > ~/.local/share/bash-completion/completions/s3-credentials

_s3_credentials() {
	local reply kind current=$2
	# The line goes by a pipe: it may hold a secret, and arguments of programs can be read by everybody.
	mapfile -t reply < <(printf '%s' "${COMP_LINE:0:COMP_POINT}" | command s3-credentials __complete bash "${#current}" 2>/dev/null)
	kind=${reply[0]}
	COMPREPLY=("${reply[@]:1}")
	case $kind in
	files)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		;;
	folders)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		;;
	esac
}

complete -F _s3_credentials s3-credentials
