/**
 * Every command of `latchkey`: what it is called and what it takes. Usage, completion and the tests of both
 * are derived from this literal. Where each of them is, is said in `modules.ts`.
 */
import type { CommandRow, OptionRow } from './command.ts'

const account: OptionRow = { value: 'ACCOUNT', words: 'an account by its e-mail address or label' }
const client: OptionRow = { value: 'CLIENT', words: 'a client by its id or label' }
const scopes: OptionRow = {
  value: 'SCOPES',
  several: true,
  words: 'only these, with commas between; “drive.readonly” is enough of a name of Google’s',
}
const quotaProject: OptionRow = { value: 'PROJECT', words: 'the project that requests are charged to' }
const passphraseFd: OptionRow = {
  value: 'NUMBER',
  words: 'read the passphrase of the vault from this open file descriptor',
}
const term: OptionRow = {
  value: ['session', 'always'],
  words: 'session: until locked, a restart or 12 hours; always: until taken back',
}
const days: OptionRow = { value: 'NUMBER', words: 'for so many days' }
const remote: OptionRow = { value: null, words: 'also for another machine, through a forwarded socket' }
const byRule: OptionRow = { value: null, words: 'whoever is meant where the program works, asked each time' }
const yes: OptionRow = { value: null, words: 'do not ask' }

/** Options that every command takes. */
export const commonOptions: Readonly<Record<string, OptionRow>> = {
  practice: { value: null, words: 'the practice profile' },
  json: { value: null, words: 'one JSON object on the standard output' },
  socket: { value: 'PATH', words: 'a socket that was forwarded from another machine' },
  help: { value: null, short: 'h', words: 'what the command takes' },
}

const rows = {
  status: {
    ...{ takes: '', words: 'Who has the profile open, and how it stands.', options: {} },
  },
  accounts: {
    ...{ takes: '', words: 'The accounts here, and how healthy they are.', options: {} },
  },
  token: {
    takes: '',
    words: 'Prints a short-lived access token.',
    options: {
      ...{ account, client, scopes },
      'min-ttl': { value: 'SECONDS', words: 'it should last at least so long; 60 unless told' },
      format: { value: ['token', 'json', 'header', 'env'], words: 'how it is printed' },
    },
    more: [
      'For loops, without starting Node each time, with the handle of “latchkey lease give --door http”:',
      "  printf 'Authorization: Bearer %s\\nLatchkey-Local: %s\\n' HANDLE KEY | curl -s --unix-socket SOCKET -H @- \\",
      "    -H 'Content-Type: application/json' -d '{}' http://latchkey/v1/token",
      '(SOCKET and KEY stand in door.json, in the folder that “latchkey status” names.)',
    ],
  },
  who: {
    ...{ takes: '[ACCOUNT]', words: 'Which account is meant in this folder, and why.', options: { client } },
    firstValue: 'ACCOUNT',
  },
  use: {
    takes: 'ACCOUNT',
    words: 'Makes an account the one that is meant: everywhere, under a client, or in this folder.',
    options: { client, here: { value: null, words: 'in this folder and below' } },
    firstValue: 'ACCOUNT',
  },
  exec: {
    takes: '[--] CMD…',
    words: 'Runs a program that gets its access here; the lease ends with it.',
    options: {
      ...{ account, client, scopes },
      metadata: { value: null, words: 'a metadata server instead of a credentials file' },
      as: { value: 'NAME', words: 'set up as for this program, where CMD only starts it: terraform, gws, …' },
      'quota-project': quotaProject,
    },
    wraps: true,
    more: [
      'Sets GOOGLE_APPLICATION_CREDENTIALS (or, with --metadata, GCE_METADATA_HOST); for gcloud, bq and gsutil also',
      'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE (“--as gcloud” where CMD only starts them). Programs that take nothing but a token get one, which lasts about an hour:',
      '  terraform, tofu, terragrunt   GOOGLE_OAUTH_ACCESS_TOKEN',
      '  gog, gogcli                   GOG_ACCESS_TOKEN',
      '  gws                           GOOGLE_WORKSPACE_CLI_TOKEN',
      'Mail programs ask themselves: passwordeval "latchkey token --account E-MAIL" (msmtp), PassCmd (mbsync).',
    ],
  },
  env: {
    takes: '',
    words: 'Prints what to set in a shell: eval "$(latchkey env)".',
    options: {
      ...{ account, client, scopes, term, 'quota-project': quotaProject },
      shell: { value: ['sh', 'fish', 'powershell'], words: 'whose words; that of $SHELL unless told' },
    },
  },
  lease: {
    takes: '[list] | give | end ID… | asks | answer ASK once|session|always|no | unmute PROGRAM',
    words: 'Who may get tokens: gives leases, takes them back, answers questions.',
    first: ['list', 'give', 'end', 'asks', 'answer', 'unmute'],
    options: {
      ...{ account, client, scopes, term, days, remote, 'by-rule': byRule },
      door: {
        value: ['http', 'adc', 'metadata', 'gcloud'],
        words: 'give: how the program asks; http unless told',
      },
      label: { value: 'TEXT', words: 'give: what it is called in Latchkey' },
      file: { value: 'FILE', words: 'give --door adc: where the file goes' },
      port: { value: 'NUMBER', words: 'give --door metadata: its port' },
      'quota-project': quotaProject,
      all: { value: null, words: 'end: all of them; list: also those that ended' },
    },
    more: [
      '“give --door http” prints the handle once: a secret for the header Authorization: Bearer HANDLE.',
    ],
  },
  login: {
    takes: '',
    words: 'Signs a Google account in, also without a browser on this machine.',
    options: {
      ...{ account, client, scopes },
      scope: { value: 'SCOPES', several: true, words: 'the same as --scopes' },
      device: { value: null, words: 'a code to be entered on another device' },
      'no-browser': { value: null, words: 'open no browser: show the address' },
    },
  },
  import: {
    takes: 'FILE',
    words: 'Brings a client file or the key of a service account.',
    options: {
      unchecked: {
        value: null,
        words: 'take a new client secret although Google could not be asked about it',
      },
    },
    firstValue: 'FILE',
  },
  revoke: {
    takes: 'ACCOUNT',
    words: 'Ends access at Google, after showing all that dies with it.',
    options: {
      ...{ client, yes },
      confirm: { value: 'TEXT', words: 'with --yes: what would have to be typed' },
    },
    firstValue: 'ACCOUNT',
  },
  forget: {
    takes: 'ACCOUNT',
    words: 'Takes an account, or its access under one client, out of the keychain here. Google is not told.',
    options: { client, yes },
    firstValue: 'ACCOUNT',
  },
  ledger: {
    takes: 'tail | verify | export',
    words: 'The history: its last lines, whether it is whole, all of it.',
    first: ['tail', 'verify', 'export'],
    options: {
      follow: { value: null, short: 'f', words: 'tail: go on as lines come' },
      lines: { value: 'NUMBER', short: 'n', words: 'tail: so many; 20 unless told' },
      file: { value: 'FILE', words: 'export: into a file for you alone' },
    },
  },
  lock: {
    ...{ takes: '', words: 'No door answers any more, until unlocked.', options: {} },
  },
  unlock: {
    takes: '',
    words: 'The doors answer again; asks for the vault’s passphrase where there is one.',
    options: { 'passphrase-fd': passphraseFd },
  },
  doctor: {
    ...{ takes: '', words: 'Looks whether everything is as it should be.', options: {} },
  },
  agent: {
    takes: '',
    words: 'Has the profile open without a window, for servers, ssh and containers.',
    options: { 'vault-passphrase-fd': passphraseFd },
  },
  adc: {
    takes: 'write | show | undo',
    words: 'A file of application default credentials that holds no secret of Google’s.',
    first: ['write', 'show', 'undo'],
    options: {
      ...{ account, client, scopes, term, days, 'by-rule': byRule },
      label: { value: 'TEXT', words: 'write: what the lease is called in Latchkey' },
      file: { value: 'FILE', words: 'another place than where Google’s libraries look' },
      'quota-project': quotaProject,
    },
  },
  'git-credential': {
    takes: 'get | store | erase',
    words: 'For git: git config --global credential.https://source.developers.google.com.helper latchkey',
    first: ['get', 'store', 'erase'],
    options: { account, client },
  },
  'docker-credential': {
    takes: 'get | store | erase | list',
    words: 'For Docker: "credHelpers": {"europe-docker.pkg.dev": "latchkey"}',
    first: ['get', 'store', 'erase', 'list'],
    options: { account, client },
  },
  vault: {
    takes: 'init | status | unlock | lock | passphrase | move',
    words: 'Secrets under a passphrase, where there is no keychain.',
    first: ['init', 'status', 'unlock', 'lock', 'passphrase', 'move'],
    options: {
      'passphrase-fd': passphraseFd,
      'new-passphrase-fd': passphraseFd,
      to: { value: ['vault', 'keychain'], words: 'move: where to' },
      'start-empty': { value: null, words: 'init: use the vault although the keychain may hold secrets' },
    },
  },
  completion: {
    takes: 'bash | zsh | fish',
    words: 'Prints what completes commands in a shell.',
    first: ['bash', 'zsh', 'fish'],
    options: {},
    more: [
      'bash: eval "$(latchkey completion bash)" in ~/.bashrc',
      'zsh:  eval "$(latchkey completion zsh)" in ~/.zshrc, after compinit',
      'fish: latchkey completion fish > ~/.config/fish/completions/latchkey.fish',
    ],
  },
  'install-command': {
    takes: '[FOLDER]',
    words: 'Puts latchkey and its helpers for git and Docker where shells find them.',
    options: {},
  },
  version: {
    ...{ takes: '', words: 'The version of this command.', options: {} },
  },
  help: {
    ...{ takes: '[COMMAND]', words: 'This, or what one command takes.', options: {} },
  },
  /** For completion alone: the names of what a value can be. */
  __complete: {
    ...{ takes: 'WORDS', words: '', options: {}, wraps: true },
  },
} as const satisfies Record<string, CommandRow>

export type CommandName = keyof typeof rows
export const commandRows: Readonly<Record<CommandName, CommandRow>> = rows

/** Those that people are told of. */
export const shownCommands = (Object.keys(rows) as CommandName[]).filter((name) => !name.startsWith('_'))

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(rows, name)
}
