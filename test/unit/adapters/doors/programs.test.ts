import { posix, win32 } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ProcessFacts } from '../../../../electron/adapters/doors/program-facts.ts'
import {
  callerIn,
  isPassedOn,
  programOf,
  runningOf,
  scriptPath,
} from '../../../../electron/adapters/doors/program-facts.ts'
import {
  linuxStart,
  linuxStatus,
  linuxWords,
  lsofFolder,
  macRows,
  macWords,
  windowsFacts,
  windowsWords,
} from '../../../../electron/adapters/doors/program-tables.ts'

let last = 100
function process(line: string, file: string | null = `/usr/bin/${line.split(' ')[0] ?? ''}`): ProcessFacts {
  last += 1
  const words = line.split(' ')
  return {
    pid: last,
    parent: last + 1,
    sameUser: true,
    name: words[0] ?? '',
    file,
    words,
    folder: '/home/ada/infra',
  }
}

describe('what a process runs', () => {
  it.each([
    ['python3.12 tool.py --verbose', 'tool.py'],
    ['python3 -W ignore -u /opt/tool.py', '/opt/tool.py'],
    ['node --require ./hook.js --enable-source-maps server.mjs -e', 'server.mjs'],
    ['node -- server.mjs', 'server.mjs'],
    ['deno run --allow-net main.ts', 'main.ts'],
    ['bun run main.ts', 'main.ts'],
    ['bash deploy.sh prod', 'deploy.sh'],
    ['bash -eu -o pipefail deploy.sh', 'deploy.sh'],
    ['sh /usr/local/bin/backup -c', '/usr/local/bin/backup'],
    ['ruby -I lib -w job.rb', 'job.rb'],
    ['perl -w report.pl', 'report.pl'],
  ])('is the script of “%s”', (line, script) => {
    expect(runningOf(process(line))).toEqual({ kind: 'script', script })
  })
  it.each([
    ['terraform apply', 'file'],
    ['python3 -c import tool.py', 'code'],
    ['python3 -Bc pass', 'code'],
    ['node -e 1 x.js', 'code'],
    ['bash -lc latchkey', 'code'],
    ['perl -ne print x.pl', 'code'],
    ['python3', 'typed'],
    ['bash -i', 'typed'],
    ['bash /dev/fd/63', 'typed'],
    ['python3 /proc/self/fd/3', 'typed'],
    ['-bash', 'typed'],
  ])('of “%s” is no script: %s', (line, kind) => {
    expect(runningOf(process(line, line === '-bash' ? '/bin/bash' : undefined)).kind).toBe(kind)
  })
  it('can be a module or an archive', () => {
    expect(runningOf(process('python3 -um http.server 80'))).toEqual({
      kind: 'module',
      module: 'http.server',
    })
    expect(runningOf(process('java -cp a:b -jar /opt/tool.jar'))).toEqual({
      kind: 'module',
      module: '/opt/tool.jar',
    })
  })
  it('is found from the folder that it works in', () => {
    expect(scriptPath('../tool.py', '/home/ada/infra', posix)).toBe('/home/ada/tool.py')
    expect(scriptPath('/opt/tool.py', null, posix)).toBe('/opt/tool.py')
    expect(scriptPath('tool.py', null, posix)).toBeNull()
    expect(scriptPath('C:\\x\\tool.py', null, win32)).toBe('C:\\x\\tool.py')
  })
})

describe('a program', () => {
  const script = { kind: 'script', script: 'tool.py' } as const

  it('is named after its script, and known by it and its interpreter', () => {
    const facts = process('python3 tool.py')
    const one = programOf(facts, script, '/home/ada/infra/tool.py')
    expect(one).toMatchObject({ name: 'tool.py', path: '/home/ada/infra/tool.py' })
    expect(one.key).toMatch(/^[A-Za-z0-9_-]{8,64}$/)
    const keys = [
      programOf(facts, script, '/tmp/tool.py'),
      programOf(process('pypy3 tool.py'), script, '/home/ada/infra/tool.py'),
      programOf(facts, { kind: 'typed' }, null),
      programOf(facts, { kind: 'code' }, null),
      programOf(facts, { kind: 'module', module: 'tool.py' }, null),
      programOf(facts, script, null),
    ].map(({ key }) => key)
    expect(new Set([one.key, ...keys]).size).toBe(7)
    expect(programOf(process('python3 tool.py --again'), script, '/home/ada/infra/tool.py').key).toBe(one.key)
  })
  it('is not told from its words when it is a file', () => {
    const running = { kind: 'file' } as const
    const [one, other] = [process('terraform plan'), process('terraform apply')]
    expect(programOf(one, running, null)).toEqual(programOf(other, running, null))
    expect(programOf(one, running, null)).toMatchObject({ name: 'terraform', path: '/usr/bin/terraform' })
  })
  it('cannot turn the line round or break it with its name', () => {
    const facts = process('x', '/opt/a\u202Egpj.\nb')
    expect(programOf(facts, { kind: 'file' }, null).name).toBe('agpj.b')
    expect(programOf(process('x', '/opt/\u200B'), { kind: 'file' }, null).name).toBe('?')
  })
})

describe('the program that had our command started', () => {
  const own = process('node /usr/lib/latchkey/latchkey.cjs token', '/usr/bin/node')
  const shell = process('bash', '/bin/bash')

  it.each([
    ['a program', [process('terraform plan'), shell], 'terraform plan'],
    [
      'a program behind a shell that passes it on',
      [process('sh -c latchkey'), process('terraform plan')],
      'terraform plan',
    ],
    ['a script of a shell', [process('bash deploy.sh'), shell], 'bash deploy.sh'],
    ['a shell that somebody types in', [shell, process('konsole')], 'bash'],
    [
      'a program behind starters',
      [process('timeout 5 latchkey'), process('env A=b'), process('git fetch')],
      'git fetch',
    ],
    [
      'a program behind a package manager',
      [process('node /usr/bin/npx-cli.js latchkey'), process('sh -c x'), process('make')],
      'make',
    ],
    [
      'a program behind our own exec',
      [process('node /opt/latchkey.cjs exec', '/usr/bin/node'), process('make')],
      'make',
    ],
  ])('is %s', (_name, above, line) => {
    expect(callerIn([own, ...above])?.words.join(' ')).toBe(line)
  })
  it('is the last that is left where all of them only pass it on', () => {
    const top = process('sh -c latchkey')
    expect(callerIn([own, process('env latchkey'), top, { ...process('init'), pid: 1 }])).toBe(top)
    expect(callerIn([own])).toBeNull()
    expect(callerIn([])).toBeNull()
  })
  it('is never our own command', () => {
    expect(isPassedOn(own)).toBe(true)
    expect(isPassedOn(process('latchkey token', null))).toBe(true)
    expect(isPassedOn(process('latchkeyed token'))).toBe(false)
  })
})

describe('what systems write about processes', () => {
  it('is read on Linux', () => {
    const status = 'Name:\tpython3\nUmask:\t0022\nPid:\t9\nPPid:\t7\nUid:\t1000\t0\t0\t0\nGid:\t1\t1\t1\t1\n'
    expect(linuxStatus(status)).toEqual({ name: 'python3', parent: 7, uid: 1000 })
    const stat = `9 (a ) R 1 (b) S ${Array.from({ length: 40 }, (_, index) => String(index + 4)).join(' ')}\n`
    expect(linuxStart(stat)).toBe('22')
    expect(linuxWords('bash\0-c\0a  b\0\0')).toEqual(['bash', '-c', 'a  b', ''])
    expect(linuxWords('init')).toEqual(['init'])
  })
  it('is read on macOS', () => {
    const rows = macRows(
      '    1     0     0 /sbin/launchd\n  501   1   501 /Applications/My App.app/Contents/MacOS/app  \nx\n',
    )
    expect([...rows.values()]).toEqual([
      { pid: 1, parent: 0, uid: 0, file: '/sbin/launchd' },
      { pid: 501, parent: 1, uid: 501, file: '/Applications/My App.app/Contents/MacOS/app' },
    ])
    expect(macWords('/opt/my py/python3 -u tool.py\n', '/opt/my py/python3')).toEqual([
      '/opt/my py/python3',
      '-u',
      'tool.py',
    ])
    expect(macWords('-zsh', '/bin/zsh')).toEqual(['/bin/zsh'])
    expect(lsofFolder('p501\nfcwd\nn/Users/ada/infra\n')).toBe('/Users/ada/infra')
    expect(lsofFolder('')).toBeNull()
  })
  it('is read on Windows', () => {
    const rows = [
      { ProcessId: 4, ParentProcessId: 0, Name: 'System', ExecutablePath: null, CommandLine: null },
      {
        ProcessId: 9,
        ParentProcessId: 4,
        Name: 'python.exe',
        ExecutablePath: 'C:\\Py\\python.exe',
        CommandLine: '"C:\\Py\\python.exe" -u "C:\\my tools\\a.py"',
      },
      { ProcessId: 'x' },
    ]
    const facts = windowsFacts(JSON.stringify(rows))
    expect(facts.get(4)?.sameUser).toBe(false)
    const python = facts.get(9)
    expect(python && runningOf(python)).toEqual({ kind: 'script', script: 'C:\\my tools\\a.py' })
    expect(windowsFacts(JSON.stringify(rows[0])).size).toBe(1)
    expect(windowsFacts('nonsense').size).toBe(0)
    expect(windowsWords('a "b c"d  "e\\"f" "g\\\\" h\\i "" ')).toEqual([
      'a',
      'b cd',
      'e"f',
      'g\\',
      'h\\i',
      '',
    ])
  })
})
