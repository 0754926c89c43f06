import { USUAL_CONDUCT } from '../../src/playbook/conduct.ts'
import { describe, expect, it, test, vi } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { backupsFirst, type Nodes, reorder, Rolling } from '../../src/ha/rolling.ts'
import { restoreScript, snapshotScript } from '../../src/ha/snapshot.ts'
import type { Spoken } from '../../src/ha/spoken.ts'
import { loadPlaybook } from '../../src/playbook/load.ts'
import type { PlayRun } from '../../src/playbook/step.ts'

const VIP = '10.0.0.100'
const WELL = `unit haproxy active\nreaches ${VIP}\n`
const BAD = `unit haproxy failed\nreaches ${VIP}\n`

/** Two nodes that say what they are told to, and note what is done to them. */
class Stage implements Nodes {
  readonly done: string[] = []
  looks: Record<string, string> = { a: `holds ${VIP}\n${WELL}`, b: WELL }
  kept = 'kept\n'
  /** Cannot be restored. */
  stuck: string | undefined

  endpoint() {
    return { vips: [VIP], port: 8443, statistics: undefined }
  }

  spoke: Record<string, Spoken> = {}

  spoken(host: string) {
    return this.spoke[host]
  }

  arrange(from: PlayRun, order: readonly string[]) {
    this.done.push(`from ${from.hosts.join()}: ${order.join(' ')}`)
  }

  say(text: string) {
    this.done.push(`say ${text}`)
  }

  ask: Nodes['ask'] = async (host, { text }) => {
    if (!text.includes('echo holds')) throw new Error(`unexpected: ${text}`)
    const look = this.looks[host]
    if (look === undefined) throw new HakubeError('silent', { code: 'connection-lost', host })
    return this.#note(`look ${host}`, look)
  }

  change: Nodes['change'] = async (host, { text }) => {
    if (text === snapshotScript.text) return this.#note(`keep ${host}`, this.kept)
    if (text === 'systemctl stop keepalived.service') return this.#note(`quiet ${host}`, '')
    if (text.includes('valid_lft')) return this.#note(`lend ${host}`, '')
    if (text.includes('ip addr del')) return this.#note(`take back ${host}`, '')
    if (text !== restoreScript.text) throw new Error(`unexpected: ${text}`)
    if (host === this.stuck) throw new HakubeError('Job for haproxy.service failed', { code: 'x', host })
    return this.#note(`restore ${host}`, '')
  }

  #note(what: string, answer: string): string {
    this.done.push(what)
    return answer
  }
}

const [play] = loadPlaybook('- hosts: all\n', 'site.yml').plays
const run = (name: string): PlayRun => {
  if (!play) throw new Error('no play')
  return {
    index: 0,
    play,
    hosts: [name],
    allHosts: [],
    selected: [],
    members: new Set([name]),
    conduct: USUAL_CONDUCT,
    handlers: [],
    handlerLists: [],
    seen: [],
  }
}

describe('a rolling change', () => {
  it('asks nothing where nothing changes', async () => {
    const stage = new Stage()
    const rolling = new Rolling(stage, ['a', 'b'])
    expect(await rolling.gate(run('b'))).toBeUndefined()
    expect(await rolling.finish(undefined)).toBeUndefined()
    expect(stage.done).toEqual([])
  })

  it('looks before the first change, keeps the files of each node once, and looks after each batch', async () => {
    const stage = new Stage()
    const rolling = new Rolling(stage, ['a', 'b'])
    await Promise.all([rolling.beforeChange('b'), rolling.beforeChange('b')])
    expect(await rolling.gate(run('a'))).toBeUndefined()
    await rolling.beforeChange('a')
    expect(await rolling.finish(undefined)).toBeUndefined()
    expect(stage.done).toEqual([
      'look a',
      'look b',
      'keep b',
      'look a',
      'look b',
      'from a: ',
      'keep a',
      'look a',
      'look b',
    ])
  })

  it('stops where the endpoint stays worse, and puts the files of changed nodes back, the last one first', async () => {
    vi.useFakeTimers()
    try {
      const stage = new Stage()
      const rolling = new Rolling(stage, ['a', 'b'])
      await rolling.beforeChange('b')
      await rolling.beforeChange('a')
      stage.looks['b'] = BAD
      const gate = rolling.gate(run('a'))
      await vi.advanceTimersByTimeAsync(31_000)
      const why = await gate
      expect(why).toBe('the endpoint is worse than before for 30 s: haproxy on b was active and is failed')
      stage.done.length = 0
      expect(await rolling.finish(why)).toBe(`${why}; the files from before are back on a, b`)
      expect(stage.done).toEqual(['restore a', 'restore b'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('waits for an endpoint that only takes its time', async () => {
    const stage = new Stage()
    const rolling = new Rolling(stage, ['a', 'b'])
    await rolling.beforeChange('b')
    stage.looks['b'] = BAD
    setTimeout(() => (stage.looks['b'] = WELL), 100)
    expect(await rolling.gate(run('a'))).toBeUndefined()
  })

  it('says which node could not be restored', async () => {
    const stage = new Stage()
    stage.stuck = 'a'
    const rolling = new Rolling(stage, ['a', 'b'])
    await rolling.beforeChange('a')
    await rolling.beforeChange('b')
    expect(await rolling.finish('a node failed')).toBe(
      'a node failed; the files from before are back on b, a could not be restored: Job for haproxy.service failed',
    )
  })

  it('looks once for all nodes of a batch', async () => {
    const stage = new Stage()
    const rolling = new Rolling(stage, ['a', 'b'])
    await Promise.all([rolling.beforeChange('a'), rolling.beforeChange('b')])
    expect(stage.done.filter((what) => what === 'look a')).toHaveLength(1)
  })

  it('counts a node that falls silent as worse', async () => {
    vi.useFakeTimers()
    try {
      const stage = new Stage()
      const rolling = new Rolling(stage, ['a', 'b'])
      await rolling.beforeChange('a')
      delete stage.looks['b']
      const gate = rolling.gate(run('b'))
      await vi.advanceTimersByTimeAsync(31_000)
      expect(await gate).toBe('the endpoint is worse than before for 30 s: b does not answer any more')
    } finally {
      vi.useRealTimers()
    }
  })

  it('leaves a node as it is that had no endpoint before', async () => {
    const stage = new Stage()
    stage.kept = ''
    const rolling = new Rolling(stage, ['a', 'b'])
    await rolling.beforeChange('a')
    expect(await rolling.finish('a node failed')).toBe(
      'a node failed; a had no endpoint before and stays as it is',
    )
    expect(stage.done).not.toContain('restore a')
  })
})

describe('a change of VRRP', () => {
  const spoken = (more: Partial<Spoken>): Spoken => ({
    active: true,
    holds: [],
    differences: [{ vip: VIP, text: 'VRID 51 → 77', drops: true }],
    leaves: [],
    peers: null,
    sources: [],
    lends: true,
    gap: 0.01,
    ...more,
  })

  function stage(): Stage {
    const made = new Stage()
    made.spoke = { a: spoken({ holds: [VIP] }), b: spoken({}) }
    return made
  }

  const SILENCED = `say VRRP changes`

  it('keeps all files, silences the standbys, and lends the holder its address before it begins', async () => {
    const made = stage()
    const rolling = new Rolling(made, ['a', 'b'])
    await rolling.open()
    expect(made.done.map((what) => what.slice(0, SILENCED.length))).toEqual([SILENCED])
    made.done.length = 0
    expect(await rolling.gate(run('b'))).toBeUndefined()
    expect(made.done).toEqual([
      'look a',
      'look b',
      'keep a',
      'keep b',
      'quiet b',
      'look a',
      'look b',
      'lend a',
      'from b: a b',
    ])
  })

  it('does not miss a keepalived that it has stopped itself, until its turn has come', async () => {
    vi.useFakeTimers()
    try {
      const made = stage()
      made.looks = { a: `holds ${VIP}\nunit keepalived active\n`, b: 'unit keepalived active\n' }
      const rolling = new Rolling(made, ['a', 'b'])
      await rolling.open()
      await rolling.beforeChange('a').catch(() => undefined)
      const first = { ...run('a') }
      expect(await rolling.gate(first)).toBeUndefined()
      made.looks['b'] = 'unit keepalived inactive\n'
      await rolling.beforeChange('a')
      made.done.length = 0
      expect(await rolling.gate(run('b'))).toBeUndefined()
      expect(made.done).toContain('take back a')
      await rolling.beforeChange('b')
      const end = rolling.finish(undefined)
      await vi.advanceTimersByTimeAsync(32_000)
      expect(await end).toMatch(/keepalived on b was active and is inactive/)
    } finally {
      vi.useRealTimers()
    }
  })

  it('goes back the same way: silence first, then the holder, then the others', async () => {
    const made = stage()
    const rolling = new Rolling(made, ['a', 'b'])
    await rolling.open()
    await rolling.gate(run('a'))
    await rolling.beforeChange('a')
    made.done.length = 0
    await rolling.finish('a node failed')
    expect(made.done).toEqual(['quiet b', 'lend a', 'restore a', 'restore b', 'take back a'])
  })

  it('is refused where nothing has prepared for it, or somebody objects', async () => {
    const rolling = new Rolling(stage(), ['a', 'b'])
    await expect(rolling.beforeChange('b')).rejects.toMatchObject({ code: 'refused' })
    const objecting = new Rolling(stage(), ['a', 'b'], () => {
      throw new HakubeError('no', { code: 'refused' })
    })
    await expect(objecting.open()).rejects.toMatchObject({ code: 'refused' })
  })
})

test('the order is that of the holders at the time of each batch', async () => {
  const stage = new Stage()
  const node = (holds: string[]): Spoken => ({
    active: true,
    holds,
    differences: [],
    leaves: [],
    peers: null,
    sources: [],
    lends: true,
    gap: 1,
  })
  stage.spoke = { a: node([VIP]), b: node([]), c: node([]) }
  stage.looks['c'] = WELL
  const rolling = new Rolling(stage, ['a', 'b', 'c'])
  await rolling.open()
  await rolling.gate(run('b'))
  expect(stage.done).toContain('from b: b c a')
  await rolling.beforeChange('b')
  stage.looks = { ...stage.looks, a: WELL, c: `holds ${VIP}\n${WELL}` }
  await rolling.gate(run('c'))
  expect(stage.done).toContain('from c: a b c')
})

test('the holder comes last, whatever the size of the batches', () => {
  const order = backupsFirst(['a', 'b', 'c', 'd'], (host) => host === 'b')
  expect(order).toEqual(['a', 'c', 'd', 'b'])
  const batches = [run('x'), { ...run('y'), hosts: ['c', 'd'] }, run('z')]
  reorder(batches, order)
  expect(batches.map(({ hosts }) => hosts)).toEqual([['a'], ['c', 'd'], ['b']])
  expect([...(batches[1]?.members ?? [])]).toEqual(['c', 'd'])
})
