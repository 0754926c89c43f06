import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { findModule } from '../../src/tasks/index.ts'
import { lab } from '../lab/lab.ts'
import { containerOf } from '../lab/members.ts'
import { container, controllerWith, look, planOf } from '../tasks/harness.ts'
import { askAnsible, installEngines } from './support/container-engines.ts'
import { ensureAnsible } from './support/differential.ts'
import { hakube, scratch } from './support/hakube.ts'
import { ModuleLife } from './support/module-life.ts'

const HOST = 'dpy'
const life = new ModuleLife(HOST)

const Args = z.record(z.string(), z.unknown())
const Case = z.strictObject({
  name: z.string(),
  made: Args,
  later: z.array(z.strictObject({ with: Args, changed: z.boolean(), ansible: z.boolean().optional() })),
})
const { docker, podman } = z
  .strictObject({ docker: z.array(Case), podman: z.array(Case) })
  .parse(parse(readFileSync(new URL('fixtures/containers.yml', import.meta.url), 'utf8'), { version: '1.1' }))

const ENGINES = [
  {
    module: 'docker_container',
    full: 'community.docker.docker_container',
    image: 'tiny:1',
    quick: { force_kill: true },
    cases: docker,
  },
  {
    module: 'podman_container',
    full: 'containers.podman.podman_container',
    image: 'localhost/tiny:1',
    quick: {},
    cases: podman,
  },
] as const

type Engine = (typeof ENGINES)[number]

/** One task of a case, about a container of its own. */
function args(
  { image, quick }: Engine,
  index: number,
  ...parts: Record<string, unknown>[]
): Record<string, unknown> {
  return Object.assign({ name: `case${index}`, image, ...quick }, ...parts)
}

/** Whether hakube would change the host, for each of these tasks; what it says where it cannot. They are asked at once. */
async function wouldChange(
  module: string,
  all: readonly Record<string, unknown>[],
): Promise<(boolean | string)[]> {
  const found = findModule(module)
  if (!found) throw new Error(`no module ${module}`)
  const prepared = await Promise.all(
    all.map((given) => {
      const named = Object.entries(given).map(([key, value]) => [found.paramAliases?.[key] ?? key, value])
      return found.prepare(found.params.parse(Object.fromEntries(named)), controllerWith())
    }),
  )
  const world = look(
    container(containerOf(HOST)),
    prepared.flatMap((one) => found.asks(one)),
  )
  return prepared.map((one) => {
    const plan = planOf(found, one, world)
    return plan.status === 'change' || plan.status === 'ok' ? plan.status === 'change' : JSON.stringify(plan)
  })
}

const clear = () =>
  lab.sh(
    HOST,
    'for tool in docker podman; do ids=$($tool ps -aq); [ -z "$ids" ] || $tool rm -f $ids >/dev/null 2>&1; done',
  )

beforeAll(async () => {
  await ensureAnsible()
  await lab.reset([HOST])
  await installEngines(HOST)
  await lab.sh(
    HOST,
    'for n in 1 2 3; do docker network create --subnet 172.30.$n.0/24 net$n; done >/dev/null; mkdir -p /srv/state',
  )
}, 600_000)

describe.each(ENGINES)('$module beside ansible-core', (engine) => {
  const { module, full, cases } = engine
  const all = cases.flatMap((one, index) => one.later.map((each) => ({ ...each, one, index })))
  const asked = all.map(({ index, one, with: more }) => args(engine, index, one.made, more))
  /** What was made by one tool, and what the other one says to it. */
  const answers: Record<'byHakube' | 'byAnsible', (boolean | string)[]> = { byHakube: [], byAnsible: [] }
  let own: (boolean | string)[] = []

  beforeAll(async () => {
    await clear()
    for (const [index, one] of cases.entries()) {
      await life.changes(module, args(engine, index, one.made))
      await life.isDone(module, args(engine, index, one.made))
    }
    own = await wouldChange(module, asked)
    answers.byAnsible = await askAnsible(
      HOST,
      asked.map((each) => ({ [full]: each })),
      true,
    )
    await clear()
    const made = cases.map((one, index) => ({ [full]: args(engine, index, one.made) }))
    expect(await askAnsible(HOST, made, false)).toEqual(made.map(() => true))
    answers.byHakube = await wouldChange(module, asked)
    await clear()
  }, 900_000)

  test.each(
    all.map((each, at) => ({ at, title: `${each.one.name}, then ${JSON.stringify(each.with)}`, ...each })),
  )('$title', ({ at, changed, ansible = changed }) => {
    expect({ own: own[at], ofAnsibles: answers.byHakube[at], ansible: answers.byAnsible[at] }).toEqual({
      own: changed,
      ofAnsibles: changed,
      ansible,
    })
  })
})

describe('the life of a container', () => {
  beforeAll(clear)

  test('docker: made, started, paused, stopped, removed', async () => {
    const wish = { name: 'life', image: 'tiny:1', command: 'sleep 900', stop_signal: 'SIGKILL' }
    await life.changes('docker_container', { ...wish, state: 'present' })
    expect(await lab.sh(HOST, stateOf('docker'))).toBe('created\n')
    await life.isDone('docker_container', { ...wish, state: 'stopped' })
    await life.changes('docker_container', wish)
    await life.changes('docker_container', { ...wish, paused: true })
    expect(await lab.sh(HOST, stateOf('docker'))).toBe('paused\n')
    // What is paused is stopped all the same, to be made anew.
    const { result } = await life.changes('docker_container', { ...wish, tty: true })
    expect(result['container']).toBeInstanceOf(Map)
    await life.changes('docker_container', { ...wish, tty: true, state: 'stopped' })
    await life.changes('docker_container', {
      ...wish,
      tty: true,
      restart_policy: 'on-failure',
      restart_retries: 3,
    })
    await life.changes('docker_container', {
      ...wish,
      tty: true,
      restart_retries: 4,
      restart_policy: 'on-failure',
    })
    expect(await lab.sh(HOST, "docker inspect -f '{{.HostConfig.RestartPolicy}}' life")).toBe(
      '{on-failure 4}\n',
    )
    await life.changes('docker_container', { name: 'life', state: 'absent' })
    await life.isDone('docker_container', { name: 'life', state: 'absent' })
  })

  test('docker: a container that ends by itself', async () => {
    const once = { name: 'once', image: 'tiny:1' }
    const { plan, failure, result } = await life.run('docker_container', {
      ...once,
      command: 'sh -c "echo out; echo err >&2"',
      detach: false,
      cleanup: true,
    })
    expect({ status: plan.status, failure, code: result['status'] }).toEqual({
      status: 'change',
      failure: undefined,
      code: 0,
    })
    expect(fields(result['container'])['Output']).toMatch(/out/)
    await life.isDone('docker_container', { name: 'once', state: 'absent' })
    const bad = { ...once, command: 'sh -c "echo no config; exit 3"' }
    expect((await life.run('docker_container', { ...bad, detach: false })).failure).toBe(
      'the container once ended with status 3: no config',
    )
    const { failure: why, applied } = await life.run('docker_container', bad)
    expect(why).toBe('once ended with status 3 as soon as it was started')
    expect(applied?.stderr.toString()).toContain('no config')
    // As with Ansible one that is done with its work is started each time.
    const done = { ...once, command: 'true' }
    expect((await life.run('docker_container', done)).failure).toBeUndefined()
    expect((await life.run('docker_container', done)).plan).toMatchObject({
      summary: 'start the container once',
    })
    await life.changes('docker_container', { name: 'once', state: 'absent' })
  })

  test('docker: healthy, or not', async () => {
    const ill = { test: 'test -e /well', interval: '200ms', retries: 2, timeout: '1s' }
    const wish = { name: 'health', image: 'tiny:1', healthcheck: ill, force_kill: true }
    const { failure } = await life.run('docker_container', {
      ...wish,
      state: 'healthy',
      healthy_wait_timeout: 9,
    })
    expect(failure).toBe('health is not healthy: unhealthy')
    const well = {
      ...wish,
      healthcheck: { ...ill, test: ['CMD', 'test', '-e', '/bin/sh'] },
      state: 'healthy',
    }
    await life.changes('docker_container', well)
    await life.isDone('docker_container', well)
    await life.changes('docker_container', { ...wish, state: 'absent' })
  })

  test('docker: variables of a file, and secrets that are on no command line', async () => {
    await lab.sh(HOST, "printf 'ONE=1\\nTWO=2\\n' >/root/vars")
    const wish = {
      name: 'vars',
      image: 'tiny:1',
      env_file: '/root/vars',
      env: { TWO: 'b\nc', PATH: '/bin' },
      force_kill: true,
    }
    const { plan } = await life.changes('docker_container', wish)
    if (plan.status !== 'change') throw new Error('a change is meant')
    expect(plan.apply.text).not.toMatch(/--env=TWO=/)
    const inside = `docker exec vars /bin/sh -c 'echo "$ONE|$TWO|$FROM|$PATH"'`
    expect(await lab.sh(HOST, inside)).toBe('1|b\nc|image|/bin\n')
    await lab.sh(HOST, "printf 'ONE=9\\n' >/root/vars")
    expect((await life.changes('docker_container', wish)).plan).toMatchObject({
      summary: 'make anew the container vars (env)',
    })
    await life.changes('docker_container', { name: 'vars', state: 'absent', force_kill: true })
  })

  test('a host without them', async () => {
    const other = new ModuleLife('mpy')
    await other.fails('docker_container', { name: 'no', image: 'tiny:1' }, /^this host has no docker$/)
    await other.fails('podman_container', { name: 'no', image: 'tiny:1' }, /^this host has no podman$/)
  })

  test('docker: what cannot be', async () => {
    const { failure } = await life.run('docker_container', { name: 'no', image: 'no.invalid/such:1' })
    expect(failure).toMatch(/no\.invalid/)
    expect(
      (await life.run('docker_container', { name: 'no', image: 'no.invalid/such:1', pull: 'never' })).plan,
    ).toMatchObject({ status: 'fail' })
    await lab.sh(HOST, 'systemctl stop docker.socket docker')
    await life.fails(
      'docker_container',
      { name: 'no', image: 'tiny:1' },
      /Cannot connect to the Docker daemon/,
    )
    await lab.sh(HOST, 'systemctl start docker')
  })

  test('podman: made, started, restarted, stopped, removed', async () => {
    const wish = { name: 'life', image: 'localhost/tiny:1', command: 'sleep 900', stop_signal: 'SIGKILL' }
    await life.changes('podman_container', { ...wish, state: 'created' })
    expect(await lab.sh(HOST, stateOf('podman'))).toBe('created\n')
    await life.changes('podman_container', wish)
    expect((await life.run('podman_container', { ...wish, restart: true })).failure).toBeUndefined()
    await life.changes('podman_container', { ...wish, hostname: 'other', state: 'present' })
    expect(await lab.sh(HOST, stateOf('podman'))).toBe('running\n')
    await life.changes('podman_container', { ...wish, state: 'stopped' })
    await life.changes('podman_container', { name: 'life', state: 'absent' })
    await life.isDone('podman_container', { name: 'life', state: 'absent' })
  })

  test('podman: a container that ends by itself', async () => {
    const once = { name: 'once', image: 'localhost/tiny:1', rm: true, detach: false }
    const { failure, result } = await life.run('podman_container', { ...once, command: 'sh -c "echo out"' })
    expect({ failure, status: result['status'], output: fields(result['container'])['Output'] }).toEqual({
      failure: undefined,
      status: 0,
      output: 'out\n',
    })
    const bad = await life.run('podman_container', { ...once, command: 'sh -c "exit 3"' })
    expect(bad.failure).toBe('the container once ended with status 3')
    await life.fails('podman_container', { ...once, volume: ['/no/such:/x'] }, /not there to be mounted/)
  })

  test('check mode and the real run, and a run that changes nothing: one message', async () => {
    const folder = await scratch()
    await writeFile(join(folder, 'inventory.ini'), lab.inventory([HOST]))
    await writeFile(join(folder, 'site.yml'), PLAYBOOK)
    const run = async (command: string) => {
      const args = [command, '-i', 'inventory.ini', 'site.yml', '--output', 'json']
      const { code, events } = await hakube(args, { cwd: folder })
      const outcomes = events.flatMap(({ outcome }) => (outcome ? [outcome.status] : []))
      return { code, outcomes, trips: events.flatMap(({ recap }) => recap ?? [])[0]?.trips }
    }
    const check = await run('check')
    const apply = await run('apply')
    const made = 'changed changed changed ok ok ok changed ok ok changed'
    expect(apply.outcomes).toEqual(made.split(' '))
    expect(check.outcomes).toEqual(apply.outcomes.map((one) => one.replace('changed', 'would-change')))
    expect(await run('apply')).toEqual({ code: 0, outcomes: apply.outcomes.map(() => 'ok'), trips: 1 })
  })
})

const stateOf = (tool: string) => `${tool} inspect -f '{{.State.Status}}' life`
const fields = (value: unknown): Record<string, unknown> =>
  value instanceof Map ? Object.fromEntries(value) : {}

const PLAYBOOK = `
- hosts: all
  gather_facts: no
  tasks:
    - file: { path: /srv/conf, state: directory }
    - copy: { content: "A=1\\n", dest: /srv/conf/vars }
    - docker_container: &c
        name: one
        image: tiny:1
        env_file: /srv/conf/vars
        volumes: ['/srv/conf:/conf:ro', '/srv/made/by/docker:/data']
        network_mode: host
        capabilities: [NET_ADMIN]
    - docker_container: *c
    - file: { path: /srv/made/by/docker, state: directory }
    - docker_container: { name: one, state: started }
    - podman_container: &p
        name: two
        image: localhost/tiny:1
        network: host
        volume: ['/srv/conf:/conf:ro']
    - podman_container: *p
    - docker_container: { name: never, state: absent }
    - podman_container: { name: three, image: localhost/tiny:1, state: created }
`
