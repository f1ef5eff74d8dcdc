import type { Socket } from 'node:net'

const maxConnections = 20

/**
 * The open connections, each with a deadline that no trickle of bytes can move. When there are too many the
 * oldest goes, so that idle ones cannot keep the browser out.
 */
export class Connections {
  readonly #deadlines = new Map<Socket, NodeJS.Timeout>()
  readonly #replying = new Set<Socket>()
  readonly #limitMs: number

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  add(socket: Socket): void {
    const oldest = [...this.#deadlines.keys()].find((open) => !this.#replying.has(open))
    if (this.#deadlines.size >= maxConnections) oldest?.destroy()
    this.#deadlines.set(socket, endAfter(socket, this.#limitMs))
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      clearTimeout(this.#deadlines.get(socket))
      this.#deadlines.delete(socket)
      this.#replying.delete(socket)
    })
  }

  /** The accepted request: what is done about it may take longer than a connection may. */
  keepForReply(socket: Socket): void {
    clearTimeout(this.#deadlines.get(socket))
    this.#replying.add(socket)
  }

  /** The reply is written: the browser has the usual time to fetch it. */
  replied(socket: Socket): void {
    this.#deadlines.set(socket, endAfter(socket, this.#limitMs))
  }

  /** Ends idle connections now, and one that waits for its reply after `graceMs`. */
  endAll(graceMs: number): void {
    for (const [socket, deadline] of this.#deadlines) {
      clearTimeout(deadline)
      if (this.#replying.has(socket)) this.#deadlines.set(socket, endAfter(socket, graceMs))
      else socket.destroy()
    }
  }
}

function endAfter(socket: Socket, ms: number): NodeJS.Timeout {
  return setTimeout(() => socket.destroy(), ms)
}
