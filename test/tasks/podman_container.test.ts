import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import podman from '../../src/tasks/podman_container.ts'
import { pathKey } from '../../src/world/path-names.ts'
import { effectOnAll, id } from '../../src/world/world.ts'
import { differing, planContainer, recorded, type Told } from './containers.ts'
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
  const gone = '[]\n#failed Error: localhost/tiny:1: image not known'
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
  expect(await later({ tty: true })).toMatchObject({ status: 'unknown' })
  expect(await later({ state: 'stopped' })).toMatchObject({ status: 'change' })
  expect(await later({ state: 'absent' })).toMatchObject({ status: 'change' })
})
