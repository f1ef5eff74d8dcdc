import type { Outcome } from '../../electron/contract/outcome.ts'
import { fail, ok } from '../../electron/contract/outcome.ts'
import type {
  DoorAnswer,
  DoorListener,
  DoorPeer,
  DoorPlace,
  DoorRequest,
  OpenDoor,
} from '../../electron/core/ports.ts'

type Announced = Parameters<DoorListener['announce']>[0]
type Asked = Partial<Omit<DoorRequest, 'peer'>> & { readonly peer?: DoorPeer }

export interface FakeDoorListener extends DoorListener {
  /** The addresses of the doors that are open. */
  readonly opened: ReadonlyMap<string, DoorPlace>
  readonly announced: Announced | null
  /** Ports that somebody else holds. */
  readonly busy: Set<number>
  /** Sends a request to an open door. Fails the test where none is open there. */
  ask(address: string, request: Asked): Promise<DoorAnswer>
}

const here: DoorPeer = { user: 'same', pid: 4711 }

/** Doors that a test knocks at by hand. */
export function fakeDoorListener(): FakeDoorListener {
  const doors = new Map<string, { place: DoorPlace; answer: (request: DoorRequest) => Promise<DoorAnswer> }>()
  const busy = new Set<number>()
  let announced: Announced | null = null
  let nextPort = 23_100
  return {
    busy,
    get opened() {
      return new Map([...doors].map(([address, { place }]) => [address, place]))
    },
    get announced() {
      return announced
    },
    open(place, answer): Promise<Outcome<OpenDoor>> {
      const port = place.kind === 'port' ? (place.port ?? (nextPort += 1)) : null
      if (port !== null && busy.has(port)) return Promise.resolve(fail('door-busy', { port, program: '' }))
      const address = place.kind === 'socket' ? `/run/${place.name}.sock` : `127.0.0.1:${String(port)}`
      doors.set(address, { place, answer })
      const close = (): Promise<void> => {
        doors.delete(address)
        return Promise.resolve()
      }
      return Promise.resolve(ok({ address, port, close }))
    },
    announce(wanted) {
      announced = wanted
      return Promise.resolve(ok())
    },
    withdraw() {
      announced = null
      return Promise.resolve()
    },
    ask(address, { peer = here, ...request }) {
      const door = doors.get(address)
      if (!door) throw new Error(`no door is open at ${address}`)
      return door.answer({
        ...{ method: 'GET', path: '/', query: new URLSearchParams(), headers: {}, body: '' },
        ...request,
        peer: () => Promise.resolve(peer),
        signal: request.signal ?? new AbortController().signal,
      })
    },
  }
}
