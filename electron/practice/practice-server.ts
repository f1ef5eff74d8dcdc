/** The port of core to practice Google: what its control answers, remembered for the window. */
import type { CommandParams } from '../contract/commands.ts'
import type { Outcome } from '../contract/outcome.ts'
import { fail, ok } from '../contract/outcome.ts'
import type { PracticeView } from '../contract/views.ts'
import type { PracticeServer } from '../core/ports.ts'
import { practiceClient } from './client.ts'
import type { PracticeControl } from './practice-control.ts'

interface PracticeServerParts {
  readonly issuer: string
  readonly control: PracticeControl
  /** Moves the profile's clock; the offset is against this machine's time, ms. */
  shiftClock(offsetMs: number): void
  close(): Promise<void>
}

/** Asks for everything once, so that `view` can answer at once. Errors: `practice-failed`. */
export async function openPracticeServer(parts: PracticeServerParts): Promise<Outcome<PracticeServer>> {
  const { issuer, control, shiftClock } = parts
  const [clock, first] = await Promise.all([control.clock(), control.view()])
  if (!clock.ok) return clock
  if (!first.ok) return fail('practice-failed')
  shiftClock(clock.value.offsetMs)
  let view: PracticeView = { issuer, ...first.value }
  const refreshed = async (done: Outcome<null>): Promise<Outcome<null>> => {
    const seen = await control.view()
    if (seen.ok) view = { issuer, ...seen.value }
    return done.ok && !seen.ok ? seen : done
  }
  return ok({
    issuer,
    clientFile: async (wanted) => {
      const file = await control.clientFile(wanted)
      await refreshed(ok())
      return file
    },
    keyFile: async (email) => {
      const file = await control.keyFile(email)
      await refreshed(ok())
      return file
    },
    view: () => view,
    act: async (act) => refreshed(await carryOut(control, act)),
    setClockOffset: async (offsetMs) => {
      const moved = await control.setClockOffset(offsetMs)
      if (moved.ok) shiftClock(offsetMs)
      // With time the client can go, and on the way back come again.
      return refreshed(moved)
    },
    close: () => parts.close(),
  })
}

/** Of a client or key that is added only the making: the file, which holds a secret, comes from its own method. */
async function carryOut(
  control: PracticeControl,
  act: CommandParams<'practice.act'>,
): Promise<Outcome<null>> {
  switch (act.act) {
    case 'add-client': {
      const { project, kind } = act
      const made = await control.clientFile({ project, ...(kind && { kind }) })
      return made.ok ? ok() : made
    }
    case 'change-password':
      return control.changePassword(act.sub)
    case 'revoke-at-account-page':
      return control.revokeAtAccountPage(act.sub)
    case 'set-disabled':
      return control.setDisabled(act.sub, act.disabled)
    case 'mint-elsewhere':
      return control.mintElsewhere(act.sub, practiceClient.clientId, act.count)
    case 'set-rules':
      return control.setRules(act.rules)
    case 'set-fault':
      return control.nameFault(act.fault)
    case 'add-service-account': {
      const made = await control.keyFile()
      return made.ok ? ok() : made
    }
    case 'add-service-key': {
      const made = await control.keyFile(act.email)
      return made.ok ? ok() : made
    }
    case 'set-service-disabled':
      return control.setServiceDisabled(act.email, act.disabled)
    case 'delegate':
      return control.delegate(act.email, act.scopes)
  }
}
