/**
 * The product on its real parts in a process of its own, to be killed, or to live with a broken keychain. The
 * other process asks through messages. It can be told to stop dead at a step of the next sign-in.
 */
import type { CommandName } from '../../electron/contract/commands.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import type { AppendFile, Http, ProfileFolder, SecretStore } from '../../electron/core/ports.ts'
import type { ProfilePorts } from '../../electron/core/profile-context.ts'
import { secretServices } from '../../electron/core/secrets.ts'
import type { RealProfile } from '../support/real-profile.ts'
import { openRealProfile, refreshTokensInKeychain } from '../support/real-profile.ts'

export const steps = [
  'before the code is sent',
  'after the answer came',
  'with half of the intent written',
  'after the intent is written',
  'during the keychain write',
  'after the keychain write',
  'after the keychain was read back',
  'with half of the fact written',
  'after the fact is written',
  'before the older secret is deleted',
  'after the older secret is deleted',
  'with half of the end written',
] as const
export type StepName = (typeof steps)[number]

export interface ProcessOptions {
  readonly dataFolder: string
  readonly issuer: string
  readonly keychainMs: number
  readonly stopAt: StepName | null
}
export type Question =
  | { readonly id: number; readonly ask: CommandName; readonly params: unknown }
  | { readonly id: number; readonly ask: 'clipboard' | 'kept' | 'close' }
export type Message =
  | { readonly opened: Outcome<null> }
  | { readonly id: number; readonly answer: unknown }
  | { readonly stoppedAt: StepName }

const tell = (message: Message): void => void process.send?.(message)

/** Says that the step is reached, and never comes back. */
function stop(at: StepName): Promise<never> {
  tell({ stoppedAt: at })
  return new Promise<never>(() => undefined)
}

/** Stands between core and its ports and stops where it was told to. */
function stopping(ports: ProfilePorts, stopAt: StepName | null): ProfilePorts {
  const at = async (step: StepName): Promise<void> => {
    if (step === stopAt) await stop(step)
  }
  return {
    ...ports,
    http: stoppingHttp(ports.http, at),
    secretStore: stoppingStore(ports.secretStore, stopAt, at),
    folder: stoppingFolder(ports.folder, stopAt, at),
  }
}

type At = (step: StepName) => Promise<void>

function stoppingHttp(http: Http, at: At): Http {
  return {
    async fetch(url, init) {
      const sendsCode = init.body?.includes('grant_type=authorization_code') === true
      if (sendsCode) await at('before the code is sent')
      const result = await http.fetch(url, init)
      if (sendsCode) await at('after the answer came')
      return result
    },
    setRoute: (route) => http.setRoute(route),
  }
}

function stoppingStore(store: SecretStore, stopAt: StepName | null, at: At): SecretStore {
  const { refreshToken } = secretServices('practice')
  return {
    list: (service) => store.list(service),
    async set(service, account, secret) {
      const ours = service === refreshToken
      const written = store.set(service, account, secret)
      if (ours && stopAt === 'during the keychain write') await stop(stopAt)
      const outcome = await written
      if (ours) await at('after the keychain write')
      return outcome
    },
    async get(service, account) {
      const outcome = await store.get(service, account)
      if (service === refreshToken) await at('after the keychain was read back')
      return outcome
    },
    async delete(service, account) {
      if (service === refreshToken) await at('before the older secret is deleted')
      const outcome = await store.delete(service, account)
      if (service === refreshToken) await at('after the older secret is deleted')
      return outcome
    },
  }
}

const marks: readonly (readonly [string, StepName, StepName | null])[] = [
  ['"token.intended"', 'with half of the intent written', 'after the intent is written'],
  ['"token.minted"', 'with half of the fact written', 'after the fact is written'],
  ['"signIn.ended"', 'with half of the end written', null],
]

function stoppingFolder(folder: ProfileFolder, stopAt: StepName | null, at: At): ProfileFolder {
  return {
    path: folder.path,
    readText: (name) => folder.readText(name),
    writeText: (name, text) => folder.writeText(name, text),
    rename: (from, to) => folder.rename(from, to),
    list: () => folder.list(),
    lock: () => folder.lock(),
    async openAppendFile(name) {
      const opened = await folder.openAppendFile(name)
      return opened.ok ? { ok: true, value: stoppingFile(opened.value, stopAt, at) } : opened
    },
  }
}

function stoppingFile(file: AppendFile, stopAt: StepName | null, at: At): AppendFile {
  return {
    read: (from) => file.read(from),
    size: () => file.size(),
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
    async append(bytes) {
      const text = Buffer.from(bytes).toString()
      const [, half, after] = marks.find(([mark]) => text.includes(mark)) ?? []
      if (half !== undefined && half === stopAt) {
        await file.append(bytes.subarray(0, bytes.length / 2))
        await stop(half)
      }
      const outcome = await file.append(bytes)
      if (after) await at(after)
      return outcome
    },
  }
}

async function serve({ stopAt, ...options }: ProcessOptions): Promise<void> {
  const opened = await openRealProfile({ ...options, wrap: (ports) => stopping(ports, stopAt) })
  tell({ opened: opened.ok ? { ok: true, value: null } : opened })
  if (!opened.ok) return
  const profile = opened.value
  process.on('message', (question: Question) => {
    void answer(profile, question).then((given) => {
      tell({ id: question.id, answer: given })
    })
  })
}

async function answer(profile: RealProfile, question: Question): Promise<unknown> {
  if ('params' in question) return profile.ask(question.ask, question.params as never)
  if (question.ask === 'clipboard') return profile.clipboard()
  if (question.ask === 'kept') return [...(await refreshTokensInKeychain()).values()]
  return profile.close()
}

if (process.argv[1] === import.meta.filename) void serve(JSON.parse(process.argv[2] ?? '') as ProcessOptions)
