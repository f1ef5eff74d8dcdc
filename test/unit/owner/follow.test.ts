import { mkdtempSync, rmSync } from 'node:fs'
import type { Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CutShort, follow } from '../../../electron/cli/follow.ts'

describe.skipIf(process.platform === 'win32')('the lines of an answer', () => {
  let folder = ''
  let server: Server
  let answer: (response: ServerResponse) => Promise<void>
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lk-follow-'))
    server = createServer((_request, response) => void answer(response))
    await new Promise<void>((resolve) => server.listen(join(folder, 's'), resolve))
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  async function read(signal = new AbortController().signal, onLine?: (line: string) => void) {
    const place = { socket: join(folder, 's'), local: null } as never
    const came = await follow(place, '/v1/ledger', signal)
    if (!came.ok) throw new Error(came.error.code)
    const lines: string[] = []
    let failure: unknown = null
    try {
      for await (const line of came.value) {
        lines.push(line)
        onLine?.(line)
      }
    } catch (cause) {
      failure = cause
    }
    return { lines, failure }
  }

  it('are all there is where the owner ends them', async () => {
    answer = async (response) => {
      response.write('one\ntwo\n')
      await sleep(10)
      response.end('three')
    }
    expect(await read()).toEqual({ lines: ['one', 'two', 'three'], failure: null })
  })

  it('that break off are not taken for the whole', async () => {
    answer = async (response) => {
      response.write('one\ntwo\nthr')
      await sleep(30)
      response.destroy()
    }
    const { lines, failure } = await read()
    expect(lines).toEqual(['one', 'two'])
    expect(failure).toBeInstanceOf(CutShort)
    expect((failure as CutShort).failure.code).toBe('owner-silent')
  })

  it('end without a failure where the reader wanted it', async () => {
    answer = (response) => {
      response.write('one\n')
      return Promise.resolve()
    }
    const stop = new AbortController()
    expect(await read(stop.signal, () => stop.abort())).toEqual({ lines: ['one'], failure: null })
  })
})
