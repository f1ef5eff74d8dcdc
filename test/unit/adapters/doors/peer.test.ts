import { describe, expect, it } from 'vitest'
import { entryOf, isOurs, lsofPid, netstatPeer } from '../../../../electron/adapters/doors/peer.ts'

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     '
const row = (from: string, to: string, uid: number, inode: number, state = '01'): string =>
  `   1: ${from} ${to} ${state} 00000000:00000000 00:00000000 00000000 ${String(uid).padStart(5)}        0 ${String(inode)} 1 0000000000000000 20 4 30 10 -1`
// 23100 is 5A3C, 40000 is 9C40, 40001 is 9C41, 40002 is 9C42.
const short = [
  head,
  row('0100007F:5A3C', '00000000:0000', 1000, 11, '0A'),
  row('0100007F:5A3C', '0100007F:9C40', 1000, 12),
  row('0100007F:9C40', '0100007F:5A3C', 1000, 13),
  row('0100007F:5A3C', '0100007F:9C41', 1000, 14),
  row('0100007F:9C41', '0100007F:5A3C', 1001, 15),
  row('0100007F:5A3C', '0100007F:9C42', 1000, 16),
  row('0100007F:9C43', '0100007F:5A3C', 0, 0, '06'),
  row('0100007F:5A3C', '0100007F:9C44', 1000, 17),
  row('0100007F:9C44', '0100007F:5A3C', 0, 0, '05'),
  '',
].join('\n')
const mapped = '0000000000000000FFFF00000100007F'
const long = [head, row(`${mapped}:9C45`, `${mapped}:5A3C`, 1000, 21), ''].join('\n')
const tables = [short, long]
const ours = (theirs: number, uid = 1000): boolean => isOurs({ ours: 23100, theirs }, tables, uid)

describe('the user at the other end of a connection on Linux', () => {
  it('is told by the row of the other end, not of our own', () => {
    expect(entryOf(tables, 40000, 23100)).toEqual({ uid: 1000, inode: '13' })
    expect(entryOf(tables, 23100, 40000)).toEqual({ uid: 1000, inode: '12' })
  })
  it('is let in when it is ours, over the longer spelling of the address too', () => {
    expect(ours(40000)).toBe(true)
    expect(ours(40005)).toBe(true)
  })
  it('is kept out when it is another one, the administrator included', () => {
    expect(ours(40001)).toBe(false)
    expect(ours(40000, 1001)).toBe(false)
    expect(isOurs({ ours: 23100, theirs: 40001 }, [short.replace(' 1001 ', '    0 ')], 1000)).toBe(false)
  })
  it('is kept out when nobody is at the other end any more', () => {
    expect(ours(40002)).toBe(false)
    expect(ours(40004)).toBe(false)
    expect(ours(40004, 0)).toBe(false)
  })
  it('is kept out where the tables tell of others and of neither end of it', () => {
    expect(isOurs({ ours: 23100, theirs: 50000 }, tables, 1000)).toBe(false)
    expect(isOurs({ ours: 23100, theirs: 50000 }, [head, ''], 1000)).toBe(false)
  })
  it('is not asked for where the system has no such tables', () => {
    expect(isOurs({ ours: 23100, theirs: 40001 }, ['', ''], 1000)).toBe(true)
  })
})

describe('the process at the other end elsewhere', () => {
  it('is the one whose end points at us', () => {
    const text = [
      ...['p101', 'n127.0.0.1:23100->127.0.0.1:40000', 'n127.0.0.1:23100->127.0.0.1:40001'],
      ...['p202', 'n127.0.0.1:40000->127.0.0.1:9', 'n127.0.0.1:40000->127.0.0.1:23100', ''],
    ].join('\n')
    expect(lsofPid(text, { ours: 23100, theirs: 40000 })).toBe(202)
    expect(lsofPid(text, { ours: 23100, theirs: 40009 })).toBeNull()
  })
  it('stands at the end of its row on Windows, whatever the language', () => {
    const text = [
      '  TCP    127.0.0.1:23100        127.0.0.1:40000        HERGESTELLT     101',
      '  TCP    127.0.0.1:40000        127.0.0.1:23100        HERGESTELLT     202',
      '  TCP    127.0.0.1:40001        127.0.0.1:23100        WARTEND         0',
    ].join('\r\n')
    expect(netstatPeer(text, { ours: 23100, theirs: 40000 })).toBe(202)
    expect(netstatPeer(text, { ours: 23100, theirs: 40001 })).toBeNull()
  })
})
