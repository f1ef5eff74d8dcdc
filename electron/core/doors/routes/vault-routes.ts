/** `/v1/vault/…`: unlocking and locking the vault from the command line. For programs on this machine alone. */
import type { DoorAnswer, DoorRequest } from '../../ports.ts'
import { Secret } from '../../secret.ts'
import type { VaultDesk } from '../../vault/vault-desk.ts'
import { errorAnswer, jsonAnswer, refusal } from './error-answer.ts'

/** Longer than anybody types, short enough for a body. Characters. */
const longestPassphrase = 1024

/**
 * Answers `GET /v1/vault/status` (`{store, locked, problem}`), `POST /v1/vault/unlock` (`{passphrase}`) and
 * `POST /v1/vault/lock`, both with `{}`; null for every other path. `desk` is null where secrets lie in the keychain:
 * there only the status is answered, everything else fails with `vault-missing`.
 *
 * Whoever calls it has made sure that the request comes from this machine.
 */
export function vaultRoutes(
  desk: VaultDesk | null,
): (request: DoorRequest) => Promise<DoorAnswer> | DoorAnswer | null {
  return (request) => {
    switch (`${request.method} ${request.path}`) {
      case 'GET /v1/vault/status':
        return jsonAnswer(status(desk))
      case 'POST /v1/vault/unlock':
        return desk ? unlock(desk, request.body) : refusal('vault-missing')
      case 'POST /v1/vault/lock':
        desk?.lock()
        return desk ? jsonAnswer({}) : refusal('vault-missing')
      default:
        return null
    }
  }
}

function status(desk: VaultDesk | null): unknown {
  const problem = desk?.problem() ?? null
  return {
    store: desk ? 'vault' : 'keychain',
    locked: desk?.state() === 'locked',
    problem,
  }
}

async function unlock(desk: VaultDesk, body: string): Promise<DoorAnswer> {
  const passphrase = passphraseIn(body)
  if (!passphrase) return refusal('params-invalid', { reason: 'passphrase' })
  const unlocked = await desk.unlock(passphrase)
  return unlocked.ok ? jsonAnswer({}) : errorAnswer(unlocked.error)
}

function passphraseIn(body: string): Secret | null {
  try {
    const { passphrase } = JSON.parse(body) as { passphrase?: unknown }
    if (typeof passphrase !== 'string' || passphrase === '') return null
    return passphrase.length <= longestPassphrase ? new Secret(passphrase) : null
  } catch {
    return null
  }
}
