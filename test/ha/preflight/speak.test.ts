import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { readHeard } from '../../../src/ha/preflight/read.ts'
import { LISTEN, speakScript, type Speech } from '../../../src/ha/preflight/speak.ts'
import { SHELLS } from '../../fakes/shells.ts'

const SPEECH: Speech = {
  joins: [{ family: 4, interface: 'lo' }],
  sends: [{ family: 4, interface: 'lo', source: '127.0.0.1', destination: '127.0.0.2' }],
  vips: [{ family: 4, interface: 'lo', address: '127.0.0.3' }],
  others: [],
  vrid: 250,
  rank: undefined,
}

/** A folder with nothing but these programs; each that is a text is a script. */
function bin(programs: Record<string, string | undefined>): string {
  const folder = mkdtempSync(join(root, 'bin-'))
  for (const [name, text] of Object.entries(programs)) {
    const file = join(folder, name)
    if (text === undefined) {
      const found = spawnSync('/bin/sh', ['-c', `command -v ${name}`])
        .stdout.toString()
        .trim()
      symlinkSync(found, file)
    } else {
      writeFileSync(file, text)
      chmodSync(file, 0o755)
    }
  }
  return folder
}

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'hakube-speak-'))
  mkdirSync(join(root, 'none'))
})
afterAll(() => rmSync(root, { recursive: true }))

/** With these programs and no others; the script adds folders of its own, so they are taken out of it. */
function speak(shell: readonly string[], programs: Record<string, string | undefined>) {
  const path = bin({ head: undefined, cat: undefined, grep: undefined, sleep: '#!/bin/sh\n', ...programs })
  const text = speakScript(SPEECH)
    .text.replace(/^PATH=.*$/m, '')
    .replaceAll('/usr/libexec/', `${path}/`)
  const [program = 'sh', ...args] = shell
  const full = spawnSync('/bin/sh', ['-c', `command -v ${program}`])
    .stdout.toString()
    .trim()
  const ended = spawnSync(full, [...args, '-c', text], {
    env: { PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return ended.stdout.toString() + ended.stderr.toString()
}

const IP =
  '#!/bin/sh\n[ "$2" = show ] || { echo "doubted $*" >&2; exit; }\necho "$4 dev eth0 lladdr 02:00:00:00:00:99 REACHABLE"\n'
const SAY = '#!/bin/sh\necho "args $3 $4"\necho sent 1\n'

describe.each(SHELLS)('with %s', (_, shell) => {
  test.each([
    ['perl', { perl: SAY, 'platform-python': SAY, python3: SAY }],
    ['platform-python', { 'platform-python': SAY, python3: SAY }],
    ['python3', { python3: SAY }],
    ['none', {}],
  ])('the best that is there is taken: %s', (tool, programs) => {
    const out = speak(shell, { ...programs, ip: IP })
    expect(out).toMatch(new RegExp(`^tool (?:/.*/)?${tool}$`, 'm'))
    if (tool !== 'none') expect(out).toContain(`args ${LISTEN} join/4/lo/e0000012`)
    expect(out).toContain('settled 0\nneighbour 127.0.0.3 ')
    const heard = readHeard(out, { sent: 0, received: 5000 })
    expect(heard.tool).toBe(tool === 'none' ? undefined : tool)
    expect(heard.vips.get('127.0.0.3')).toEqual({ mac: '02:00:00:00:00:99', state: 'REACHABLE' })
  })

  it('an old entry is waited for, but not for ever', () => {
    const out = speak(shell, { ip: IP.replace('REACHABLE', 'STALE') })
    expect(out).toContain('settled 9')
    expect(readHeard(out, { sent: 0, received: 15_000 }).began.latest).toBe(15_000 - LISTEN - 9000)
  })

  it('a program that fails has not listened', () => {
    const heard = readHeard(speak(shell, { perl: '#!/bin/sh\necho broken >&2\nexit 1\n', ip: IP }), {
      sent: 0,
      received: 5000,
    })
    expect(heard).toMatchObject({
      tool: undefined,
      sent: 0,
      errors: ['broken', 'perl did not come to its end'],
    })
  })
})

test.each([
  ['early 10.0.0.9 10.0.0.9 dev eth0  INCOMPLETE\nneighbour 10.0.0.9 ', 'FAILED'],
  ['early 10.0.0.9 10.0.0.9 dev eth0 FAILED \nneighbour 10.0.0.9 ', 'FAILED'],
  ['early 10.0.0.9 \nneighbour 10.0.0.9 ', undefined],
  ['early 10.0.0.9 10.0.0.9 dev eth0 lladdr 02:00:00:00:00:99 PROBE\nneighbour 10.0.0.9 ', 'FAILED'],
])('an entry that has failed and is gone already has failed: %j', (text, state) => {
  expect(readHeard(text, { sent: 0, received: 5000 }).vips.get('10.0.0.9')?.state).toBe(state)
})

/** Both programs on the loopback, as far as this user may have raw sockets; else they have to say that they may not. */
const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)']).stdout?.toString().trim()
describe.each(['perl', ...(python ? ['python3'] : [])])('%s', (tool) => {
  it('sends, hears and says what it may not', { timeout: 30_000 }, () => {
    const program = tool === 'perl' ? undefined : `#!/bin/sh\nexec ${python} "$@"\n`
    const path = bin({ [tool]: program, head: undefined, cat: undefined, grep: undefined, ip: IP })
    const text = speakScript(SPEECH)
      .text.replace(/^PATH=.*$/m, '')
      .replaceAll('/usr/libexec/', '/nowhere/')
    const ended = spawnSync('/bin/sh', ['-c', text], {
      env: { PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const heard = readHeard(ended.stdout.toString(), { sent: 0, received: 9000 })
    expect(heard.tool, ended.stdout.toString() + ended.stderr.toString()).toBe(tool)
    if (heard.errors.length > 0) {
      expect(heard.errors).toEqual(['socket: Operation not permitted'])
      return
    }
    expect(heard.sent).toBe(LISTEN / 250)
    expect(heard.adverts).toContainEqual({
      source: '127.0.0.1',
      destination: '127.0.0.2',
      version: 3,
      vrid: 250,
      priority: 1,
      trial: true,
    })
    // Equal packets are said once.
    expect(heard.adverts).toHaveLength(1)
  })
})
