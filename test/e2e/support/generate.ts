import { stringify } from 'yaml'
import { ONE, TWO } from '../../tasks/keys.ts'
import { fileTask, copyTask, noticeTasks, statTasks, templateTask } from './generate-files.ts'
import { gatherTask, listsTask, repositoryTask } from './generate-packages.ts'
import { installTask, packageTask, removeTask, sysctlTask, unitTask } from './generate-services.ts'
import {
  assembleTask,
  collectTasks,
  downloadTask,
  editTask,
  findTasks,
  packTask,
  THINGS,
  unpackTask,
} from './generate-transfer.ts'
import type { Draft, Maker } from './maker.ts'
import { Random } from './random.ts'
import { type Family, castFor } from './universe.ts'

export interface GeneratedList {
  family: Family
  /** Repeats this list. */
  seed: number
  tasks: readonly Draft[]
  handlers: readonly Draft[]
  /** Whether the second releases of the packages are on offer while the list runs. */
  updates: boolean
  /** What is done to the host beforehand, so that there are hosts that never had a package. */
  before: 'nothing' | Preparation
}

/** Packages go with all their traces; only haproxy's account goes; nobody's files go. */
export type Preparation = 'forget' | 'lose account' | 'clear'

/** Files on the controller that the tasks name. */
export const FILES: Readonly<Record<string, string>> = {
  'files/note.txt': 'a note\n',
  'files/tree/one.txt': 'one\n',
  'files/tree/below/two.txt': 'two\n',
  'files/things.tar': THINGS,
  'files/one.asc': ONE.text,
  'files/two.asc': TWO.text,
  'templates/colour.j2': 'colour: {{ colour }}\n',
}

/** firewalld's tasks have a list of their own (tasks-firewalld.test.ts): two hosts have it. */
const KINDS = [
  [6, fileTask],
  [5, copyTask],
  [2, templateTask],
  [4, statTasks],
  [3, packageTask],
  [4, unitTask],
  [1, sysctlTask],
  [1, factTask],
] as const

/** The same, and what edits, fetches, unpacks, lists, gathers and changes repositories. */
const ALL_KINDS = [
  ...KINDS,
  [3, editTask],
  [1, downloadTask],
  [1, unpackTask],
  [1, findTasks],
  [2, repositoryTask],
  [1, listsTask],
  [1, gatherTask],
] as const

/** Files that are made, edited, fetched, unpacked and listed, with few services between. */
const TRANSFERS = [
  [3, fileTask],
  [2, copyTask],
  [1, templateTask],
  [1, statTasks],
  [5, editTask],
  [2, downloadTask],
  [3, unpackTask],
  [1, packTask],
  [2, findTasks],
  [1, assembleTask],
  [2, collectTasks],
] as const

type Make = (maker: Maker) => Draft[]

/**
 * A list of three to seven tasks (and what belongs to them) and the handlers that they may notify. The same seed
 * gives the same list.
 */
export function generateList(family: Family, seed: number): GeneratedList {
  return generate(family, seed, KINDS, THEMES)
}

/** The same with all modules that have a generator of their own. */
export function generateAnyList(family: Family, seed: number): GeneratedList {
  return generate(family, seed, ALL_KINDS, [...THEMES, [4, 'transfer']])
}

type Weighted<T> = readonly (readonly [number, T])[]

function generate(
  family: Family,
  seed: number,
  kinds: Weighted<Make>,
  themes: Weighted<Theme>,
): GeneratedList {
  const random = new Random(seed)
  const cast = castFor(family, random)
  const tasks: Draft[] = []
  const add = (make: Make) => tasks.push(...make({ random, family, cast, index: tasks.length + 1 }))
  const theme = random.weighted(themes)
  for (const make of makersOf(theme, random)) add(make)
  const size = random.between(3, 7)
  while (tasks.length < size) add(random.weighted<Make>(theme === 'transfer' ? TRANSFERS : kinds))
  return {
    family,
    seed,
    tasks: tasks.map(withName),
    handlers: handlersOf(random),
    updates: theme === 'upgrade' || random.chance(10),
    before:
      theme === 'install' && random.chance(85) ? 'forget' : theme === 'upgrade' ? 'lose account' : 'nothing',
  }
}

type Theme = 'mixed' | 'install' | 'upgrade' | 'remove' | 'transfer'

const THEMES: Weighted<Theme> = [
  [5, 'mixed'],
  [3, 'install'],
  [1, 'upgrade'],
  [1, 'remove'],
]

/** Some lists are about an installation or a removal and what it changes; the rest is mixed. */
function makersOf(theme: Theme, random: Random): readonly Make[] {
  switch (theme) {
    case 'mixed':
    case 'transfer':
      return []
    case 'install':
      return [noticeTasks, noticeTasks, (maker) => installTask(maker), random.pick([noticeTasks, unitTask])]
    case 'upgrade':
      return [noticeTasks, (maker) => installTask(maker, 'latest')]
    case 'remove':
      return [random.pick([copyTask, unitTask]), removeTask]
  }
}

function factTask({ random }: Maker): Draft[] {
  return [{ set_fact: { colour: random.pick(['red', 'green']) } }]
}

export function handlersOf(random: Random): Draft[] {
  const tolerant = random.chance(50) ? { ignore_errors: true } : {}
  const unit = (name: string, state: string) => ({
    name: `${state.replace(/ed$/, '')} ${name}`,
    [random.pick(['service', 'systemd'])]: { name, state },
    ...tolerant,
  })
  return [
    unit('haproxy', 'restarted'),
    unit('haproxy', 'reloaded'),
    unit('keepalived', 'reloaded'),
    { name: 'leave a mark', copy: { content: 'notified\n', dest: '/srv/mark' } },
  ]
}

/** The task with its number and module for a name. */
export function withName(task: Draft, index: number): Draft {
  const [module = ''] = Object.keys(task)
  return { name: `${index + 1} ${module}`, ...task }
}

/** The list as a playbook. `times` 2: the same tasks again in a second play, which predicts a second run. */
export function playbookOf(list: GeneratedList, times: 1 | 2 = 1): string {
  const play = (again: string) => ({
    hosts: 'all',
    gather_facts: false,
    // Facts outlive their play, but not their run.
    tasks: [{ name: '0 set_fact', set_fact: { colour: 'none' } }, ...list.tasks].map((task) => ({
      ...task,
      name: `${String(task['name'])}${again}`,
    })),
    handlers: list.handlers,
  })
  return stringify(times === 1 ? [play('')] : [play(''), play(' again')], {
    lineWidth: 0,
    aliasDuplicateObjects: false,
  })
}
