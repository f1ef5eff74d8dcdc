/** A throw-away certificate authority and certificates that it signed, made anew by openssl for each use. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestAuthority {
  /** Its own certificate, PEM. */
  readonly caPem: string
  /** A key and a certificate for these names; `localhost` covers the loopback addresses too. */
  issue(...names: readonly string[]): { readonly key: string; readonly cert: string }
}

export function testAuthority(name: string): TestAuthority {
  const caPem = inFolder((folder) => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key']
    openssl(folder, ['req', '-x509', ...key, '-out', 'ca.pem', '-days', '2', '-subj', `/CN=${name}`])
    return { key: read(folder, 'ca.key'), cert: read(folder, 'ca.pem') }
  })
  return {
    caPem: caPem.cert,
    issue: (...names) =>
      inFolder((folder) => {
        writeFileSync(join(folder, 'ca.key'), caPem.key)
        writeFileSync(join(folder, 'ca.pem'), caPem.cert)
        const alternatives = names.map((each) =>
          each === 'localhost' ? 'DNS:localhost,IP:127.0.0.1' : `DNS:${each}`,
        )
        writeFileSync(join(folder, 'extensions'), `subjectAltName=${alternatives.join(',')}\n`)
        const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem']
        openssl(folder, ['req', ...key, '-out', 'request.pem', '-subj', `/CN=${names[0] ?? ''}`])
        const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'extensions']
        openssl(folder, ['x509', '-req', '-in', 'request.pem', ...signer, '-days', '2', '-out', 'cert.pem'])
        return { key: read(folder, 'key.pem'), cert: read(folder, 'cert.pem') }
      }),
  }
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-ca-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function openssl(folder: string, args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}
