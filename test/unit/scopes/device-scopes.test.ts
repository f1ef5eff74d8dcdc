import { describe, expect, it } from 'vitest'
import { allowedOnDevices, deviceScopes } from '../../../electron/contract/scopes/device-scopes.ts'

const prefix = 'https://www.googleapis.com/auth/'

describe('what a limited-input device may ask for', () => {
  it.each([
    ...['openid', 'email', 'profile', `${prefix}userinfo.email`, `${prefix}userinfo.profile`],
    ...['drive.file', 'drive.appdata', 'drive.appfolder', 'youtube', 'youtube.readonly'].map(
      (name) => prefix + name,
    ),
  ])('is %s', (scope) => {
    expect(allowedOnDevices(scope)).toBe(true)
  })

  it.each([
    ...['drive', 'drive.readonly', 'gmail.readonly', 'youtube.upload', 'youtube.force-ssl', 'calendar'].map(
      (name) => prefix + name,
    ),
    ...['https://mail.google.com/', 'drive.file', '', `${prefix}drive.file `],
  ])('is not %j', (scope) => {
    expect(allowedOnDevices(scope)).toBe(false)
  })

  it('is listed in the spelling in which Google answers, each once', () => {
    expect(deviceScopes).toHaveLength(7)
    expect(new Set(deviceScopes).size).toBe(7)
    expect(deviceScopes).toContain(`${prefix}userinfo.email`)
  })
})
