import { FAR } from './container-engines.ts'
import { type GeneratedList, withName } from './generate.ts'
import { dockerArgs, type DockerWish, dockerWish } from './generate-docker.ts'
import { podmanArgs, type PodmanWish, podmanWish } from './generate-podman.ts'
import type { Draft } from './maker.ts'
import { Random } from './random.ts'
import type { Family } from './universe.ts'

/** Handlers that a task may notify. */
const HANDLERS: readonly Draft[] = [
  { name: 'leave a mark', copy: { content: 'notified\n', dest: '/srv/mark' } },
  {
    name: 'restart it',
    docker_container: { name: 'hkd1', restart: true },
    ignore_errors: true,
  },
  {
    name: 'stop it',
    podman_container: { name: 'hkp1', state: 'stopped' },
    ignore_errors: true,
  },
]

/** Directories and files of the host that containers see. */
const SOURCES = ['/srv/predict/v1', '/srv/predict/v2', '/srv/predict/v2/in', '/srv/predict/m/n'] as const
const VARIABLES = ['A=file\nB=2\n', 'B=3\n', 'no variable\n'] as const

function keywords(random: Random): Draft {
  return {
    ...random.some(92, { ignore_errors: true }),
    ...random.some(12, { notify: [random.pick(HANDLERS)['name']] }),
  }
}

/** What a list is about. */
interface Subject {
  random: Random
  docker: DockerWish
  podman: PodmanWish
}

function dockerTasks({ random, docker }: Subject): Draft[] {
  return [{ docker_container: dockerArgs(random, docker), ...keywords(random) }]
}

function podmanTasks({ random, podman }: Subject): Draft[] {
  return [{ podman_container: podmanArgs(random, podman), ...keywords(random) }]
}

/** A task about what containers see, or about what Docker makes for them. */
function sourceTasks({ random }: Subject): Draft[] {
  const path = random.pick(SOURCES)
  const args = random.weighted<Draft>([
    [3, { file: { path, state: 'directory', ...random.some(30, { mode: '0700' }) } }],
    [2, { file: { path, state: 'absent' } }],
    [2, { file: { path, mode: random.pick(['0755', '0700']) } }],
    [1, { file: { path: '/srv/predict/m', state: 'absent' } }],
    [
      1,
      {
        file: { path: random.pick(['/srv/predict', '/srv/predict/m']), mode: random.pick(['0755', '0700']) },
      },
    ],
    [2, { copy: { content: random.pick(['one\n', 'two\n']), dest: `${path}/x` } }],
    [2, { copy: { content: random.pick(VARIABLES), dest: '/srv/predict/vars' } }],
    [1, { file: { path: '/srv/predict/vars', state: 'absent' } }],
    [1, { lineinfile: { path: '/srv/predict/vars', line: 'C=3', create: true } }],
  ])
  return [{ ...args, ...keywords(random) }]
}

/** A look at what containers see, and a task that depends on it. */
function lookTasks(subject: Subject, index: number): Draft[] {
  const { random } = subject
  const seen = `seen_${index}`
  const when = random.pick([
    `${seen}.stat.exists`,
    `not ${seen}.stat.exists`,
    `${seen}.stat.mode | default('') == '0755'`,
  ])
  const [then = {}] = random.pick([dockerTasks, podmanTasks, sourceTasks])(subject)
  return [
    { stat: { path: random.pick(SOURCES) }, register: seen },
    { ...then, when },
  ]
}

/** A task about a container, and one that depends on what became of it. */
function resultTasks(subject: Subject, index: number): Draft[] {
  const { random } = subject
  const made = `made_${index}`
  const [first = {}] = random.pick([dockerTasks, podmanTasks])(subject)
  const when = random.weighted([
    [3, `${made}.changed`],
    [3, `${made} is not changed`],
    [2, `${made} is failed`],
    [1, `${made}.container.State.Running | default(false)`],
    [1, `${made}.container is defined`],
  ])
  const [then = {}] = random.pick([dockerTasks, podmanTasks, sourceTasks])(subject)
  return [
    { ...first, register: made },
    { ...then, when },
  ]
}

const KINDS = [
  [8, dockerTasks],
  [6, podmanTasks],
  [4, sourceTasks],
  [1, lookTasks],
  [1, resultTasks],
] as const

/** Before a list its image may be another one in the registry, or gone from the host. */
export interface ContainersList extends GeneratedList {
  stir: string
}

/** Takes the name from an image, also where a container runs that is made of it. */
export const FORGET = `docker tag ${FAR} kept:far; docker image rm ${FAR}`

function stirOf(random: Random): string {
  const scripts = [
    ...(random.chance(30) ? [`echo ${random.pick([1, 2])} >/root/registry.state`] : []),
    ...(random.chance(20) ? [`{ ${FORGET}; } >/dev/null 2>&1`] : []),
    ...(random.chance(20) ? [`podman untag ${FAR} >/dev/null 2>&1`] : []),
    ...(random.chance(10) ? ['rm -rf /srv/predict'] : []),
  ]
  return [...scripts, ':'].join('\n')
}

/** A list of three to six tasks about two containers, one of each engine, and what they see of the host. */
export function generateContainersList(family: Family, seed: number): ContainersList {
  const random = new Random(seed)
  const subject = { random, docker: dockerWish(random), podman: podmanWish(random) }
  const tasks: Draft[] = []
  const size = random.between(3, 6)
  while (tasks.length < size) {
    const make = random.weighted<(subject: Subject, index: number) => Draft[]>(KINDS)
    tasks.push(...make(subject, tasks.length + 1))
  }
  return {
    family,
    seed,
    tasks: tasks.map(withName),
    handlers: HANDLERS,
    updates: false,
    before: 'nothing',
    stir: stirOf(random),
  }
}
