import { describe, expect, it } from 'vitest'
import { answerOffered, portForward } from '../../../electron/core/accounts/sign-in/answer-offered.ts'

const here = { user: 'asha', host: 'server.example' }

describe('the way through ssh', () => {
  it.each([
    ['http://127.0.0.1:40001/x', 'ssh -N -L 40001:127.0.0.1:40001 asha@server.example'],
    ['http://localhost:8080', 'ssh -N -L 8080:127.0.0.1:8080 asha@server.example'],
    ['http://[::1]:8080/cb', 'ssh -N -L 8080:[::1]:8080 asha@server.example'],
    ['http://localhost/cb', 'ssh -N -L 80:127.0.0.1:80 asha@server.example'],
  ])('to %s leads to where the listener is', (redirectUri, command) => {
    expect(portForward(redirectUri, here)).toBe(command)
  })

  it.each([
    [{ user: 'Asha Rao', host: 'pc' }, '"Asha Rao@pc"'],
    [{ user: 'NORTHWIND\\asha', host: 'pc' }, '"NORTHWINDasha@pc"'],
    [{ user: '$(touch x)`id`"', host: 'pc' }, '"(touch x)id@pc"'],
    [{ user: 'आशा', host: 'pc' }, '"आशा@pc"'],
  ])('names %j so that a shell acts on nothing in it', (machine, word) => {
    expect(portForward('http://127.0.0.1:40001/x', machine)?.endsWith(` ${word}`)).toBe(true)
  })

  it('is not offered where the browser is on this machine', () => {
    expect(answerOffered('http://127.0.0.1:40001/x', null)).toEqual({
      redirectUri: 'http://127.0.0.1:40001/x',
      forward: null,
      paste: true,
    })
  })
})
