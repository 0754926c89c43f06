import { describe, expect, it, test, vi } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { backupsFirst, type Nodes, reorder, Rolling } from '../../src/ha/rolling.ts'
import { restoreScript, snapshotScript } from '../../src/ha/snapshot.ts'
import type { Spoken } from '../../src/ha/spoken.ts'
import { loadPlaybook } from '../../src/playbook/load.ts'
import type { PlayRun } from '../../src/playbook/program.ts'

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
  return { index: 0, play, hosts: [name], allHosts: [], members: new Set([name]), handlers: [] }
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

test('the holder comes last, whatever the size of the batches', () => {
  const order = backupsFirst(['a', 'b', 'c', 'd'], (host) => host === 'b')
  expect(order).toEqual(['a', 'c', 'd', 'b'])
  const batches = [run('x'), { ...run('y'), hosts: ['c', 'd'] }, run('z')]
  reorder(batches, order)
  expect(batches.map(({ hosts }) => hosts)).toEqual([['a'], ['c', 'd'], ['b']])
  expect([...(batches[1]?.members ?? [])]).toEqual(['c', 'd'])
})
