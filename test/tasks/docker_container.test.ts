import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import docker from '../../src/tasks/docker_container.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { effectOnAll, id, World } from '../../src/world/world.ts'
import {
  callsOf,
  differing,
  engineShells,
  type EngineState,
  planContainer,
  type Told,
  verbs,
} from './containers.ts'
import { blank, container, image, keepalived, NONE, plan, there } from './docker-recorded.ts'
import { controllerWith, hostOf, look, planOf } from './harness.ts'
import { applyOf } from './worlds.ts'

test('a container that is as it is to be', async () => {
  const found = await plan({})
  expect(found).toMatchObject({ status: 'ok', reason: 'the container keepalived runs as it is to be' })
  // As newer releases of Docker write the same.
  const newer = container
    .replaceAll(/"(NET_\w+)"/g, '"CAP_$1"')
    .replace('"/srv/state:/state:rw"', '"/srv/state:/state"')
  expect(newer).not.toBe(container)
  expect(await plan({}, { sections: { container: newer, image } })).toMatchObject({ status: 'ok' })
})

test.each<[Record<string, unknown>, string[]]>([
  [{ env: { ROUTER: 'lb2', MORE: 'x' } }, ['env']],
  [{ capabilities: ['NET_ADMIN', 'SYS_NICE'] }, ['capabilities']],
  [{ volumes: ['/etc/passwd:/conf/passwd'] }, ['volumes']],
  [{ network_mode: 'bridge' }, ['network_mode']],
  [{ network_mode: 'default' }, ['network_mode']],
  [{ entrypoint: ['/bin/sh'] }, ['command']],
  [{ entrypoint: ['/bin/sh', '-e'] }, ['command', 'entrypoint']],
  [{ command: 'sleep 600' }, ['command']],
  [{ command: "'sleep 600'" }, ['ok']],
  [{ healthcheck: { test: 'test -e /bin/sh' } }, ['ok']],
  [{ healthcheck: { test: ['CMD', 'test', '-e', '/bin/ls'] } }, ['healthcheck']],
  [{ healthcheck: {} }, ['healthcheck']],
  [{ ulimits: ['nofile:100'] }, ['ulimits']],
  [{ log_options: { 'max-size': '2m' } }, ['log_options']],
  [{ privileged: true, tty: true }, ['privileged', 'tty']],
  [{ restart_policy: 'always' }, ['restart_policy']],
  [{ memory: '128M', cpu_shares: 5 }, ['cpu_shares', 'memory']],
  [{ memory: '128M', tty: true }, ['tty', 'memory']],
  [{ ports: ['8080:80'] }, ['published_ports']],
  [{ env: { ROUTER: 'lb1' }, comparisons: { env: 'strict' } }, ['ok']],
  [{ env: {}, comparisons: { env: 'strict' } }, ['env']],
  [{ labels: { made: 'test' }, comparisons: { labels: 'strict' } }, ['ok']],
  [{ labels: {}, comparisons: { labels: 'strict' }, image_label_mismatch: 'fail' }, ['fail']],
  [{ comparisons: { '*': 'ignore' }, tty: true, env: { A: 'b' } }, ['ok']],
  [{ comparisons: { '*': 'ignore', tty: 'strict' }, tty: true, env: { A: 'b' } }, ['tty']],
  [{ image_name_mismatch: 'recreate', image: 'other/tiny:1' }, ['image']],
  [{ image: 'other/tiny:1' }, ['ok']],
  [{ paused: true }, ['paused']],
  [{ state: 'stopped' }, ['container']],
  [{ state: 'present' }, ['ok']],
  [{ state: 'present', tty: true }, ['tty', 'container']],
  [{ state: 'absent' }, ['container']],
])('%j differs in %j', async (more, names) => {
  expect(differing(await plan(more))).toEqual(names)
})

test('how docker is told of what has a form of its own', async () => {
  const made = applyOf(
    await plan(
      {
        links: ['db:alias', 'plain'],
        published_ports: ['8080:80', '[::1]::53/udp'],
        default_host_ip: '',
        exposed_ports: ['7000-7001'],
        device_read_bps: [{ path: '/dev/sda', rate: '1M' }],
        mounts: [{ type: 'volume', source: 'v', target: '/v', labels: { a: 'b,c' }, no_copy: true }],
        tmpfs: ['/t', '/u:size=1m'],
        cpus: 1.5,
        platform: 'linux/amd64',
        healthcheck: { test: ['NONE'] },
        interactive: true,
        detach: false,
      },
      blank,
    ),
  )
  for (const word of [
    '--link=db:alias --link=plain:plain',
    "--publish=8080:80/tcp '--publish=[::1]::53/udp'",
    '--expose=7000/tcp --expose=7001/tcp --expose=80/tcp --expose=53/udp',
    '--device-read-bps=/dev/sda:1048576',
    `'--mount=type=volume,source=v,target=/v,volume-nocopy=true,"volume-label=a=b,c"'`,
    '--tmpfs=/t --tmpfs=/u:size=1m',
    '--cpus=1.5',
    '--platform=linux/amd64',
    '--no-healthcheck',
    '--attach=stdout --attach=stderr',
  ])
    expect(made).toContain(word)
})

test('another image', async () => {
  const other = image.replace(/"Id": "sha256:\w{8}/, '"Id": "sha256:01234567')
  const told = { sections: { container, image: other } }
  expect(differing(await plan({}, told))).toEqual(['image'])
  expect(differing(await plan({ comparisons: { image: 'ignore' } }, told))).toEqual(['ok'])
  // Its variables are those of an image that is not the container's.
  const more = other.replace('"FROM=image"', '"FROM=image","OTHER=1"')
  expect(differing(await plan({}, { sections: { container, image: more } }))).toEqual(['image', 'env'])
})

describe('pulls', () => {
  const gone = '[]\n#failed Error: No such image: tiny:1'
  test('what is not there', async () => {
    const missing = await plan({}, { sections: { container: NONE, image: gone } })
    expect(applyOf(missing)).toContain('hk_pull tiny:1')
    expect(await plan({ pull: 'never' }, { sections: { container: NONE, image: gone } })).toMatchObject({
      status: 'fail',
      message: 'the image tiny:1 is not on this host, and pull is never',
    })
    const byId = { image: `sha256:${'0'.repeat(64)}` }
    expect(await plan(byId, { sections: { container: NONE, image: gone } })).toMatchObject({ status: 'fail' })
  })
  test('always: only the pull shows whether anything changes', async () => {
    expect(await plan({ pull: 'yes' })).toMatchObject({ status: 'change', maybe: true, once: true, diff: [] })
    expect(await plan({ pull: 'yes', tty: true })).not.toMatchObject({ maybe: true })
    expect(await plan({ pull: 'no' })).toMatchObject({ status: 'ok' })
    expect(applyOf(await plan({ pull: 'always' }))).toContain('container create')
    expect(applyOf(await plan({ pull: 'always', comparisons: { image: 'ignore' } }))).not.toContain(
      'container create',
    )
  })
})

test('a container that is being removed is waited for', async () => {
  const leaving = container.replace(/"Status": "\w+"/, '"Status": "removing"')
  const told = { sections: { container: leaving, image } }
  expect(applyOf(await plan({ tty: true }, told))).toMatch(/\nhk_gone\n[^]*container create/)
  expect(await plan({ state: 'absent' }, told)).toMatchObject({ status: 'ok' })
})

test('what docker update can change makes no new container', async () => {
  const update = applyOf(await plan({ restart_policy: 'on-failure', restart_retries: 3, memory: '128M' }))
  expect(update).toContain('container update --memory=134217728 --restart=on-failure:3 $hk_swap "$hk_name"')
  expect(update).not.toContain('container create')
  // To docker update 0 is no limit at all, but no word about it.
  for (const more of [{ memory: '0' }, { memory_swap: '0', memory: '64M' }])
    expect(applyOf(await plan(more))).toContain('container create')
  expect(applyOf(await plan({ restart_retries: 0, restart_policy: 'always' }))).not.toContain(
    'container create',
  )
})

describe('a host that cannot', () => {
  const sections = { none: '' }
  const silent = { container: '#failed Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' }
  const effects = (kind: 'package' | 'unit') => [effectOnAll(kind, (before) => before)]
  test('has no docker', async () => {
    expect(await plan({}, { sections })).toMatchObject({ status: 'fail', message: 'this host has no docker' })
    expect(await plan({}, { sections, effects: effects('package') })).toMatchObject({ status: 'unknown' })
  })
  test('has a daemon that does not answer', async () => {
    const denied = { container: '#failed permission denied while trying to connect to the Docker daemon' }
    expect(await plan({}, { sections: denied })).toMatchObject({
      status: 'fail',
      hint: expect.stringMatching(/become/),
    })
    expect(await plan({}, { sections: silent })).toMatchObject({ status: 'fail', message: /Cannot connect/ })
    expect(await plan({}, { sections: silent, effects: effects('unit') })).toMatchObject({
      status: 'unknown',
    })
  })
  test('has no such network', async () => {
    const told = { sections: { container: NONE, image, 'network n1': '[]\n#failed no such network' } }
    expect(await plan({ network_mode: undefined, networks: [{ name: 'n1' }] }, told)).toMatchObject({
      status: 'unknown',
      why: 'there is no network n1',
    })
  })
  test('has nothing to make it of', async () => {
    expect(await planContainer(docker, { name: 'keepalived' }, blank)).toMatchObject({ status: 'fail' })
  })
})

test('a later task finds what an earlier one makes', async () => {
  const made = await plan({}, blank)
  if (made.status !== 'change') throw new Error('it is not there yet')
  const { effects } = made
  const later = (more: Record<string, unknown>) => plan(more, { ...blank, effects })
  expect(await later({})).toMatchObject({ status: 'ok', foreseen: true })
  expect(await plan({})).not.toHaveProperty('foreseen')
  expect(await later({ state: 'stopped' })).toMatchObject({ status: 'change' })
  expect(differing(await later({ env: { ROUTER: 'lb2' } }))).toEqual(['env'])
  // Docker's own default, and one that the daemon may have set to something else.
  expect(differing(await later({ tty: true }))).toEqual(['tty'])
  expect(await later({ shm_size: '1M' })).toMatchObject({ status: 'unknown' })
  const stopped = await later({ state: 'stopped' })
  const gone = await later({ state: 'absent' })
  if (stopped.status !== 'change' || gone.status !== 'change') throw new Error('it is there')
  expect(differing(await plan({}, { ...blank, effects: [...effects, ...stopped.effects] }))).toEqual([
    'container',
  ])
  expect(await plan({ state: 'absent' }, { ...blank, effects: [...effects, ...gone.effects] })).toMatchObject(
    {
      status: 'ok',
    },
  )
})

test('where a pull may make it anew, nobody knows of which image it is then', async () => {
  const made = await plan({}, blank)
  if (made.status !== 'change') throw new Error('it is not there yet')
  const far = await plan(
    { image: 'far:1' },
    {
      ...blank,
      sections: { container: NONE, image: '[]\n#failed Error: No such image: far:1' },
      effects: made.effects,
    },
  )
  if (far.status !== 'change') throw new Error(far.status)
  expect(await plan({}, { ...blank, effects: [...made.effects, ...far.effects] })).toMatchObject({
    status: 'unknown',
    why: expect.stringMatching(/^whether tiny:1 is the image of /),
  })
})

test('which labels an image has that is pulled is not known', async () => {
  const labels = { image_label_mismatch: 'fail', comparisons: { labels: 'strict' } }
  const pulled = await plan({ pull: 'always' }, blank)
  if (pulled.status !== 'change') throw new Error(pulled.status)
  const then = { ...blank, effects: pulled.effects }
  expect(await plan({ labels: {}, ...labels }, then)).toMatchObject({
    status: 'unknown',
    why: 'what tiny:1 is once it is pulled',
  })
})

test('a container that its task removes at its end is gone for later tasks', async () => {
  for (const more of [{ cleanup: true }, { auto_remove: true }, {}]) {
    const made = await plan({ detach: false, ...more }, blank)
    if (made.status !== 'change') throw new Error('it is not there yet')
    expect(await plan({ state: 'absent' }, { ...blank, effects: made.effects })).toMatchObject({
      status: Object.keys(more).length > 0 ? 'ok' : 'change',
    })
  }
})

test('the same name at another daemon is another container', async () => {
  const made = await plan({}, blank)
  if (made.status !== 'change') throw new Error('it is not there yet')
  const told = { ...blank, effects: made.effects }
  expect(await plan({ docker_host: 'tcp://x:1' }, told)).toMatchObject({ status: 'change' })
  expect(await plan({}, told)).toMatchObject({ status: 'ok' })
  // The one that docker speaks to without a word, unless a variable says otherwise.
  const why = 'whether "docker -H unix:///var/run/docker.sock" and "docker" are one engine'
  expect(await plan({ docker_host: 'unix:///var/run/docker.sock' }, told)).toEqual({ status: 'unknown', why })
  expect(await plan({ docker_host: 'unix:///var/run/docker.sock', name: 'other' }, told)).toMatchObject({
    status: 'change',
  })
  const named = await plan({ docker_host: 'unix:///var/run/docker.sock' }, blank)
  if (named.status !== 'change') throw new Error('it is not there yet')
  expect(
    await plan({ docker_host: 'unix:///run/docker.sock' }, { ...blank, effects: named.effects }),
  ).toMatchObject({ status: 'ok' })
})

test('what only the image says is that of the image it was made of last', async () => {
  const other = image
    .replace(/"Id": "sha256:\w{8}/, '"Id": "sha256:01234567')
    .replace('"FROM=image"', '"OTHER=1"')
  const anew = await plan({}, { sections: { container, image: other } })
  if (anew.status !== 'change') throw new Error('it is of another image')
  for (const comparisons of [{}, { env: 'strict' }]) {
    const later = { image: undefined, comparisons }
    const told = { sections: { container, own: image }, effects: anew.effects }
    expect(await plan(later, told)).toMatchObject({ status: 'ok' })
    expect(differing(await plan({ ...later, env: { ROUTER: 'lb2' } }, told))).toEqual(['env'])
  }
})

test('of a container that was made of an image nobody has looked at, nobody knows what the image says', async () => {
  const anew = await plan({ image: undefined, recreate: true }, { sections: { container, own: image } })
  if (anew.status !== 'change') throw new Error('a change is meant')
  expect(await plan({}, { ...there, effects: anew.effects })).toMatchObject({ status: 'unknown' })
})

test('an answer that breaks off is no answer', async () => {
  for (const sections of [
    { container: '[\n{', image },
    { container, image: '[\n{' },
  ])
    expect(await plan({}, { sections })).toMatchObject({
      status: 'fail',
      message: 'docker gives an answer that is no JSON',
      hint: expect.stringContaining('docker container inspect keepalived'),
    })
  const task = await docker.prepare(docker.params.parse(keepalived), controllerWith())
  const stdout = Buffer.from('#did no\n#container\n[\n{')
  expect(docker.result?.(task, { code: 0, stdout, stderr: Buffer.alloc(0) })).toEqual({ changed: false })
})

test('what shares the network of another container is in no network that it could leave', async () => {
  const shared = { network_mode: 'container:db', purge_networks: true }
  const told = { sections: { container: NONE, image, 'other db': '[{"Id": "12"}]' } }
  expect(applyOf(await plan(shared, told))).not.toContain('network disconnect')
})

test('what is known of a container stays known where a task starts, stops or updates it', async () => {
  for (const more of [{ state: 'stopped' }, { restart_policy: 'always' }, { paused: true }]) {
    const change = await plan(more)
    if (change.status !== 'change') throw new Error('a change is meant')
    const after = { ...there, effects: change.effects }
    expect(await plan(more, after)).toMatchObject({ status: 'ok' })
    expect(await plan({ ...more, hostname: 'other' }, after)).toMatchObject({ status: 'change' })
  }
})

describe('what it sees of the host', () => {
  const missing = (...paths: string[]) => ({
    more: Object.fromEntries(paths.map((at) => [id('path', pathKey(at, true)), { exists: false }])),
  })
  const bind = { volumes: [], mounts: [{ type: 'bind', source: '/srv/m', target: '/m' }] }
  const stopped = container.replace('"Running": true', '"Running": false')
  const made = async (more: Record<string, unknown>, told: Told): Promise<string[]> => {
    const change = await plan(more, { ...told, ...missing('/srv/state', '/srv/m') })
    if (change.status !== 'change') return [change.status === 'fail' ? change.message : change.status]
    const world = new World(
      new Map(['/srv/state', '/srv/m'].map((at) => [id('path', pathKey(at, true)), { exists: false }])),
    ).after(change.effects)
    return ['/srv/state', '/srv/m'].filter((at) => world.get('path', { path: at, follow: true }).exists)
  }
  const rest = [
    { container, image },
    { container: stopped, image },
  ] as const

  test('docker makes directories when it starts, and not before', async () => {
    expect(await made({}, blank)).toEqual(['/srv/state'])
    expect(await made({ state: 'present' }, blank)).toEqual([])
    expect(await made({ state: 'stopped' }, blank)).toEqual([])
    expect(await made({ restart: true }, { sections: rest[0] })).toEqual(['/srv/state'])
    expect(await made({ paused: true }, { sections: rest[0] })).toEqual([])
    expect(await made({ state: 'stopped' }, { sections: rest[0] })).toEqual([])
  })

  test('those of a container that stays are its own, whatever the task says', async () => {
    const bare = { image: undefined, volumes: undefined }
    expect(await made(bare, { sections: rest[1] })).toEqual(['/srv/state'])
    const first = await plan({ state: 'present' }, blank)
    if (first.status !== 'change') throw new Error('it is not there yet')
    expect(await made(bare, { ...blank, effects: first.effects })).toEqual(['/srv/state'])
  })

  test('the source of a mount has to be there', async () => {
    expect(await made(bind, blank)).toEqual(['/srv/m is not there to be mounted'])
    expect(await made({ ...bind, state: 'present' }, blank)).toEqual(['/srv/m is not there to be mounted'])
    const mounted = stopped.replace(
      '"HostConfig": {',
      '"HostConfig": { "Mounts": [{ "Type": "bind", "Source": "/srv/m", "Target": "/m" }],',
    )
    expect(mounted).not.toBe(stopped)
    const told = { sections: { container: mounted, image } }
    expect(await made({}, told)).toEqual(['/srv/m is not there to be mounted'])
    expect(await made({ state: 'stopped' }, told)).toEqual(['ok'])
  })
})

test('a task that waits for a health check of which there is none', async () => {
  const none = container.replace(/"Healthcheck": \{[^}]*\},/, '')
  expect(none).not.toBe(container)
  const told = { sections: { container: none, image } }
  const healthy = { state: 'healthy', healthcheck: undefined }
  const message = 'keepalived has no health check that could say so'
  expect(await plan(healthy, told)).toMatchObject({ status: 'fail', message })
  expect(await plan(healthy, blank)).toMatchObject({ status: 'fail', message })
  expect(await plan({ state: 'healthy', healthcheck: {} }, blank)).toMatchObject({ status: 'fail', message })
  // With one of its own, or one that nobody has looked at.
  expect(await plan(healthy)).toMatchObject({ status: 'change', counts: false })
  expect(await plan({ ...healthy, healthcheck: { test: 'true' } }, told)).toMatchObject({ status: 'change' })
  const unseen = { sections: { container: NONE, image: '[]\n#failed Error: No such image: tiny:1' } }
  expect(await plan(healthy, unseen)).toMatchObject({ status: 'change' })
  const first = await plan({ state: 'healthy' }, blank)
  if (first.status !== 'change') throw new Error('it is not there yet')
  expect(await plan({ state: 'healthy' }, { ...blank, effects: first.effects })).toMatchObject({
    status: 'ok',
  })
})

test('of a container that an earlier task makes, what the image brings is known, too', async () => {
  const other = image
    .replace(/"Id": "sha256:\w{8}/, '"Id": "sha256:01234567')
    .replace('"FROM=image"', '"OTHER=1"')
    .replace('"WorkingDir": ""', '"WorkingDir": "/srv"')
  expect(other).toContain('/srv')
  const first = await plan({ entrypoint: undefined, command: undefined, labels: { a: 'b' } }, blank)
  if (first.status !== 'change') throw new Error('it is not there yet')
  const later = async (more: Record<string, unknown>, seen = image) =>
    differing(
      await plan(
        { entrypoint: undefined, command: undefined, ...more },
        { sections: { container: NONE, image: seen }, effects: first.effects },
      ),
    )
  expect(await later({})).toEqual(['ok'])
  expect(await later({ working_dir: '/srv' })).toEqual(['working_dir'])
  expect(await later({ command: 'sleep 1000' })).toEqual(['ok'])
  expect(await later({ command: 'sleep 1' })).toEqual(['command'])
  expect(await later({ labels: { made: 'test' }, comparisons: { labels: 'strict' } })).toEqual(['labels'])
  expect(await later({ image: 'tiny:1' }, other)).toEqual(['image', 'env'])
  const entered = await plan({ command: undefined }, blank)
  if (entered.status !== 'change') throw new Error('it is not there yet')
  // What docker makes of an entrypoint of two words, whose image's command is forgotten.
  expect(
    differing(
      await plan({ entrypoint: ['/bin/sh'], command: ['-c'] }, { ...blank, effects: entered.effects }),
    ),
  ).toEqual(['ok'])
})

test('the limit of memory and swap that docker is told with that of memory is known then', async () => {
  const grown = async (told: Told, before: string) => {
    const change = await plan({ memory: before }, told)
    if (change.status !== 'change') throw new Error('it has another limit')
    const more = await plan({ memory: '256M' }, { ...told, effects: change.effects })
    if (more.status !== 'change') throw new Error('it has another limit')
    const effects = [...change.effects, ...more.effects]
    const swapped = await plan({ memory: '256M', memory_swap: '512M' }, { ...told, effects })
    return [swapped.status, ...differing(await plan({ memory: '256M' }, { ...told, effects }))]
  }
  expect(await grown(there, '80M')).toEqual(['ok', 'ok'])
  // What it was before hangs on the runtime.
  expect(await grown(blank, '80M')).toEqual(['unknown', 'ok'])
})

test('what is paused goes on when it is restarted', async () => {
  const told = { sections: { container: container.replace('"Paused": false', '"Paused": true'), image } }
  const restarted = await plan({ restart: true }, told)
  if (restarted.status !== 'change') throw new Error('a restart is a change')
  const after = { ...told, effects: restarted.effects }
  expect(differing(await plan({ paused: true }, after))).toEqual(['paused'])
  expect(await plan({ paused: false }, after)).toMatchObject({ status: 'ok' })
  // And is paused again where it is to be.
  const again = await plan({ restart: true, paused: true }, told)
  expect(applyOf(again)).toMatch(/container restart[^]*container pause/)
  expect(applyOf(await plan({ restart: true, paused: false }, told))).not.toContain('pause')
})

test('a bare no is a restart policy', async () => {
  const parsed = docker.params.parse({ ...keepalived, restart_policy: false })
  expect(parsed.restart_policy).toBe('no')
  expect(() => docker.params.parse({ ...keepalived, restart_policy: true })).toThrow(/restart_policy/)
})

test.each<[Record<string, unknown>, RegExp]>([
  [{ env: { A: true } }, /value of A is not a text/],
  [{ volumes: ['/a:/x', '/b:/x'] }, /mount point \/x is there twice/],
  [{ log_driver: undefined }, /log_options needs log_driver/],
  [{ restart_retries: 3, restart_policy: undefined }, /needs restart_policy/],
  [{ comparisons: { '*': 'allow_more_present' } }, /strict or ignore/],
  [{ comparisons: { tty: 'allow_more_present' } }, /tty is a single value/],
  [{ comparisons: { nonsense: 'strict' } }, /nonsense is no property/],
  [{ published_ports: ['example.org:80:80'] }, /no port to publish/],
  [{ memory: 'lots' }, /memory: "lots" is no size/],
  [{ healthcheck: { test: ['curl'] } }, /begins with NONE, CMD or CMD-SHELL/],
  [{ image: undefined, state: 'present' }, /needs the image/],
  [
    { mounts: [{ target: '/v', volume_options: { o: 'bind' } }] },
    /volume_options of \/v needs volume_driver/,
  ],
  [{ device_read_iops: [{ path: '/dev/sda', rate: 'abc' }] }, /device_read_iops: "abc" is no number/],
  [{ device_write_iops: [{ path: '/dev/sda', rate: '1.5' }] }, /device_write_iops: "1.5" is no number/],
  [{ volumes: ['/a:/b:rx'] }, /"rx" is no mode/],
])('%j is refused', (more, message) => {
  const params = docker.params.parse({ ...keepalived, ...more })
  expect(() => docker.prepare(params, controllerWith())).toThrow(message)
})

/** A program that warns, and has one container and one image. */
const ASKED = `#!/bin/sh
echo 'WARNING: an old daemon' >&2
case "$*" in
'container inspect keepalived') cat "$0.container" ;;
'image inspect tiny:1') cat "$0.image" ;;
*) echo '[]'; echo "Error: No such $1: $3" >&2; exit 1 ;;
esac
`

describe.each(engineShells)('what docker is told: %s', (name, shell) => {
  async function calls(more: Record<string, unknown>, told: Told, state: EngineState) {
    const { log, output } = callsOf('docker', [name, shell], await plan(more, told), state)
    const prepared = await docker.prepare(docker.params.parse(keepalived), controllerWith())
    return { code: output.code, log, result: docker.result?.(prepared, output) }
  }

  test('make it anew, with what it is to be, and secrets on no command line', async () => {
    const { code, log, result } = await calls({ env: { SECRET: "it's" } }, there, { running: true })
    expect(code).toBe(0)
    expect(verbs(log)).toEqual(['stop', 'rm', 'create', 'start'])
    expect(log[2]).toBe(
      "container create --name keepalived --attach=stdout --cap-add=NET_ADMIN --cap-add=NET_BROADCAST --cap-add=NET_RAW --health-cmd=test -e /bin/sh --health-interval=30000000000ns --log-driver=json-file --log-opt=max-size=1m --memory=67108864 --network=host --restart=unless-stopped --ulimit=nofile=100:200 --volume=/etc/passwd:/conf/passwd:ro --volume=/srv/state:/state:rw --env=SECRET --entrypoint=/bin/sh tiny:1 -c sleep 600 secret=it's",
    )
    expect(result).toMatchObject({ container: new Map([['Id', '1']]) })
    expect(result).not.toHaveProperty('changed')
  })

  test('a pull that brings nothing new leaves it alone', async () => {
    const own = /"Image": "(sha256:\w+)"/.exec(container)?.[1] ?? ''
    // The fake's pull says "new": the container has another image.
    const other = await calls({ pull: 'always' }, there, { running: true, image: own })
    expect(other.log.join('\n')).toMatch(/image pull[^]*container create[^]*container start/)
    const same = container.replace(own, 'new')
    const told = { sections: { container: same, image } }
    const { log, result } = await calls({ pull: 'always' }, told, { running: true, image: 'new' })
    expect(log).toEqual(['image pull tiny:1 secret='])
    expect(result).toMatchObject({ changed: false })
  })

  test('what is paused goes on, or is paused again, also where a pull brings another image', async () => {
    const told = { sections: { container: container.replace('"Paused": false', '"Paused": true'), image } }
    const done = async (more: Record<string, unknown>, brought: string) => {
      const { code, log } = await calls({ pull: 'always', ...more }, told, {
        running: true,
        paused: true,
        image: brought,
      })
      return [code, ...verbs(log)]
    }
    const anew = ['pull', 'unpause', 'stop', 'rm', 'create', 'start']
    expect(await done({ paused: false }, 'old')).toEqual([0, ...anew])
    expect(await done({ paused: true }, 'old')).toEqual([0, ...anew, 'pause'])
    const own = told.sections.container.replace(/"Image": "sha256:\w+"/, '"Image": "new"')
    told.sections.container = own
    expect(await done({ paused: false }, 'new')).toEqual([0, 'pull', 'unpause'])
    expect(await done({ paused: true }, 'new')).toEqual([0, 'pull'])
  })

  test('what is pulled is of the platform that is asked for', async () => {
    const { log } = await calls({ pull: 'always', platform: 'linux/arm64' }, blank, {})
    expect(log[0]).toBe('image pull --platform=linux/arm64 tiny:1 secret=')
  })

  test('it is asked what there is, and warnings are no answers', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'hakube-docker-'))
    try {
      const program = path.join(folder, 'docker')
      writeFileSync(program, ASKED)
      chmodSync(program, 0o755)
      writeFileSync(`${program}.container`, container)
      writeFileSync(`${program}.image`, image)
      const host = hostOf(name, shell, { PATH: `${folder}:${process.env['PATH'] ?? ''}` })
      const reasons = []
      for (const more of [{}, { name: 'other' }, { image: 'tiny:9', pull: 'never' }]) {
        const prepared = await docker.prepare(
          docker.params.parse({ ...keepalived, ...more }),
          controllerWith(),
        )
        const found = planOf(docker, prepared, look(host, docker.asks(prepared)))
        reasons.push(
          found.status === 'ok' ? found.reason : found.status === 'fail' ? found.message : found.status,
        )
      }
      expect(reasons).toEqual([
        'the container keepalived runs as it is to be',
        'change',
        'the image tiny:9 is not on this host, and pull is never',
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('more memory than memory and swap together: both grow', async () => {
    const update = async (swap: number, more = {}) => {
      const { log } = await calls({ memory: '128M', ...more }, there, { running: true, swap })
      return log.map((line) => line.replace('container update --memory=134217728 ', ''))
    }
    for (const swap of [0, 67_108_864])
      expect(await update(swap)).toEqual([
        '--restart=unless-stopped --memory-swap=268435456 keepalived secret=',
      ])
    for (const swap of [-1, 134_217_728])
      expect(await update(swap)).toEqual(['--restart=unless-stopped keepalived secret='])
    expect(await update(0, { memory_swap: '128M' })).toEqual([
      '--memory-swap=134217728 --restart=unless-stopped keepalived secret=',
    ])
  })

  test('stopped gently, or not', async () => {
    const gently = await calls({ state: 'stopped', stop_timeout: 3 }, there, { running: true })
    expect(gently.log).toEqual(['container stop -t 3 keepalived secret='])
    const kill = { state: 'absent', force_kill: true, kill_signal: 'SIGTERM', keep_volumes: false }
    const hard = await calls(kill, there, { running: true })
    expect(hard.log).toEqual([
      'container kill --signal=SIGTERM keepalived secret=',
      'container rm -v keepalived secret=',
    ])
  })

  test('cleaned up afterwards, with the volumes that nobody keeps', async () => {
    const removal = async (keep: boolean) => {
      const more = { detach: false, cleanup: true, tty: true, keep_volumes: keep }
      return (await calls(more, blank, {})).log.at(-1)
    }
    expect(await removal(true)).toBe('container rm -f keepalived secret=')
    expect(await removal(false)).toBe('container rm -f -v keepalived secret=')
  })

  test('one that ends at once with a failure has not been started', async () => {
    const start = async (state: EngineState) => {
      const { output } = callsOf('docker', [name, shell], await plan({}, blank), state)
      return [output.code, output.stderr.toString()]
    }
    const said = '  the end of its log\nkeepalived ended with status 3 as soon as it was started\n'
    expect(await start({ status: 'exited', code: 3 })).toEqual([1, said])
    expect(await start({ status: 'exited', code: 0 })).toEqual([0, ''])
    expect(await start({ status: 'running', code: 0 })).toEqual([0, ''])
    // A restart is not waited for, even where a start would be.
    const restarted = callsOf('docker', [name, shell], await plan({ restart: true, detach: false }), {
      running: true,
      status: 'exited',
      code: 3,
    })
    expect(restarted.output.code).toBe(0)
  })

  test('healthy is waited for, as long as is said', async () => {
    const waits = async (health: string, seconds: number) => {
      const healthy = await plan({ state: 'healthy', healthy_wait_timeout: seconds })
      const { output } = callsOf('docker', [name, shell], healthy, { running: true, health })
      return [output.code, output.stderr.toString()]
    }
    expect(await waits('starting\nhealthy', 9)).toEqual([0, ''])
    expect(await waits('starting', 0)).toEqual([1, 'keepalived is not healthy: starting\n'])
    expect(await waits('unhealthy\nhealthy', 9)).toEqual([1, 'keepalived is not healthy: unhealthy\n'])
    expect(await waits('none', 9)).toEqual([1, 'keepalived is not healthy: none\n'])
  })

  test('restarted, or started where it has ended in between', async () => {
    const running = await calls({ restart: true }, there, { running: true })
    expect(running.log).toEqual(['container restart -t 10 keepalived secret='])
    const ended = await calls({ restart: true }, there, { running: false })
    expect(ended.log).toEqual(['container start keepalived secret='])
  })
})

test('the scripts are POSIX', async () => {
  for (const more of [
    { restart: true },
    { pull: 'always', state: 'healthy' },
    { detach: false, cleanup: true, tty: true },
  ]) {
    const { status, stderr } = spawnSync('dash', ['-n'], { input: applyOf(await plan(more)) })
    expect({ status, said: stderr.toString() }).toEqual({ status: 0, said: '' })
  }
})

test('what went wrong is told in the words of the daemon', async () => {
  const task = await docker.prepare(docker.params.parse(keepalived), controllerWith())
  const said = (stderr: string, stdout = '') =>
    docker.failure?.(task, {
      code: 1,
      stdout: Buffer.from(stdout),
      stderr: Buffer.from(stderr),
    })
  expect(
    said(
      `Error response from daemon: path /etc is not shared\nError: failed to start containers: keepalived\n`,
    ),
  ).toBe('path /etc is not shared')
  expect(said(`docker: Error response from daemon: no such network.\nSee 'docker run --help'.\n`)).toBe(
    'no such network.',
  )
  expect(said('  [ALERT] config\nkeepalived ended with status 1 as soon as it was started\n')).toBe(
    'keepalived ended with status 1 as soon as it was started',
  )
  expect(said('', '#did yes\n#container\n#ended 3\nout\nno config\n\n')).toBe(
    'the container keepalived ended with status 3: no config',
  )
})
