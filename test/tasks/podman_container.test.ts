import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import podman from '../../src/tasks/podman_container.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { Unknown } from '../../src/world/kind.ts'
import { effectOnAll, id } from '../../src/world/world.ts'
import { callsOf, differing, engineShells, planContainer, recorded, type Told, verbs } from './containers.ts'
import { controllerWith } from './harness.ts'
import { applyOf } from './worlds.ts'

/** What the recorded container was made of; it does not run. */
const haproxy = {
  name: 'haproxy',
  image: 'localhost/tiny:1',
  state: 'created',
  network: 'host',
  cap_add: ['NET_ADMIN'],
  volume: ['/etc/passwd:/conf/passwd:ro'],
  restart_policy: 'always',
  env: { ROUTER: 'lb1' },
  sysctl: { 'kernel.shm_rmid_forced': '1' },
  healthcheck: 'true',
}
const container = recorded('podman-container')
const image = recorded('podman-image')
const there: Told = { sections: { container, image } }
const runs: Told = {
  sections: { container: container.replace('"Running": false', '"Running": true'), image },
}
const NONE = '[]\n#failed Error: no such container haproxy'
const blank: Told = { sections: { container: NONE, image } }

const plan = (more: Record<string, unknown>, told: Told = there) =>
  planContainer(podman, { ...haproxy, ...more }, told)

test.each<[Record<string, unknown>, string[]]>([
  [{}, ['ok']],
  // What podman does without a word is compared, too.
  [{ network: undefined }, ['network']],
  [{ restart_policy: undefined }, ['restart_policy']],
  [{ volume: undefined }, ['volume']],
  [{ cap_add: undefined, env: undefined, healthcheck: undefined }, ['ok']],
  [{ volume: ['/etc/passwd:/conf/passwd'] }, ['volume']],
  [{ volume: ['/etc/passwd/:/conf//passwd:ro,z'] }, ['ok']],
  [{ volume: [], mount: ['type=bind,src=/etc/passwd,dst=/conf/passwd,ro=true'] }, ['mount']],
  [{ cap_add: ['cap_net_admin', 'SYS_NICE'] }, ['cap_add']],
  [{ cap_add: ['ALL'] }, ['cap_add']],
  [{ cap_drop: ['NET_ADMIN', 'CHOWN'] }, ['cap_drop']],
  [{ env: { ROUTER: 'lb2' } }, ['env']],
  [{ label: { a: 'b' } }, ['label']],
  [{ user: 'nobody', workdir: '/etc', tty: true }, ['tty', 'user', 'workdir']],
  [{ stop_signal: 'SIGTERM' }, ['ok']],
  [{ stop_signal: 9 }, ['stop_signal']],
  [{ ipc: 'host', pid: 'private' }, ['ipc']],
  [{ publish: ['8080:80'] }, ['publish']],
  [{ memory: '64m', memory_swap: '0' }, ['memory']],
  // What inspect does not show.
  [{ sysctl: { 'kernel.shm_rmid_forced': '0' } }, ['sysctl']],
  [{ tmpfs: { '/run': 'size=1m' } }, ['tmpfs']],
  [{ dns: ['192.0.2.1'] }, ['dns']],
  [{ init: true }, ['init']],
  [{ init: false }, ['ok']],
  [{ entrypoint: '/bin/sh' }, ['entrypoint']],
  [{ recreate: true }, []],
  [{ state: 'started' }, ['container']],
  [{ state: 'stopped', network: 'none' }, ['ok']],
  [{ state: 'absent' }, ['container']],
])('%j differs in %j', async (more, names) => {
  expect(differing(await plan(more))).toEqual(names)
})

test('a container of another release, of which less is known', async () => {
  const old = container.replace(/"CreateCommand": \[[^\]]*\],/, '')
  expect(old).not.toBe(container)
  expect(await plan({}, { sections: { container: old, image } })).toMatchObject({
    status: 'ok',
    reason: 'the container haproxy is there, not running, as it is to be, as far as podman tells: not sysctl',
  })
  // As podman 5 writes the same.
  const newer = container
    .replace('"StopSignal": 15', '"StopSignal": "SIGTERM"')
    .replace('"NetworkMode": "host"', '"NetworkMode": "host", "Pasta": true')
    .replace(/"Entrypoint": ""/, '"Entrypoint": null')
  expect(await plan({}, { sections: { container: newer, image } })).toMatchObject({ status: 'ok' })
})

test('an image of the same name is the same one, unless it is to be strict', async () => {
  const other = image.replace(/"Id": "\w{8}/, '"Id": "01234567')
  const told = { sections: { container, image: other } }
  expect(differing(await plan({}, told))).toEqual(['ok'])
  expect(differing(await plan({ image: 'example.org/x/tiny:1' }, told))).toEqual(['ok'])
  expect(differing(await plan({ image_strict: true }, told))).toEqual(['image'])
  expect(differing(await plan({ image: 'localhost/tiny:2' }, told))).toEqual(['image'])
})

const gone = '[]\n#failed Error: no such image'

test('another image that is not there yet is pulled, and the container made of it', async () => {
  const told = { sections: { container, image: gone } }
  const other = await plan({ image: 'localhost/tiny:2' }, told)
  expect(differing(other)).toEqual(['image'])
  expect(applyOf(other)).toMatch(/hk_pull localhost\/tiny:2[^]*container create[^]*localhost\/tiny:2/)
  // What only the image says is not held against an image that nobody has seen.
  const same = await plan({}, told)
  expect(same).toMatchObject({ summary: 'pull the image localhost/tiny:1', diff: [] })
  expect(applyOf(same)).not.toContain('container create')
  expect(differing(await plan({ user: 'nobody', label: { a: 'b' } }, told))).toEqual(['label', 'user'])
  expect(differing(await plan({ user: '', workdir: '/', label: { made: 'test' } }, told))).toEqual([])
})

describe.each(engineShells)('a pull that brings another image: %s', (...shell) => {
  const own = /"Image": "(\w+)"/.exec(container)?.[1] ?? ''
  const calls = async (more: Record<string, unknown>, brought: 'same' | 'other', told = runs) => {
    const text =
      brought === 'other' ? told.sections['container'] : told.sections['container']?.replaceAll(own, 'new')
    const running = told === runs
    const pulled = {
      sections: { container: text ?? '', image: image.replaceAll(own, brought === 'other' ? own : 'new') },
    }
    const made = await plan({ image_strict: true, state: 'started', ...more }, pulled)
    const { log, output } = callsOf('podman', shell, made, {
      running,
      image: brought === 'other' ? own : 'new',
    })
    return { code: output.code, verbs: verbs(log), maybe: made.status === 'change' && made.maybe === true }
  }
  test('strict: the container is made anew of it', async () => {
    for (const pull of ['always', 'newer'])
      expect(await calls({ pull }, 'other')).toEqual({
        code: 0,
        verbs: ['pull', 'stop', 'rm', 'create', 'start'],
        maybe: true,
      })
    expect(await calls({ pull: 'always' }, 'same')).toEqual({ code: 0, verbs: ['pull'], maybe: true })
  })
  test('not strict: the container stays', async () => {
    expect((await calls({ pull: 'always', image_strict: false }, 'other')).verbs).toEqual(['pull'])
  })
  test('strict, and it does not run', async () => {
    expect(await calls({ pull: 'always', state: 'created' }, 'other', there)).toEqual({
      code: 0,
      verbs: ['pull', 'rm', 'create'],
      maybe: true,
    })
    expect(await calls({ pull: 'always' }, 'other', there)).toEqual({
      code: 0,
      verbs: ['pull', 'rm', 'create', 'start'],
      maybe: false,
    })
    expect((await calls({ pull: 'always' }, 'same', there)).verbs).toEqual(['pull', 'start'])
  })
  test('strict, and its directory is not there: nothing is taken away', async () => {
    const more = { [id('path', pathKey('/etc/passwd', true))]: { exists: false } }
    const made = await plan({ image_strict: true, pull: 'always' }, { ...there, more })
    const { log, output } = callsOf('podman', shell, made, { running: false, image: own })
    expect([output.code, ...verbs(log)]).toEqual([1, 'pull'])
    expect(output.stderr.toString()).toBe('/etc/passwd is not there to be mounted\n')
  })
})

test('a directory that nobody knows of yet is no matter to who only stops the container', async () => {
  const more = { [id('path', pathKey('/etc/passwd', true))]: new Unknown('it is made in between') }
  expect(await plan({ state: 'stopped' }, { ...runs, more })).toMatchObject({ status: 'change' })
  await expect(plan({ tty: true }, { ...runs, more })).resolves.toMatchObject({ status: 'unknown' })
})

test('what podman create does not know is said where the container is waited for', async () => {
  const made = applyOf(
    await plan({ state: 'started', detach: false, sig_proxy: false, detach_keys: 'ctrl-a' }, blank),
  )
  expect(/container create (.*)/.exec(made)?.[1]).not.toMatch(/sig-proxy|detach-keys/)
  expect(made).toContain('container start --attach --sig-proxy=false --detach-keys=ctrl-a "$hk_name"')
  expect(await plan({ sig_proxy: false, detach_keys: 'ctrl-a' })).toMatchObject({ status: 'ok' })
})

/** The recorded container, made by a command line with these words, too. */
function madeWith(...words: string[]): Told {
  const more = words.map((word) => `${JSON.stringify(word)},`).join('')
  return { sections: { container: container.replace('"create",', `"create",${more}`), image } }
}

test.each<[string[], Record<string, unknown>, string[]]>([
  // Of these the command line alone tells, and without a word they are on.
  [[], { http_proxy: false, read_only_tmpfs: false }, ['http_proxy', 'read_only_tmpfs']],
  [[], { http_proxy: true, read_only_tmpfs: true }, ['ok']],
  [['--http-proxy=false', '--read-only-tmpfs=0'], { http_proxy: false, read_only_tmpfs: false }, ['ok']],
  [['--http-proxy=false'], { http_proxy: true }, ['http_proxy']],
  [[], { log_opt: { max_size: '1m' } }, ['log_opt']],
  [['--log-opt', 'max-size=1m'], { log_opt: { max_size: '1m' } }, ['ok']],
  [['--log-opt', 'max-size=1m'], { log_opt: { max_size: '2m' } }, ['log_opt']],
  [['--log-opt=max-size=1m'], { log_opt: { path: '' } }, ['ok']],
  // Podman 4.3 shows the host's namespace as one of the container's own.
  [['--ipc=host'], { ipc: 'host' }, ['ok']],
  [['--ipc=host'], {}, ['ipc']],
  // What cmd_args say nobody compares.
  [[], { restart_policy: undefined, cmd_args: ['--restart=always'] }, ['ok']],
  [[], { restart_policy: 'no', cmd_args: ['--restart=always'] }, ['restart_policy']],
])('made with %j, and then %j differs in %j', async (words, more, names) => {
  expect(differing(await plan(more, madeWith(...words)))).toEqual(names)
})

test.each(['network', 'ipc', 'pid', 'uts'])('the %s of another container than before', async (name) => {
  const key = { network: 'NetworkMode', ipc: 'IpcMode', pid: 'PidMode', uts: 'UTSMode' }[name] ?? ''
  const told = madeWith(`--${name}=container:a`)
  const shared = (told.sections['container'] ?? '')
    .replace(new RegExp(`"${key}": "[^"]*"`), `"${key}": "container:0123"`)
    .replace('"--network=host",', '')
  const sections = {
    image,
    container: name === 'network' ? shared : shared.replace('"create",', '"create", "--network=host",'),
  }
  const of = (other: string) => ({
    [name]: name === 'network' ? [`container:${other}`] : `container:${other}`,
  })
  expect(differing(await plan(of('a'), { sections }))).toEqual(['ok'])
  expect(differing(await plan(of('b'), { sections }))).toEqual([name])
})

test('what a task leaves alone stays as it was for later tasks', async () => {
  for (const [first, told] of [
    [{ state: 'started', force_restart: true, network: 'none' }, runs],
    [{ state: 'stopped', network: 'none' }, runs],
    [{ state: 'started', image: undefined, network: undefined }, there],
  ] as const) {
    const done = await plan(first, told)
    if (done.status !== 'change') throw new Error('a change is meant')
    const later = (more: Record<string, unknown>) => plan(more, { ...told, effects: done.effects })
    const state = first.state === 'stopped' ? 'created' : 'started'
    const found = await later({ state })
    expect(found).toMatchObject({ status: 'ok' })
    // What podman would say of it by then, nobody knows.
    expect(found).not.toHaveProperty('result')
    expect(found).toHaveProperty('foreseen', true)
    expect(differing(await later({ state, network: 'none' }))).toEqual(['network'])
    if (state === 'created') expect(differing(await later({ state: 'started' }))).toEqual(['container'])
  }
})

test('a container that its task removes at its end is gone for later tasks', async () => {
  for (const [first, told, status] of [
    [{ rm: true, restart_policy: 'no' }, blank, 'ok'],
    // A restart is not waited for.
    [{ rm: true, force_restart: true }, runs, 'change'],
    [{}, blank, 'change'],
  ] as const) {
    const made = await plan({ state: 'started', detach: false, ...first }, told)
    if (made.status !== 'change') throw new Error('it is not there yet')
    expect(await plan({ state: 'absent' }, { ...told, effects: made.effects })).toMatchObject({ status })
  }
})

test('started, restarted, stopped', async () => {
  expect(await plan({ state: 'started' }, runs)).toMatchObject({ status: 'ok' })
  const again = await plan({ state: 'started', force_restart: true, network: 'none' }, runs)
  // As in Ansible, a restart looks at nothing else.
  expect(applyOf(again)).toContain('hk_tool container restart "$hk_name"')
  expect(applyOf(again)).not.toContain('container create')
  expect(await plan({ state: 'stopped' }, runs)).toMatchObject({
    status: 'change',
    summary: 'stop the container haproxy',
  })
  const anew = applyOf(await plan({ state: 'present', tty: true }, runs))
  expect(anew).toMatch(/container stop[^]*hk_remove -f[^]*container create[^]*container start/)
  expect(applyOf(await plan({ state: 'present', tty: true }))).not.toContain(
    'hk_tool container start "$hk_name"',
  )
})

test('what podman is told, and secrets on no command line', async () => {
  const made = applyOf(
    await plan(
      {
        state: 'started',
        env: { SECRET: 'x y', PATH: '/bin' },
        log_opt: { max_size: '1m', tag: 't' },
        tmpfs: { '/run': 'size=1m', '/t': '' },
        command: "sh -c 'sleep 5'",
        secrets: ['one'],
        cmd_args: ['--replace'],
        etc_hosts: { a: '192.0.2.1' },
      },
      blank,
    ),
  )
  expect(made).toContain("SECRET='x y'; export SECRET")
  expect(made).toContain(
    'hk_tool container create --name "$hk_name" --cap-add=NET_ADMIN --add-host=a:192.0.2.1 --health-cmd=true --log-opt=max-size=1m --log-opt=tag=t --network=host --restart=always --secret=one --sysctl=kernel.shm_rmid_forced=1 --tmpfs=/run:size=1m --tmpfs=/t --volume=/etc/passwd:/conf/passwd:ro --replace --env=SECRET --env=PATH=/bin localhost/tiny:1 sh -c \'sleep 5\'',
  )
  expect(spawnSync('dash', ['-n'], { input: made }).status).toBe(0)
})

test('pulls what is not there, or what may be newer', async () => {
  expect(applyOf(await plan({}, { sections: { container: NONE, image: gone } }))).toContain(
    'hk_pull localhost/tiny:1',
  )
  expect(await plan({ pull: 'never' }, { sections: { container: NONE, image: gone } })).toMatchObject({
    status: 'fail',
  })
  expect(await plan({ pull: 'newer' })).toMatchObject({ status: 'change', maybe: true, once: true })
})

test('log-ins of its own are used for the pull, too', async () => {
  const made = applyOf(await plan({ pull: 'always', authfile: '/root/auth.json' }, blank))
  expect(made).toContain('hk_pull localhost/tiny:1 --authfile=/root/auth.json')
  expect(made).toContain('container create --name "$hk_name" --authfile=/root/auth.json')
})

test('what cannot be', async () => {
  const no = { sections: { none: '' } }
  expect(await plan({}, no)).toMatchObject({ status: 'fail', message: 'this host has no podman' })
  const effects = [effectOnAll('package', (before) => before)]
  expect(await plan({}, { ...no, effects })).toMatchObject({ status: 'unknown' })
  const more = { [id('path', pathKey('/etc/passwd', true))]: { exists: false } }
  expect(await plan({}, { ...blank, more })).toMatchObject({
    status: 'fail',
    message: '/etc/passwd is not there to be mounted',
  })
  expect(await planContainer(podman, { name: 'haproxy' }, blank)).toMatchObject({ status: 'fail' })
  expect(await planContainer(podman, { name: 'haproxy' }, runs)).toMatchObject({ status: 'ok' })
  const params = podman.params.parse({ ...haproxy, volume: ['./a:/b'] })
  expect(() => podman.prepare(params, controllerWith())).toThrow(/not an absolute path/)
})

test('a later task finds what an earlier one makes', async () => {
  const made = await plan({ state: 'started' }, blank)
  if (made.status !== 'change') throw new Error('it is not there yet')
  const later = (more: Record<string, unknown>) =>
    plan({ state: 'started', ...more }, { ...blank, effects: made.effects })
  expect(await later({})).toMatchObject({ status: 'ok' })
  expect(differing(await later({ tty: true }))).toEqual(['tty'])
  expect(await later({ state: 'stopped' })).toMatchObject({ status: 'change' })
  expect(await later({ state: 'absent' })).toMatchObject({ status: 'change' })
})

describe('of a container that an earlier task makes', () => {
  const made = {
    cap_drop: ['MKNOD'],
    publish: ['8080:80'],
    label: { a: 'b' },
    tmpfs: { '/run': '' },
    tty: true,
  }
  const later = async (
    more: Record<string, unknown>,
    { first = {}, seen = image }: { first?: Record<string, unknown>; seen?: string } = {},
  ) => {
    const change = await plan({ ...made, ...first }, blank)
    if (change.status !== 'change') throw new Error('it is not there yet')
    const told = { sections: { container: NONE, image: seen }, effects: change.effects }
    return plan({ ...made, ...first, ...more }, told)
  }
  test.each<[Record<string, unknown>, string[]]>([
    [{}, ['ok']],
    // A change of manners is none of the container.
    [{ pull: 'never', image_strict: true, executable: 'podman', state: 'present' }, ['ok']],
    [{ tty: undefined }, ['tty']],
    [{ network: undefined, restart_policy: undefined }, ['network', 'restart_policy']],
    [{ volume: ['/etc/passwd:/conf/passwd', '/srv:/srv'] }, ['volume']],
    [{ publish: ['8081:80'] }, ['publish']],
    [{ label: { a: 'c' } }, ['label']],
    [{ user: '7', workdir: '/etc' }, ['user', 'workdir']],
    [{ memory: '64m', interactive: true }, ['interactive', 'memory']],
    [{ cap_drop: [] }, ['ok']],
    [{ env: {} }, ['ok']],
    [{ tmpfs: { '/run': 'size=1m' }, dns: ['192.0.2.1'] }, ['dns', 'tmpfs']],
    [{ command: 'sleep 1' }, ['command']],
    [{ command: 'sleep 1000' }, ['ok']],
    [{ ipc: 'host' }, ['ipc']],
  ])('%j differs in %j', async (more, names) => {
    expect(differing(await later(more))).toEqual(names)
  })
  test.each<[Record<string, unknown>, Record<string, unknown>, string]>([
    // Its default, what else is in a list, or what podman chooses.
    [{}, { hostname: 'box' }, 'hostname'],
    [{}, { shm_size: '1m' }, 'shm_size'],
    [{}, { env: { ROUTER: 'lb2' } }, 'env'],
    [{}, { cap_add: ['SYS_NICE'] }, 'cap_add'],
    [{}, { cap_drop: ['CHOWN'] }, 'cap_drop'],
    [{ publish: ['80'] }, { publish: ['80', '81'] }, 'publish'],
    [{ volume: ['/x'] }, { volume: ['/x', '/etc:/y'] }, 'volume'],
    [{}, { log_opt: { path: '/log' } }, 'log_opt'],
  ])('made with %j, then %j: nobody can tell', async (first, more, name) => {
    const why = `what ${name} is, of haproxy, which an earlier task makes`
    expect(await later(more, { first })).toEqual({ status: 'unknown', why })
  })
  test('what its image says is that of the one that it is made of', async () => {
    const seen = image
      .replace(/"Id": "\w{8}/, '"Id": "01234567')
      .replaceAll('"made": "test"', '"made": "otherwise"')
    expect(differing(await later({ command: 'sleep 1', image_strict: true }, { seen }))).toEqual([
      'image',
      'command',
      'label',
    ])
    const other = { image: 'localhost/tiny:2' }
    expect(differing(await later(other, { seen }))).toEqual(['image', 'label'])
    // Podman has its name in full.
    expect(await later(other, { seen, first: { image: 'tiny:1' } })).toEqual({
      status: 'unknown',
      why: 'what image is, of haproxy, which an earlier task makes',
    })
  })
  test('of one that is pulled nobody knows what it says', async () => {
    const pulled = { sections: { container: NONE, image: gone } }
    const first = await plan({ tty: true }, pulled)
    if (first.status !== 'change') throw new Error('it is not there yet')
    const again = { ...blank, effects: first.effects }
    const bare = { container: NONE, image: gone }
    expect(await plan({ tty: true }, { ...again, sections: bare })).toMatchObject({ status: 'ok' })
    // Until somebody pulls it again.
    const more = await plan({ name: 'other', pull: 'always' }, { ...again, sections: bare })
    if (more.status !== 'change') throw new Error('a pull is a change')
    const effects = [...first.effects, ...more.effects]
    expect(await plan({ tty: true }, { sections: bare, effects })).toMatchObject({ status: 'unknown' })
    expect(await plan({ tty: false }, { ...again, sections: bare })).toMatchObject({
      status: 'unknown',
      why: 'what localhost/tiny:1 is once it is pulled',
    })
  })
})

test('the files that it is made of have to be there, and its directories when it starts', async () => {
  const message = (path: string) => ({ status: 'fail', message: `${path} is not there to be mounted` })
  const missing = (path: string, told: Told) => ({
    ...told,
    more: { [id('path', pathKey(path, true))]: { exists: false } },
  })
  for (const more of [
    { env_file: '/gone' },
    { label_file: '/gone' },
    { mount: ['type=bind,src=/gone,dst=/x'] },
  ]) {
    expect(await plan(more, missing('/gone', blank))).toMatchObject({
      status: 'fail',
      message: /\/gone is not there/,
    })
    expect(await plan({ ...more, state: 'stopped' }, missing('/gone', runs))).toMatchObject({
      status: 'change',
    })
  }
  const mounted = missing('/etc/passwd', there)
  const bare = { image: undefined, volume: undefined, state: 'started' }
  expect(await plan(bare, mounted)).toMatchObject(message('/etc/passwd'))
  expect(await plan({ ...bare, state: 'created' }, mounted)).toMatchObject({ status: 'ok' })
  const again = { ...bare, force_restart: true }
  expect(await plan(again, missing('/etc/passwd', runs))).toMatchObject(message('/etc/passwd'))
  const made = await plan({}, blank)
  if (made.status !== 'change') throw new Error('it is not there yet')
  expect(await plan(bare, { ...missing('/etc/passwd', blank), effects: made.effects })).toMatchObject(
    message('/etc/passwd'),
  )
})

test('a bare no is a restart policy, and others are refused before anything is done', async () => {
  expect(differing(await plan({ restart_policy: false }, blank))).toEqual(['container'])
  expect(applyOf(await plan({ restart_policy: false }, blank))).toContain('--restart=no ')
  for (const policy of ['', 'never', 'on-failure', 'on-failure:3', 'unless-stopped'])
    expect(
      podman.prepare(podman.params.parse({ ...haproxy, restart_policy: policy }), controllerWith()),
    ).toBeTruthy()
  for (const policy of ['True', 'sometimes', 'always:3']) {
    const params = podman.params.parse({ ...haproxy, restart_policy: policy })
    expect(() => podman.prepare(params, controllerWith())).toThrow(/is no restart policy/)
  }
})
