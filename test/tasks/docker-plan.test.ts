import { describe, expect, test } from 'vitest'
import { pathKey } from '../../src/world/path-names.ts'
import { id } from '../../src/world/world.ts'
import { differing, type Told } from './containers.ts'
import { container, image, NONE, plan, there } from './docker-recorded.ts'
import { applyOf } from './worlds.ts'

const effectsOf = async (made: ReturnType<typeof plan>) => {
  const change = await made
  if (change.status !== 'change') throw new Error(JSON.stringify(change))
  return change.effects
}

describe('networks', () => {
  const inside = container.replace(
    /"Networks": \{/,
    '"Networks": { "n1": { "IPAMConfig": { "IPv4Address": "192.0.2.9", "IPv6Address": "2001:db8::9" }, "Aliases": ["a1"], "Links": ["db:alias"] },',
  )
  const known = { 'network n1': '[{}]', 'network n2': '[{}]' }
  const told: Told = { sections: { container: inside, image, ...known } }
  const of = (n1: Record<string, unknown>, ...more: string[]) => ({
    networks: [{ name: 'n1', ...n1 }, ...more.map((name) => ({ name }))],
  })

  test.each<[Record<string, unknown>, string[]]>([
    [of({}), ['ok']],
    [
      of({ ipv4_address: '192.0.2.9', ipv6_address: '2001:db8::9', aliases: ['a1'], links: ['db:alias'] }),
      ['ok'],
    ],
    [of({ ipv4_address: '192.0.2.10' }), ['network n1']],
    [of({ ipv6_address: '2001:db8::10' }), ['network n1']],
    [of({ aliases: ['a2'] }), ['network n1']],
    [of({ links: ['db'] }), ['network n1']],
    [of({}, 'n2'), ['network n2']],
    [{ ...of({ aliases: ['a2'] }), comparisons: { networks: 'ignore' } }, ['ok']],
    [{ networks: [{ name: 'n2' }], comparisons: { networks: 'strict' } }, ['network n2', 'network n1']],
    [{ networks: [], purge_networks: true }, ['network n1']],
  ])('%j differs in %j', async (more, names) => {
    expect(differing(await plan(more, told))).toEqual(names)
  })

  test('it joins them when it is made, and leaves those that are not asked for', async () => {
    const made = { networks: [{ name: 'n1', aliases: ['a1'] }], purge_networks: true, network_mode: 'bridge' }
    const script = applyOf(await plan(made, { sections: { container: NONE, image, ...known } }))
    expect(script).toContain('network connect --alias=a1 n1 "$hk_name"')
    expect(script).toContain('network disconnect bridge "$hk_name"')
  })
})

test.each(['network_mode', 'ipc_mode', 'pid_mode'])(
  '%s of another container: inspect has its ID',
  async (name) => {
    const key = { network_mode: 'NetworkMode', ipc_mode: 'IpcMode', pid_mode: 'PidMode' }[name] ?? ''
    const shared = container.replace(new RegExp(`"${key}": "[^"]*"`), `"${key}": "container:12"`)
    const found = (number: string) =>
      plan(
        { [name]: 'container:db' },
        { sections: { container: shared, image, 'other db': `[{"Id": "${number}"}]` } },
      )
    expect(differing(await found('12'))).toEqual(['ok'])
    expect(differing(await found('13'))).toEqual([name])
  },
)

test('the ID of a container that is made anew is none that anybody knows, and one that is gone has none', async () => {
  const told: Told = { sections: { container, image, 'other db': '[{"Id": "12"}]' } }
  const later = async (first: Record<string, unknown>) => {
    const effects = await effectsOf(plan({ name: 'db', ...first }))
    return (await plan({ network_mode: 'container:db' }, { ...told, effects })).status
  }
  expect(await later({ recreate: true })).toBe('unknown')
  expect(differing(await plan({ network_mode: 'container:db' }, told))).toEqual(['network_mode'])
})

test('an image that an earlier task pulls is there, and nobody knows which', async () => {
  const gone = { container, image: '[]\n#failed Error: No such image: tiny:1' }
  const effects = await effectsOf(plan({ name: 'first' }, { sections: { ...gone, container: NONE } }))
  expect(await plan({}, { sections: gone, effects })).toMatchObject({
    status: 'unknown',
    why: 'whether tiny:1 is the image of keepalived once it is pulled',
  })
  const made = await plan({}, { sections: { ...gone, container: NONE }, effects })
  expect(applyOf(made)).not.toContain('hk_pull tiny:1')
})

test('a container is of the image that has been pulled for it, until it is pulled again', async () => {
  const told = { sections: { container: NONE, image: '[]\n#failed Error: No such image: tiny:1' } }
  const made = await effectsOf(plan({}, told))
  expect(await plan({}, { ...told, effects: made })).toMatchObject({ status: 'ok' })
  const pulled = await effectsOf(plan({ name: 'other', pull: 'always' }, { ...told, effects: made }))
  const why = 'whether tiny:1 is the image of keepalived once it is pulled'
  expect(await plan({}, { ...told, effects: [...made, ...pulled] })).toEqual({ status: 'unknown', why })
})

describe('env_file', () => {
  const path = '/root/vars'
  const key = id('path', pathKey(path, true))
  const told = (content: string | undefined): Told => ({
    ...there,
    more: {
      [key]:
        content === undefined
          ? { exists: false }
          : { exists: true, type: 'file', content: Buffer.from(content) },
    },
  })
  test.each<[string, Record<string, string>, string[]]>([
    ['ROUTER=lb1\n', {}, ['ok']],
    ['ROUTER=lb2\n', {}, ['env']],
    ['ROUTER=lb2\n', { ROUTER: 'lb1' }, ['ok']],
    ['MORE=1\n', { ROUTER: 'lb1' }, ['env']],
  ])('%j beside %j differs in %j', async (content, env, names) => {
    expect(differing(await plan({ env_file: path, env }, told(content)))).toEqual(names)
  })
  test('is not there', async () => {
    expect(await plan({ env_file: path }, told(undefined))).toMatchObject({
      status: 'fail',
      message: 'env_file: there is no file /root/vars',
    })
  })
})

test('which image says what the task does not', async () => {
  // The image of the name has come to be another one, with another variable.
  const other = image.replace('"FROM=image"', '"FROM=elsewhere"')
  const told: Told = { sections: { container, image: other, own: image } }
  const ignore = { comparisons: { image: 'ignore' } }
  expect(differing(await plan(ignore, told))).toEqual(['env'])
  expect(differing(await plan({ ...ignore, image_comparison: 'current-image' }, told))).toEqual(['ok'])
})
