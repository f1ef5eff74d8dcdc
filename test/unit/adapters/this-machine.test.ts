import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { thisMachine } from '../../../electron/adapters/this-machine.ts'

const nobody = (): never => {
  throw new Error('ENOENT: uv_os_get_passwd')
}

describe('who and where this machine is', () => {
  it('is what the system says', () => {
    expect(thisMachine({ USER: 'root' }, () => ({ username: 'asha' }))).toEqual({
      ...{ user: 'asha', host: hostname() },
    })
  })

  it.each([
    [{ USER: 'asha', LOGNAME: 'meera' }, 'asha'],
    [{ LOGNAME: 'meera' }, 'meera'],
    [{}, 'user'],
  ])('is guessed from %j where the system knows no such user', (env, user) => {
    expect(thisMachine(env, nobody).user).toBe(user)
  })
})
