import { describe, expect, it } from 'vitest'
import type { Access } from '../../../electron/cli/presets.ts'
import { pastTheProxy, tokenVariableOf, variablesFor, withVariables } from '../../../electron/cli/presets.ts'
import { shellLines } from '../../../electron/cli/commands/env.ts'

const withFile: Access = {
  ...{
    adcFile: '/tmp/x/adc.json',
    metadata: null,
    emptyConfig: null,
    tokenFile: '/run/t.token',
    token: 'ya29.t',
  },
  ...{ project: 'infra', quotaProject: null },
}

describe('the environment of a program', () => {
  it('names the credentials file and the file for gcloud, and no token for programs that need none', () => {
    expect(variablesFor('python', withFile)).toEqual({
      GOOGLE_APPLICATION_CREDENTIALS: '/tmp/x/adc.json',
      CLOUDSDK_AUTH_ACCESS_TOKEN: null,
      CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: null,
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: '/run/t.token',
      GOOGLE_CLOUD_PROJECT: 'infra',
    })
  })

  it.each([
    ['/usr/bin/terraform', 'GOOGLE_OAUTH_ACCESS_TOKEN'],
    ['tofu', 'GOOGLE_OAUTH_ACCESS_TOKEN'],
    ['gog', 'GOG_ACCESS_TOKEN'],
    ['gws.exe', 'GOOGLE_WORKSPACE_CLI_TOKEN'],
  ])('gives %s a token in %s', (program, variable) => {
    expect(tokenVariableOf(program)).toBe(variable)
    expect(variablesFor(program, withFile)[variable]).toBe('ya29.t')
  })

  it('points at a metadata server instead of a file, so that no other file is found first', () => {
    const access = { ...withFile, adcFile: null, metadata: '127.0.0.1:4000' }
    expect(variablesFor('python', access)).toMatchObject({
      GOOGLE_APPLICATION_CREDENTIALS: null,
      ...{ GCE_METADATA_HOST: '127.0.0.1:4000', GCE_METADATA_IP: '127.0.0.1:4000' },
      METADATA_SERVER_DETECTION: 'assume-present',
    })
  })

  it('keeps the file of gcloud out of the way of a metadata server, except for gcloud itself', () => {
    const access = { ...withFile, adcFile: null, metadata: '127.0.0.1:4000', emptyConfig: '/tmp/x' }
    expect(variablesFor('python', access)).toMatchObject({ CLOUDSDK_CONFIG: '/tmp/x' })
    expect(variablesFor('/usr/bin/gcloud', access)).not.toHaveProperty('CLOUDSDK_CONFIG')
    expect(variablesFor('python', withFile)).not.toHaveProperty('CLOUDSDK_CONFIG')
  })

  it('takes away what would go before it and keeps everything else', () => {
    const env = { PATH: '/bin', CLOUDSDK_AUTH_ACCESS_TOKEN: 'old', EMPTY: '', GONE: undefined }
    expect(withVariables(env, { CLOUDSDK_AUTH_ACCESS_TOKEN: null, NEW: '1' })).toEqual({
      ...{ PATH: '/bin', EMPTY: '', NEW: '1' },
    })
  })

  it('keeps what is for the door past a proxy, beside what was excepted before', () => {
    expect(pastTheProxy({ PATH: '/bin', HTTP_PROXY: '' })).toEqual({})
    const exceptions = 'example.com,127.0.0.1,localhost'
    expect(pastTheProxy({ http_proxy: 'http://proxy:3128', NO_PROXY: 'example.com, 127.0.0.1' })).toEqual({
      ...{ NO_PROXY: exceptions, no_proxy: exceptions },
    })
  })

  it('is quoted for each shell', () => {
    const value = { NAME: 'it\'s $HOME `x` \\ "q"' }
    expect(shellLines('sh', value)).toBe("export NAME='it'\\''s $HOME `x` \\ \"q\"'\n")
    expect(shellLines('fish', value)).toBe("set -gx NAME 'it\\'s $HOME `x` \\\\ \"q\"'\n")
    expect(shellLines('powershell', value)).toBe("$env:NAME = 'it''s $HOME `x` \\ \"q\"'\n")
  })
})
