/** A real `sshd` on loopback with throw-away keys: the other machine, as far as a forwarded socket can tell. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ended } from './program.ts'
import { commandOf, runProgram } from './program.ts'

export interface SshServer {
  /** The folder on the server's side that its programs work in, and its home. */
  readonly home: string
  /** Where a forwarded socket lies there. */
  readonly socket: string
  /** Runs a line on the server, with the socket of this side forwarded to it for as long as it runs. */
  run(localSocket: string, line: string): Promise<Ended>
  close(): Promise<void>
}

/** Programs that it needs. */
export const sshPrograms = ['ssh', 'ssh-keygen', 'sshd', 'curl'] as const

export async function startSshServer(): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-ssh-'))
  const home = join(folder, 'server')
  await mkdir(home)
  const file = (name: string): string => join(folder, name)
  for (const name of ['host', 'person'])
    await runProgram([...commandOf('ssh-keygen'), '-q', '-t', 'ed25519', '-N', '', '-f', file(name)], {
      env: {},
    })
  const port = await freePort()
  await writeFile(file('sshd_config'), configuration(folder, port))
  // It keeps its unprivileged half there; as an ordinary user it has none.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
  const [program = ''] = commandOf('sshd')
  const server = spawn(program, ['-D', '-e', '-f', file('sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  server.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)))
  const ended = new Promise<void>((resolve) => server.on('close', () => resolve()))
  await untilListening(port, () => server.exitCode === null || Promise.reject(new Error(complaint)))
  const socket = join(folder, 'latchkey.sock')
  const { username } = userInfo()
  const known = ['-F', 'none', '-o', 'StrictHostKeyChecking=no', '-o', `UserKnownHostsFile=${file('known')}`]
  const options = ['-o', 'BatchMode=yes', '-o', 'ExitOnForwardFailure=yes', '-o', 'LogLevel=ERROR', ...known]
  return {
    home,
    socket,
    run: (localSocket, line) =>
      runProgram(
        [
          ...[...commandOf('ssh'), ...options, '-i', file('person'), '-p', String(port)],
          ...[
            '-R',
            `${socket}:${localSocket}`,
            `${username}@127.0.0.1`,
            `cd ${home} && HOME=${home} && ${line}`,
          ],
        ],
        { env: { PATH: process.env['PATH'] ?? '' } },
      ),
    async close() {
      server.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function configuration(folder: string, port: number): string {
  return [
    `Port ${String(port)}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/person.pub`,
    'PidFile none',
    'UsePAM no',
    // The folder for temporary files is everybody's.
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'AllowStreamLocalForwarding yes',
    'StreamLocalBindUnlink yes',
    'LogLevel ERROR',
    '',
  ].join('\n')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function untilListening(port: number, check: () => unknown): Promise<void> {
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(20)) {
    await check()
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (reached) return
  }
  throw new Error('sshd does not listen')
}
