import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Unknown } from '../../src/world/kind.ts'
import { unit } from '../../src/world/unit.ts'
import { answer } from './answer.ts'
import { shells } from '../tasks/harness.ts'
import { scratch } from './hosts.ts'

function block(fields: Record<string, string>): string {
  const all = {
    Type: 'notify',
    RemainAfterExit: 'no',
    LoadState: 'loaded',
    UnitFileState: 'enabled',
    ActiveState: 'active',
    SubState: 'running',
    NeedDaemonReload: 'no',
  }
  return Object.entries({ ...all, ...fields })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

function parse(text: string, count: number) {
  const asks = Array.from({ length: count }, (_, index) => ({ name: `u${index}.service` }))
  return unit.parse(answer(text), asks)
}

const up = { known: true, enablement: 'enabled', activity: 'active', needsReload: false, oneshot: false }

test.each<[string, Record<string, string>, object]>([
  ['running', {}, up],
  ['failed', { ActiveState: 'failed' }, { ...up, activity: 'failed' }],
  [
    'being started again and again',
    { ActiveState: 'activating', SubState: 'auto-restart' },
    { ...up, activity: 'activating', ended: true },
  ],
  ['starting', { ActiveState: 'activating', SubState: 'start' }, { ...up, activity: 'activating' }],
  ['changed on disk', { NeedDaemonReload: 'yes' }, { ...up, needsReload: true }],
  ['not there', { LoadState: 'not-found', UnitFileState: '', ActiveState: 'inactive' }, { known: false }],
  ['masked', { LoadState: 'masked', UnitFileState: 'masked' }, { ...up, enablement: 'masked' }],
  [
    'masked until the next boot',
    { LoadState: 'masked', UnitFileState: 'masked-runtime' },
    { ...up, enablement: 'masked' },
  ],
  ['without a file', { UnitFileState: '' }, { ...up, enablement: 'static' }],
  ['oneshot', { Type: 'oneshot' }, { ...up, oneshot: true }],
  ['oneshot that remains', { Type: 'oneshot', RemainAfterExit: 'yes' }, up],
])('a unit that is %s', (_, fields, reply) => {
  expect(parse(block(fields), 1)).toEqual([reply])
})

test('several units, in the order of the questions', () => {
  const text = [block({}), block({ ActiveState: 'inactive' })].join('\n')
  expect(parse(text, 2)).toEqual([up, { ...up, activity: 'inactive' }])
})

test('an init script is as enabled as is-enabled says', () => {
  const text = [
    block({ UnitFileState: 'generated' }),
    block({}),
    'IsEnabled=disabled\n',
    'IsEnabled=enabled\n',
  ].join('\n')
  expect(parse(text, 2)).toEqual([{ ...up, enablement: 'disabled' }, up])
})

test('directories below /run, and for which steps commands of its own run', () => {
  const fields = {
    RuntimeDirectory: 'one two/three:alias',
    RuntimeDirectoryMode: '0750',
    RuntimeDirectoryPreserve: 'restart',
    User: 'u',
    Group: '',
  }
  const text = [block({ RuntimeDirectory: '' }), block(fields), 'Commands=\n', 'Commands=stop reload\n']
  const runtime = {
    directories: ['/run/one', '/run/two/three'],
    mode: 0o750,
    user: 'u',
    group: '',
    preserve: 'restart',
    commands: ['stop', 'reload'],
  }
  expect(parse(text.join('\n'), 2)).toEqual([up, { ...up, runtime }])
  const script = [
    block({ UnitFileState: 'generated' }),
    block(fields),
    'IsEnabled=disabled\n',
    'IsEnabled=enabled\n',
  ]
  expect(parse([...script, ...text.slice(2)].join('\n'), 2)).toEqual([
    { ...up, enablement: 'disabled' },
    { ...up, runtime },
  ])
})

test.each(shells)('with $name only a unit with such a directory costs more, and one call each', (shell) => {
  const folder = scratch()
  const calls = join(folder, 'calls')
  const tool = join(folder, 'systemctl')
  writeFileSync(
    tool,
    `#!/bin/sh
echo "$@" >>${calls}
case "$*" in
*ExecStop*b.service) printf 'ExecReload={ a\nb }\nExecStopPost={ x }\n' ;;
*ExecStop*) ;;
*) printf '%s\n' "${block({ RuntimeDirectory: '' }).trimEnd()}" '' "${block({ RuntimeDirectory: '$DIRECTORY' }).trimEnd()}" ;;
esac
`,
    { mode: 0o755 },
  )
  const asks = [{ name: 'a.service' }, { name: 'b.service' }]
  const { text } = unit.probe(asks)
  const ask = (directory: string) => {
    writeFileSync(calls, '')
    const all = `PATH=${folder}:$PATH DIRECTORY=${directory}; export DIRECTORY\n${text.replace('[ -d /run/systemd/system ]', 'true')}`
    const replies = unit.parse(shell.run({ text: all }), asks)
    return { replies, calls: readFileSync(calls, 'utf8').trim().split('\n').length }
  }
  expect(ask('')).toEqual({ replies: [up, up], calls: 1 })
  for (const directory of ['haproxy', 'PackageKit']) {
    const runtime = { directories: [`/run/${directory}`], commands: ['stop', 'reload'] }
    expect(ask(directory)).toMatchObject({ replies: [up, { ...up, runtime }], calls: 3 })
  }
})

describe('what is no answer', () => {
  test('without systemd nothing is known', () => {
    expect(parse('no-systemd\n', 1)[0]).toBeInstanceOf(Unknown)
  })
  test('when systemctl fails nothing is known, and it says why', () => {
    const [reply] = unit.parse(answer('', 1, 'Failed to connect to bus\n'), [{ name: 'a.service' }])
    expect(reply).toMatchObject({ why: expect.stringContaining('Failed to connect to bus') })
  })
  test.each<[string, string, number]>([
    ['too few units', block({}), 2],
    ['too many units', [block({}), block({}), block({})].join('\n'), 2],
    ['commands of one unit of two', [block({}), block({}), 'Commands=\n'].join('\n'), 2],
    ['a line that is no property', 'LoadState=loaded\nrubbish\n', 1],
    ['a property left out', 'LoadState=loaded\n', 1],
  ])('%s is refused', (_, text, count) => {
    expect(() => parse(text, count)).toThrow(TypeError)
  })
})
