/** Starts `profile-process.ts`, talks to it, and kills it. */
import { fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import type { Outcome } from '../../electron/contract/outcome.ts'
import type { ProfileUser } from '../support/real-profile.ts'
import { profileUser } from '../support/real-profile.ts'
import type { Message, ProcessOptions, Question, StepName } from './profile-process.ts'

export interface ProfileProcess extends ProfileUser {
  /** Whether the profile could be opened. */
  readonly opened: Outcome<null>
  /** Answers when the process has stopped dead at its step. */
  readonly stopped: Promise<StepName>
  /** The refresh tokens in the keychain that this process sees. */
  kept(): Promise<readonly string[]>
  /** Ends the profile as a quit does, and the process with it. */
  quit(): Promise<void>
  /** SIGKILL, as a crash or the kernel does it. */
  kill(): Promise<void>
}

export interface ProcessStart extends Pick<ProcessOptions, 'dataFolder' | 'issuer'> {
  readonly env: Readonly<Record<string, string>>
  readonly keychainMs?: number
  readonly stopAt?: StepName
}

const script = join(import.meta.dirname, 'profile-process.ts')
/** Makes the many starts of one run twice as fast. */
const compileCache = join(import.meta.dirname, '../../dist/test/compile-cache')

export async function startProfileProcess(start: ProcessStart): Promise<ProfileProcess> {
  const { env, dataFolder, issuer, keychainMs = 10_000, stopAt = null } = start
  const options: ProcessOptions = { dataFolder, issuer, keychainMs, stopAt }
  const child = fork(script, [JSON.stringify(options)], {
    env: { ...env, NODE_COMPILE_CACHE: compileCache },
    execArgv: ['--no-warnings'],
  })
  const waiting = new Map<number, (answer: unknown) => void>()
  const messages = new EventEmitter()
  const opened = once(messages, 'opened') as Promise<[Outcome<null>]>
  const stopped = once(messages, 'stopped') as Promise<[StepName]>
  child.on('message', (message: Message) => {
    if ('opened' in message) messages.emit('opened', message.opened)
    else if ('stoppedAt' in message) messages.emit('stopped', message.stoppedAt)
    else waiting.get(message.id)?.(message.answer)
  })
  const ended = once(child, 'exit').then(() => null)
  let last = 0
  const ask = (question: { ask: Question['ask']; params?: unknown }): Promise<never> =>
    new Promise((resolve) => {
      last += 1
      waiting.set(last, (answer) => {
        resolve(answer as never)
      })
      child.send({ id: last, ...question })
    })
  const user = profileUser({
    ask: (name, params) => ask({ ask: name, params }),
    clipboard: () => ask({ ask: 'clipboard' }),
  })
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  const first = await Promise.race([opened, ended])
  if (first === null) throw new Error('the process ended before it opened the profile')
  return {
    ...user,
    opened: first[0],
    stopped: stopped.then(([step]) => step),
    kept: () => ask({ ask: 'kept' }),
    kill,
    async quit() {
      await ask({ ask: 'close' })
      await kill()
    },
  }
}
