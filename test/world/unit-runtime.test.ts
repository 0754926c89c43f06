import { expect, test } from 'vitest'
import { Unknown } from '../../src/world/kind.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import type { UnitRuntime } from '../../src/world/replies.ts'
import { runtimeEffects } from '../../src/world/unit-runtime.ts'
import { World, id } from '../../src/world/world.ts'

const root = { uid: 0, gid: 0, owner: 'root', group: 'root' }
const there = replyOf({ type: 'directory', mode: 0o755, ...root })
const file = replyOf({ type: 'file', mode: 0o600, ...root })
const none = { exists: false } as const
const runtime: UnitRuntime = {
  directories: ['/run/u'],
  mode: 0o755,
  user: '',
  group: '',
  preserve: 'yes',
  commands: [],
}

interface Case {
  of?: Partial<UnitRuntime>
  oneshot?: boolean
  activity?: string
  steps: readonly string[]
  before: object
  after: 'none' | 'directory' | 'unknown' | 'same' | object
}

test.each<[string, Case]>([
  ['made for a start', { steps: ['start'], before: none, after: 'directory' }],
  ['kept by a start', { steps: ['enable', 'start'], before: there, after: 'same' }],
  ['given its mode', { steps: ['start'], before: { ...there, mode: 0o700 }, after: { mode: 0o755 } }],
  ['given to root', { steps: ['start'], before: { ...there, uid: 7 }, after: { uid: 0, owner: 'root' } }],
  ["somebody else's", { of: { user: 'u' }, steps: ['start'], before: none, after: 'unknown' }],
  ['not made over a file', { steps: ['start'], before: file, after: 'same' }],
  ['no affair of enable', { steps: ['enable', 'daemon-reload'], before: none, after: 'none' }],
  ['preserved by a stop', { steps: ['stop'], before: there, after: 'same' }],
  ['not made by a stop alone', { steps: ['stop'], before: none, after: 'none' }],
  [
    'made for what runs when it stops',
    { of: { commands: ['stop'] }, steps: ['stop'], before: none, after: 'directory' },
  ],
  [
    'made for a reload',
    { of: { commands: ['reload'] }, steps: ['reload'], before: none, after: 'directory' },
  ],
  [
    'not made by a reload alone',
    { of: { commands: ['stop'] }, steps: ['reload'], before: none, after: 'none' },
  ],
  ['gone with the service', { of: { preserve: 'no' }, steps: ['stop'], before: there, after: 'none' }],
  [
    'gone with it whatever runs then',
    { of: { preserve: 'no', commands: ['stop'] }, steps: ['stop'], before: there, after: 'none' },
  ],
  ['gone but for a restart', { of: { preserve: 'restart' }, steps: ['stop'], before: there, after: 'none' }],
  [
    'preserved by a restart',
    { of: { preserve: 'restart' }, steps: ['restart'], before: there, after: 'same' },
  ],
  [
    'made anew by a restart',
    { of: { preserve: 'no' }, steps: ['restart'], before: file, after: 'directory' },
  ],
  [
    'gone with a oneshot',
    { of: { preserve: 'no' }, oneshot: true, steps: ['start'], before: none, after: 'none' },
  ],
  [
    'gone with it, for all its restarts',
    { of: { preserve: 'restart' }, oneshot: true, steps: ['start'], before: there, after: 'none' },
  ],
  [
    'gone with it when it is restarted',
    { of: { preserve: 'no' }, oneshot: true, steps: ['restart'], before: there, after: 'none' },
  ],
  ['preserved for it', { oneshot: true, steps: ['start'], before: there, after: 'same' }],
  [
    'kept where a restart has nothing to stop',
    { of: { preserve: 'no' }, activity: 'inactive', steps: ['restart'], before: there, after: 'same' },
  ],
])(
  'a directory below /run is %s',
  (_name, { of, oneshot = false, activity = 'active', steps, before, after }) => {
    const unit = {
      known: true,
      enablement: 'enabled',
      activity,
      needsReload: false,
      oneshot,
    } as const
    const effects = runtimeEffects('u.service', { ...unit, runtime: { ...runtime, ...of } }, steps)
    const world = new World(
      new Map<string, unknown>([
        [id('path', '/run/u'), before],
        [id('path', '/run/u/f'), none],
        [id('path', '/run'), { ...there, entries: ['a'] }],
        [id('path', '/run/other'), none],
      ]),
    )
    const then = world.after(effects)
    const reply = then.peek('path', { path: '/run/u' })
    if (after === 'unknown') expect(reply).toBeInstanceOf(Unknown)
    else if (after === 'none') expect(reply).toEqual(none)
    else if (after === 'same') expect(reply).toEqual(before)
    else if (after === 'directory')
      expect(reply).toMatchObject({ exists: true, type: 'directory', mode: 0o755, owner: 'root' })
    else expect(reply).toMatchObject(after)
    expect(then.peek('path', { path: '/run/other' })).toEqual(none)
    // Nobody knows what a service has put into a directory that it was made for.
    if (after === 'directory') {
      expect(reply).not.toHaveProperty('entries')
      expect(then.peek('path', { path: '/run/u/f' })).toBeInstanceOf(Unknown)
      expect(then.peek('path', { path: '/run' })).toMatchObject({ entries: ['a', 'u'] })
    }
    // A restart stays an act.
    expect(world.isMovedBy(effects)).toBe(false)
  },
)

test('a unit without such directories touches nothing', () => {
  const unit = { known: true, enablement: 'enabled', activity: 'active', needsReload: false } as const
  expect(runtimeEffects('u.service', unit, ['start', 'stop', 'restart'])).toEqual([])
})
