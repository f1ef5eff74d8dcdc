/** What runs as a process, told from what any system says about one: its file, its words, its parent. */
import { createHash } from 'node:crypto'
import type { PlatformPath } from 'node:path'

/** A process as its system describes it. */
export interface ProcessFacts {
  readonly pid: number
  /** 0 where it has none. */
  readonly parent: number
  readonly sameUser: boolean
  /** What the system calls it. */
  readonly name: string
  readonly file: string | null
  /** The words it was started with, its own name first. */
  readonly words: readonly string[]
  readonly folder: string | null
}

/** What a process runs: a file by itself, or something that an interpreter reads. */
export type Running =
  | { readonly kind: 'file' }
  /** As it was written: it may be relative to the folder. */
  | { readonly kind: 'script'; readonly script: string }
  | { readonly kind: 'module'; readonly module: string }
  /** Commands that stood in its words, or that somebody types. */
  | { readonly kind: 'code' }
  | { readonly kind: 'typed' }

interface Interpreter {
  readonly files: RegExp
  /** Options after which no script comes: what is run stands in the words. */
  readonly code: RegExp
  /** Options whose value is the next word. */
  readonly valued: RegExp
  readonly module?: RegExp
  /** Words before the script that are no options. */
  readonly verbs?: RegExp
}

const none = /(?!)/
const shells: Interpreter = {
  files: /^-?(?:ba|z|da|k|mk|a|fi|tc|c)?sh$/,
  code: /^-[a-zA-Z]*c$/,
  valued: /^(?:[-+]o|[-+]O|--rcfile|--init-file)$/,
}
const interpreters: readonly Interpreter[] = [
  shells,
  {
    files: /^(?:python|pypy)w?[\d.]*$/,
    ...{ code: /^-[a-zA-Z]*c$/, valued: /^-(?:W|X|-check-hash-based-pycs)$/, module: /^-[a-zA-Z]*m$/ },
  },
  {
    files: /^(?:node|nodejs)[\d.]*$/,
    code: /^(?:-e|-p|-pe|--eval|--print)$/,
    valued: /^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file|--title)$/,
  },
  {
    files: /^(?:deno|bun)$/,
    code: /^(?:-e|eval)$/,
    valued: /^(?:--config|-c|--preload|-r)$/,
    verbs: /^run$/,
  },
  { files: /^ruby[\d.]*$/, code: /^-[a-zA-Z]*e$/, valued: /^-(?:I|r|C)$/ },
  { files: /^perl[\d.]*$/, code: /^-[a-zA-Z]*[eE]$/, valued: /^-I$/ },
  {
    files: /^(?:php[\d.]*|lua[\d.]*|tclsh[\d.]*|Rscript|osascript)$/,
    code: /^(?:-r|-e)$/,
    valued: /^-[cdl]$/,
  },
  { files: /^(?:pwsh|powershell)$/i, code: /^-(?:c|command|e|encodedcommand)$/i, valued: none },
  {
    files: /^javaw?$/,
    code: none,
    valued: /^(?:-cp|-classpath|--class-path|-p|--module-path)$/,
    module: /^-(?:jar|m|-module)$/,
  },
]

/** The name of a file without its folder, and without what Windows adds. */
export function baseName(path: string): string {
  return (path.split(/[\\/]/).pop() ?? '').replace(/\.exe$/i, '')
}

function interpreterOf(facts: ProcessFacts): Interpreter | null {
  const name = baseName(facts.file ?? facts.words[0] ?? facts.name)
  return interpreters.find(({ files }) => files.test(name)) ?? null
}

/** What a process runs, by the words it was started with. */
export function runningOf(facts: ProcessFacts): Running {
  const interpreter = interpreterOf(facts)
  if (!interpreter) return { kind: 'file' }
  const words = facts.words.slice(1)
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    if (interpreter.module?.test(word)) return { kind: 'module', module: words[index + 1] ?? '' }
    if (interpreter.code.test(word)) return { kind: 'code' }
    if (interpreter.valued.test(word)) index += 1
    else if (word === '--') return scriptAt(words[index + 1])
    else if (!/^[-+]/.test(word) && word !== '' && !interpreter.verbs?.test(word)) return scriptAt(word)
  }
  return { kind: 'typed' }
}

/** What comes through an open file (`bash <(…)`) is as good as typed: such a name means another file to each process. */
function scriptAt(word: string | undefined): Running {
  const named = word !== undefined && word !== '' && !/^\/(?:dev|proc)\//.test(word)
  return named ? { kind: 'script', script: word } : { kind: 'typed' }
}

/** Where a script lies, as far as its words and its folder say; null where they do not. */
export function scriptPath(
  script: string,
  folder: string | null,
  { isAbsolute, resolve }: Pick<PlatformPath, 'isAbsolute' | 'resolve'>,
): string | null {
  if (isAbsolute(script)) return script
  return folder === null ? null : resolve(folder, script)
}

export interface ProgramFound {
  readonly name: string
  readonly path: string | null
  readonly key: string
}

/** The program that a process is. `script`: where its script was found; null where it has none or it is not there any more. */
export function programOf(facts: ProcessFacts, running: Running, script: string | null): ProgramFound {
  const own = baseName(facts.file ?? facts.words[0] ?? facts.name).replace(/^-/, '')
  if (running.kind === 'script') {
    const name = baseName(running.script)
    // Without its place it is not told from another one of the same name.
    const key = keyOf([facts.file, script ?? `?${facts.folder ?? ''}?${running.script}`])
    return { name: shown(name), path: script ?? facts.file, key }
  }
  if (running.kind === 'module') {
    const name = baseName(running.module)
    return { name: shown(name || own), path: facts.file, key: keyOf([facts.file, 'module', running.module]) }
  }
  return {
    name: shown(own || facts.name),
    path: facts.file,
    key: keyOf([facts.file ?? facts.name, running.kind]),
  }
}

function keyOf(parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 32)
}

/** A program may call itself anything: no controls, nothing that turns the line round, not too long. */
function shown(name: string): string {
  const clean = name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim()
  return clean === '' ? '?' : Array.from(clean).slice(0, 60).join('')
}

/** Programs that only start what is named behind them. */
const starters = new Set([
  ...[
    'env',
    'timeout',
    'nice',
    'ionice',
    'nohup',
    'setsid',
    'stdbuf',
    'xargs',
    'time',
    'chrt',
    'taskset',
    'unbuffer',
  ],
])
/** What the package managers of Node run commands with. */
const packageRunners = /^(?:npm|npx|npm-cli|npx-cli|pnpm|pnpx|yarn|yarnpkg|corepack)(?:\.[cm]?js)?$/
const ownCommand = /^latchkey(?:\.[cm]?js|\.cmd)?$/

/** Whether somebody else had this process started, who is the one that counts. */
export function isPassedOn(facts: ProcessFacts): boolean {
  const running = runningOf(facts)
  const file = baseName(facts.file ?? facts.words[0] ?? facts.name)
  const name = running.kind === 'script' ? baseName(running.script) : file
  if (ownCommand.test(name) || packageRunners.test(name) || starters.has(name)) return true
  return running.kind === 'code' && (shells.files.test(file) || /^cmd$/i.test(file))
}

/**
 * The process that had the first of a chain started, each followed by its parent: the nearest above it that is not
 * passed on. Where there is none any more, e.g. since it has ended, the last one of the chain below the system itself.
 */
export function callerIn(chain: readonly ProcessFacts[]): ProcessFacts | null {
  const above = chain.slice(1).filter(({ pid }) => pid > 1)
  return above.find((facts) => !isPassedOn(facts)) ?? above.at(-1) ?? null
}
