/** `latchkey install-command`: small files that start the command, where shells, git and Docker look for programs. */
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import type { CommandContext } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { unclear } from '../failure.ts'

/** What the file is called, and what it says before its own arguments. */
const launchers = {
  latchkey: [],
  'git-credential-latchkey': ['git-credential'],
  'docker-credential-latchkey': ['docker-credential'],
} as const

/** By this line a file is known for ours and may be replaced. */
const mark = 'Starts the command of Latchkey'

export function run(context: CommandContext): Promise<number> {
  const { out, words, home, cwd, platform, env } = context
  if (words.length > 1)
    return Promise.resolve(context.failed(unclear('“install-command” takes one folder at most.').error))
  const folder = resolve(cwd, words[0] ?? join(home, '.local', 'bin'))
  const entry = realpathSync(process.argv[1] ?? '')
  if (isPassing(entry)) {
    out.tell(
      'This command lies in an AppImage, which is there only while the app runs. Unpack it first',
      '(FILE.AppImage --appimage-extract), move the folder to its place, and call install-command from there.',
    )
    if (out.json) out.object({ files: [], on_path: false })
    return Promise.resolve(exitCodes.failed)
  }
  const files = Object.entries(launchers).map(([name, first]) => ({
    path: join(folder, platform === 'win32' ? `${name}.cmd` : name),
    text: launcherText(platform, { node: process.execPath, entry, first }),
  }))
  const foreign = files.find(({ path }) => existsSync(path) && !readFileSync(path, 'latin1').includes(mark))
  if (foreign) {
    out.tell(`${foreign.path} is another program’s. Name another folder: latchkey install-command FOLDER`)
    return Promise.resolve(exitCodes.failed)
  }
  mkdirSync(folder, { recursive: true })
  for (const { path, text } of files) replace(path, text)
  const found = (env['PATH'] ?? '').split(delimiter).some((part) => part !== '' && resolve(part) === folder)
  if (out.json) out.object({ files: files.map(({ path }) => path), on_path: found })
  else {
    out.say(...files.map(({ path }) => path))
    if (!found) out.tell(`${folder} is not among the folders of PATH yet. Add it where your shell sets that.`)
  }
  return Promise.resolve(exitCodes.done)
}

/** An AppImage is mounted anew, elsewhere, each time it starts. */
export function isPassing(entry: string): boolean {
  return /[\\/]\.mount_[^\\/]+[\\/]/.test(entry)
}

interface Launcher {
  readonly node: string
  readonly entry: string
  readonly first: readonly string[]
}

export function launcherText(platform: NodeJS.Platform, { node, entry, first }: Launcher): string {
  if (platform === 'win32') return `@rem ${mark}\r\n@"${node}" "${entry}" ${[...first, '%*'].join(' ')}\r\n`
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
  return `#!/bin/sh\n# ${mark}\nexec ${[quoted(node), quoted(entry), ...first].join(' ')} "$@"\n`
}

/** At once: a shell may be starting it now. */
function replace(path: string, text: string): void {
  const draft = `${path}.${String(process.pid)}.draft`
  writeFileSync(draft, text, { mode: 0o755, flag: 'wx' })
  renameSync(draft, path)
}
