# fish completion for s3-credentials. To use it in this shell:   s3-credentials completion fish | source
# To use it in each:   s3-credentials completion fish > ~/.config/fish/completions/s3-credentials.fish

function __s3_credentials_complete
    set -l before (commandline -opc)
    set -e before[1]
    set -l typed (commandline -ct)
    set -l word (string unescape -- "$typed"; or printf '%s' "$typed")
    # The words go by a pipe: one may be a secret, and arguments of programs can be read by everybody.
    set -l reply (printf '%s\0' $before "$word" | command s3-credentials __complete fish 2>/dev/null)
    set -l option (string match -r -- '^--[^=]*=' "$word")
    set -l value (string replace -r -- '^--[^=]*=' '' "$word")
    switch "$reply[1]"
        case files
            printf '%s\n' "$option"(__fish_complete_path "$value")
        case folders
            printf '%s\n' "$option"(__fish_complete_directories "$value")
        case words
            test (count $reply) -gt 1; and printf '%s\n' $reply[2..-1]
    end
end

complete -c s3-credentials -f -a '(__s3_credentials_complete)'
