/** What somebody typed after `latchkey`. */
import { parseArgs } from 'node:util'
import type { ProfileName } from '../contract/views.ts'

export interface LoginOptions {
  readonly kind: 'login'
  readonly profile: ProfileName
  /** A client by its id or label; null takes the only one. */
  readonly client: string | null
  /** An account by its e-mail address or label; null lets anybody sign in. */
  readonly account: string | null
  readonly scopes: readonly string[]
  /** A code to be entered on another device. */
  readonly device: boolean
}
export interface BringOptions {
  readonly kind: 'import'
  /** Take a new client secret that could not be checked with Google. */
  readonly unchecked: boolean
  readonly profile: ProfileName
  readonly path: string
}
export type Request =
  | LoginOptions
  | BringOptions
  | { readonly kind: 'help' }
  /** It was not understood; `reason` is a sentence. */
  | { readonly kind: 'unclear'; readonly reason: string }

export const usage = `latchkey login [--device] [--client NAME] [--account E-MAIL] [--scope SCOPE]... [--practice]
    Signs a Google account in without a browser on this machine. Shows an address to open in any browser and waits
    for the address that it ends at, pasted here, or for the answer through ssh; with --device a code.
    It waits for an hour, and has the profile to itself meanwhile.
latchkey import FILE [--unchecked] [--practice]
    Brings a client file or the key of a service account.

--client   a client by its id or its name in Latchkey; needed only where there are several
--account  the account that should sign in
--scope    what to ask for besides who the person is; as often as needed, or several with spaces between
--unchecked take a new client secret although Google could not be asked about it
--practice the practice profile

Exit code: 0 done, 1 it did not work, 2 not understood, 3 another Latchkey has the profile open.
`

/** Reads the arguments after the program's name. Never throws. */
export function readArguments(args: readonly string[]): Request {
  const parsed = parse(args)
  if (typeof parsed === 'string') return { kind: 'unclear', reason: parsed }
  const { values, positionals } = parsed
  const [command, ...rest] = positionals
  if (values.help === true || command === undefined) return { kind: 'help' }
  const profile = values.practice === true ? 'practice' : 'real'
  if (command === 'import') return importOf({ profile, unchecked: values.unchecked === true }, rest)
  if (command !== 'login') return { kind: 'unclear', reason: `There is no command “${command}”.` }
  if (rest.length > 0)
    return { kind: 'unclear', reason: `“login” takes no further names: ${rest.join(' ')}.` }
  return {
    ...{ kind: 'login', profile, device: values.device === true },
    ...{ client: values.client ?? null, account: values.account ?? null },
    scopes: (values.scope ?? []).flatMap((text) => text.split(/[\s,]+/)).filter((scope) => scope !== ''),
  }
}

function importOf(options: Omit<BringOptions, 'kind' | 'path'>, rest: readonly string[]): Request {
  const [path] = rest
  if (path === undefined || rest.length > 1) return { kind: 'unclear', reason: '“import” takes one file.' }
  return { kind: 'import', ...options, path }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        practice: { type: 'boolean' },
        device: { type: 'boolean' },
        // It is what this command does anyway; people know the word from elsewhere.
        'no-browser': { type: 'boolean' },
        unchecked: { type: 'boolean' },
        client: { type: 'string' },
        account: { type: 'string' },
        scope: { type: 'string', multiple: true },
      },
    })
  } catch (cause) {
    return cause instanceof Error
      ? (cause.message.split('\n', 1)[0] ?? '')
      : 'The arguments were not understood.'
  }
}
