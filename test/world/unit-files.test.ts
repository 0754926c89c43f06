import { describe, expect, test } from 'vitest'
import { type Made, pathBecomes, pathGone } from '../../src/world/path-effects.ts'
import { unitOf } from '../../src/world/unit-files.ts'
import { type Effect, UnknownAnswer, World, id } from '../../src/world/world.ts'

const ROOT = { mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root' }
const SERVICE = '[Unit]\nDescription=x\n[Service]\nExecStart=/bin/true\n'
const written = (path: string, text: string): Effect =>
  pathBecomes(path, { type: 'file', ...ROOT, content: Buffer.from(text) })
const without = (name: string): World => new World(new Map([[id('unit', name), { known: false }]]))

describe('a unit whose file an earlier task would write', () => {
  test.each([
    ['without [Install]', SERVICE, { enablement: 'static', oneshot: false }],
    ['with [Install]', `${SERVICE}[Install]\nWantedBy=multi-user.target\n`, { enablement: 'disabled' }],
    ['a oneshot', `${SERVICE}Type = oneshot\n`, { oneshot: true }],
    [
      'with a directory below /run',
      `${SERVICE}RuntimeDirectory=a\nRuntimeDirectoryMode=0750\nUser=u\nExecStopPost=/bin/true\n`,
      { runtime: { directories: ['/run/a'], mode: 0o750, user: 'u', preserve: 'no', commands: ['stop'] } },
    ],
    ['a oneshot that stays', `${SERVICE}Type=oneshot\nRemainAfterExit=yes\n`, { oneshot: false }],
  ])('%s', (_, text, expected) => {
    const world = without('a.service').after([written('/etc/systemd/system/a.service', text)])
    expect(unitOf(world, 'a.service')).toMatchObject({ known: true, activity: 'inactive', ...expected })
  })
  test('an instance comes with its template', () => {
    const world = without('a@1.service').after([written('/usr/lib/systemd/system/a@.service', SERVICE)])
    expect(unitOf(world, 'a@1.service')).toMatchObject({ known: true })
  })
  test('is not known if its content is not', () => {
    const made: Made = { type: 'file', ...ROOT }
    const world = without('a.service').after([pathBecomes('/etc/systemd/system/a.service', made)])
    expect(() => unitOf(world, 'a.service')).toThrow(UnknownAnswer)
  })
  test('is not there if the file goes again, or is another unit’s', () => {
    const path = '/etc/systemd/system/a.service'
    expect(unitOf(without('a.service').after([written(path, SERVICE), pathGone(path)]), 'a.service')).toEqual(
      {
        known: false,
      },
    )
    expect(unitOf(without('b.service').after([written(path, SERVICE)]), 'b.service')).toEqual({
      known: false,
    })
  })
})

test('a unit that is there is as systemd says', () => {
  const reply = { known: true, enablement: 'enabled', activity: 'active', needsReload: false }
  const world = new World(new Map([[id('unit', 'a.service'), reply]]))
  expect(unitOf(world.after([written('/etc/systemd/system/a.service', SERVICE)]), 'a.service')).toBe(reply)
})
