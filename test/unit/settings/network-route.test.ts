import { beforeAll, describe, expect, it } from 'vitest'
import { pickedCaFile, readCaFile } from '../../../electron/core/settings/ca-file.ts'
import { networkRoute } from '../../../electron/core/settings/network-route.ts'
import { fakeDesktop } from '../../support/fake-desktop.ts'
import { testAuthority } from '../../support/test-certificates.ts'

let first: string
let second: string
beforeAll(() => {
  first = testAuthority('First CA').caPem
  second = testAuthority('Second CA').caPem
})

const path = '/home/x/office.pem'
function desktopWith(content: string | null) {
  const desktop = fakeDesktop()
  if (content !== null) desktop.files.set(path, Buffer.from(content))
  return desktop
}

describe('a file of authorities', () => {
  it('gives its certificates and leaves out what else stands in it', async () => {
    const key = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n'
    const text = `# Büro\r\n${first.replaceAll('\n', '\r\n')}${key}Subject: x\n${second}`
    const read = await readCaFile(desktopWith(text), path)
    const given = read.ok ? read.value : ''
    expect(given.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
    expect(given).not.toContain('PRIVATE')
    expect(given).not.toContain('Subject')
  })

  it.each([
    ['is empty', () => ''],
    ['is something else', () => '{"installed":{}}'],
    ['holds only a key', () => '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n'],
    ['was cut off', () => first.slice(0, -40)],
    ['holds one certificate that cannot be read', () => `${first}${second.replace(/\nMII\w+/, '\nAAAA')}`],
    ['is longer than is read', () => first + ' '.repeat(65_536)],
  ])('is refused when it %s', async (_, text) => {
    expect(await readCaFile(desktopWith(text()), path)).toMatchObject({ error: { code: 'ca-file-invalid' } })
  })

  it('is taken by its path when the person picks it and it is one', async () => {
    const desktop = desktopWith(first)
    desktop.picks.push(path)
    expect(await pickedCaFile(desktop)).toEqual({ ok: true, value: path })
    expect(await pickedCaFile(desktop)).toEqual({ ok: true, value: null })
    desktop.picks.push('/elsewhere')
    expect(await pickedCaFile(desktop)).toMatchObject({ error: { code: 'file-unreadable' } })
  })
})

describe('the way that the settings ask for', () => {
  const proxy = { kind: 'custom', address: 'http://office:3128' } as const

  it('names the proxy, and the certificates of the file', async () => {
    expect(await networkRoute({ proxy, caFile: null }, desktopWith(null))).toEqual({
      proxy,
      caPem: null,
      caError: null,
    })
    const route = await networkRoute({ proxy, caFile: path }, desktopWith(first))
    expect(route).toMatchObject({ proxy, caError: null })
    expect(route.caPem?.trim()).toBe(first.trim())
  })

  it('goes on without a file that has gone, and says so', async () => {
    const route = await networkRoute({ proxy, caFile: path }, desktopWith(null))
    expect(route).toMatchObject({ proxy, caPem: null, caError: { code: 'file-unreadable' } })
  })
})
