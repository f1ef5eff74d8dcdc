/** `latchkey completion`: what completes commands in a shell. The command itself knows the words; shells only ask it. */
import type { CommandContext } from '../command.ts'
import { unclear } from '../failure.ts'

/** Bash splits words at `@`, `:` and `=`; what stands before the last of those is not to be repeated. */
const bash = `_latchkey() {
  local line="\${COMP_LINE:0:COMP_POINT}" current prefix reply
  local -a typed
  read -ra typed <<< "$line"
  [[ $line == *[[:space:]] ]] && typed+=('')
  current="\${typed[\${#typed[@]}-1]}"
  prefix="\${current%"\${current##*[@:=]}"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r reply _; do
    COMPREPLY+=("\${reply#"$prefix"}")
  done < <("\${typed[0]}" __complete -- "\${typed[@]:1}" 2>/dev/null)
}
complete -o bashdefault -o default -F _latchkey latchkey
`

const zsh = `#compdef latchkey
_latchkey() {
  local line said
  local -a found
  for line in "\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    said="\${line#*$'\\t'}"
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}\${said:+:$said}")
  done
  if (( \${#found} )); then _describe 'latchkey' found; else _default; fi
}
compdef _latchkey latchkey
`

const fish = `function __latchkey_complete
  set -l typed (commandline -opc) (commandline -ct)
  set -l found ($typed[1] __complete -- $typed[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c latchkey -f -a '(__latchkey_complete)'
`

export const completionScripts: Readonly<Record<string, string>> = { bash, zsh, fish }

export function run(context: CommandContext): Promise<number> {
  const [shell = '', ...more] = context.words
  const script = Object.hasOwn(completionScripts, shell) ? completionScripts[shell] : undefined
  if (script === undefined || more.length > 0)
    return Promise.resolve(context.failed(unclear('“completion” takes bash, zsh or fish.').error))
  context.out.raw(script)
  return Promise.resolve(0)
}
