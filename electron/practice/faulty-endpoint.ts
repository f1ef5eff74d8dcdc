import { setTimeout as sleep } from 'node:timers/promises'
import type { ActiveFaults, FaultEndpoint } from './faults.ts'
import { answerInstead, spoil } from './faults.ts'
import type { Answer, Handle, PracticeRequest } from './server.ts'
import type { PracticeWorld } from './world.ts'

/** An endpoint that the faults set for it strike: before the request is carried out, and on its answer. */
export function faultyEndpoint(
  world: PracticeWorld,
  endpoint: FaultEndpoint,
  answer: (request: PracticeRequest, faults: ActiveFaults) => Answer | Promise<Answer>,
): Handle {
  return async (request) => {
    const faults = world.faults.take(endpoint)
    const latency = faults.find('latency')
    if (latency) await sleep(latency.ms)
    const answered = answerInstead(faults) ?? (await answer(request, faults))
    return spoil(answered, faults, world.now())
  }
}
