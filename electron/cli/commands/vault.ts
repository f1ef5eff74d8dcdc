/** `latchkey vault …`. All but `status`, `unlock` and `lock` need the data folder for themselves. */
import { createKeychain } from '../../adapters/keychain.ts'
import { passphrasesFromFd } from '../../adapters/vault/passphrase-source.ts'
import type { VaultMade } from '../../adapters/vault/vault-keeping.ts'
import { VaultKeeping } from '../../adapters/vault/vault-keeping.ts'
import type { AppError } from '../../contract/outcome.ts'
import { Secret } from '../../core/secret.ts'
import type { CommandContext } from '../command.ts'
import { flag, numberOf, textOf } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Result } from '../failure.ts'
import { failed, failureFrom, failureOf, unclear } from '../failure.ts'
import { readPassphrase } from '../passphrase.ts'
import { prompt } from '../prompt.ts'

type Action = (context: CommandContext, keeping: VaultKeeping) => Promise<number>

const actions: Readonly<Record<string, Action>> = {
  init,
  status,
  passphrase: changePassphrase,
  move,
  unlock: (context) => tellOwner(context, 'unlock'),
  lock: (context) => tellOwner(context, 'lock'),
}

export async function run(context: CommandContext): Promise<number> {
  const [word = 'status', ...more] = context.words
  const action = Object.hasOwn(actions, word) ? actions[word] : undefined
  if (!action || more.length > 0)
    return context.failed(unclear(`“vault” takes one of ${Object.keys(actions).join(', ')}.`).error)
  return action(context, new VaultKeeping({ dataFolder: context.dataFolder, keychain: createKeychain() }))
}

async function status(context: CommandContext, keeping: VaultKeeping): Promise<number> {
  const found = await keeping.status()
  if (!found.ok) return refuse(context, found.error)
  const { store, vault, aside } = found.value
  const locked = store === 'vault' ? await lockedAtOwner(context) : null
  if (context.out.json) {
    context.out.object({ store, vault, locked, aside })
    return exitCodes.done
  }
  const state = locked === null ? '' : locked ? ', locked: “latchkey unlock”' : ', unlocked'
  if (store === 'vault') context.out.say(`Secrets lie in the vault${state}.`)
  else context.out.say('Secrets lie in the system’s keychain.')
  if (store === 'keychain' && vault)
    context.out.say('There is a vault that is not in use: “latchkey vault move --to vault”.')
  if (aside.length > 0)
    context.out.say(
      'These were put aside because they could not be used. They may hold secrets, also forgotten ones;',
      'delete them once the accounts you need are there:',
      ...aside.map((path) => `  ${path}`),
    )
  return exitCodes.done
}

/** Null where nobody has the profile open. */
async function lockedAtOwner(context: CommandContext): Promise<boolean | null> {
  const owner = await context.owner()
  const reply = owner.ok ? await owner.value.get('/v1/vault/status') : owner
  return reply.ok ? (reply.value.body as { readonly locked?: unknown }).locked === true : null
}

async function init(context: CommandContext, keeping: VaultKeeping): Promise<number> {
  const passphrase = await newPassphrase(context, 'passphrase-fd')
  if (!passphrase.ok) return context.failed(passphrase.error)
  const made = await keeping.init(passphrase.value, { startEmpty: flag(context, 'start-empty') })
  if (!made.ok) return refuse(context, made.error)
  if (context.out.json) context.out.object(made.value)
  else context.out.say(...madeLines(made.value))
  return exitCodes.done
}

function madeLines({ store, inKeychain }: VaultMade): readonly string[] {
  if (store === 'vault') {
    return [
      'The vault is made, and secrets lie there from now on.',
      'Nobody can open it without the passphrase: there is no other way in.',
    ]
  }
  const there =
    inKeychain === null
      ? 'The keychain could not be asked, and Latchkey has stored secrets there'
      : `The keychain holds ${String(inKeychain)} secrets`
  return [
    'The vault is made and not yet in use.',
    `${there}: move them with “latchkey vault move --to vault”.`,
  ]
}

async function changePassphrase(context: CommandContext, keeping: VaultKeeping): Promise<number> {
  const old = await oldPassphrase(context)
  if (!old.ok) return context.failed(old.error)
  const passphrase = await newPassphrase(context, 'new-passphrase-fd')
  if (!passphrase.ok) return context.failed(passphrase.error)
  const changed = await keeping.changePassphrase(old.value, passphrase.value)
  if (!changed.ok) return refuse(context, changed.error)
  if (context.out.json) context.out.object({ changed: true })
  else
    context.out.say('The passphrase is changed. Copies of the vault that were made before keep the old one.')
  return exitCodes.done
}

async function move(context: CommandContext, keeping: VaultKeeping): Promise<number> {
  const to = textOf(context, 'to')
  if (to !== 'vault' && to !== 'keychain')
    return context.failed(unclear('“vault move” takes --to vault or --to keychain.').error)
  const passphrase = await oldPassphrase(context)
  if (!passphrase.ok) return context.failed(passphrase.error)
  const result = await keeping.move(to, passphrase.value)
  if (!result.ok) return refuse(context, result.error)
  if (result.value.kind === 'stopped') {
    const { error, moved, all } = result.value
    if (error) context.out.tell(error.message)
    return context.failed(await failureOf('vault-move-stopped', { moved, all }))
  }
  const { moved, differing } = result.value
  if (context.out.json) {
    context.out.object({ store: to, moved, differing })
    return exitCodes.done
  }
  const place = to === 'vault' ? 'the vault' : 'the keychain'
  context.out.say(`${String(moved)} secrets were moved and read back. Secrets lie in ${place} from now on.`)
  if (differing > 0)
    context.out.say(`${String(differing)} stayed where they were: ${place} has newer ones under their names.`)
  return exitCodes.done
}

async function tellOwner(context: CommandContext, what: 'unlock' | 'lock'): Promise<number> {
  const owner = await context.owner()
  if (!owner.ok) return context.failed(owner.error)
  const passphrase = what === 'unlock' ? await oldPassphrase(context) : null
  if (passphrase?.ok === false) return context.failed(passphrase.error)
  const body = passphrase ? { passphrase: passphrase.value.reveal() } : {}
  const told = await owner.value.post(`/v1/vault/${what}`, body)
  if (!told.ok) return context.failed(told.error)
  if (context.out.json) context.out.object({ locked: what === 'lock' })
  else context.out.say(what === 'lock' ? 'The vault is locked.' : 'The vault is unlocked.')
  return exitCodes.done
}

async function oldPassphrase(context: CommandContext): Promise<Result<Secret>> {
  const descriptor = numberOf(context, 'passphrase-fd')
  if (typeof descriptor === 'string') return unclear(descriptor)
  const read = await readPassphrase(context, { descriptor, question: 'Passphrase of the vault:' })
  if (!read.ok) return read
  return read.value === null ? failed('vault-passphrase-needed') : { ok: true, value: read.value }
}

/** Typed twice, because what is typed is not seen; from a descriptor once. */
async function newPassphrase(
  context: CommandContext,
  option: 'passphrase-fd' | 'new-passphrase-fd',
): Promise<Result<Secret>> {
  const descriptor = numberOf(context, option)
  if (typeof descriptor === 'string') return unclear(descriptor)
  if (descriptor !== null) {
    const lines = await passphrasesFromFd(descriptor, { signal: context.signal })
    if (!lines.ok) return { ok: false, error: await failureFrom(lines.error) }
    const [first] = lines.value
    return first ? { ok: true, value: first } : failed('vault-passphrase-needed')
  }
  const { out, signal } = context
  const first = out.canAsk() ? await prompt('New passphrase:', { hidden: true, signal }) : null
  const second = first === null ? null : await prompt('Once more:', { hidden: true, signal })
  if (first === null || second === null) return failed('vault-passphrase-needed')
  return first === second ? { ok: true, value: new Secret(first) } : failed('vault-passphrases-differ')
}

async function refuse(context: CommandContext, error: AppError): Promise<number> {
  return context.failed(await failureFrom(error))
}
