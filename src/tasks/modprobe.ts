import * as z from 'zod'
import { lines, nothing, type Script, sh } from '../shell/sh.ts'
import { writeFiles } from '../shell/write-file.ts'
import { defineTask, type Diff, type Plan, type Result } from '../task.ts'
import { pathBecomes } from '../world/path-effects.ts'
import type { Effect, World } from '../world/world.ts'
import { SBIN } from '../world/script-reply.ts'
import { bytesAsText, editing } from './edited-file.ts'
import { missing, missingTool } from './missing-tool.ts'
import {
  type Conf,
  LOAD,
  type ModuleAsk,
  type ModuleSeen,
  moduleBecomes,
  moduleQuestions,
  moduleSeen,
  PARAMETERS,
} from './modprobe-look.ts'
import { wrong } from './package-params.ts'
import { name, oneOf, text } from './params.ts'

interface Wish extends ModuleAsk {
  present: boolean
  persistent: 'present' | 'absent' | 'disabled'
  result: Result
}

export default defineTask({
  name: 'modprobe',
  aliases: ['community.general.modprobe'],
  summary: 'Load a kernel module or unload it, now and at boot.',
  kind: () => 'state',
  params: z.strictObject({
    name: name.describe('The module.'),
    state: oneOf(['present', 'absent']).default('present').describe('Whether it is to be loaded now.'),
    params: text.default('').describe('Its parameters, such as numdummies=2.'),
    persistent: oneOf(['disabled', 'present', 'absent'])
      .default('disabled')
      .describe(
        'Whether it is loaded at boot, with these parameters: /etc/modules-load.d and /etc/modprobe.d. disabled: leave both alone.',
      ),
  }),
  example: `
- name: Bridged packets pass the packet filter
  modprobe:
    name: br_netfilter
    persistent: present
`,
  returns: { name: 'As asked for. Also params and state.' },
  notes: [
    'A module that is built into the kernel is loaded.',
    'Parameters of a module that is loaded already are not changed.',
    'Loading is not shown in the lab: its hosts share a kernel without modules. The rest is tested there.',
  ],
  prepare(params): Wish {
    if (!/^[\w.-]+$/.test(params.name))
      throw wrong(`modprobe: ${JSON.stringify(params.name)} is not the name of a module`)
    const words = params.params.split(/\s+/).filter((word) => word !== '')
    const { name, state } = params
    return {
      name,
      params: words,
      present: state === 'present',
      persistent: params.persistent,
      files: params.persistent !== 'disabled',
      result: { name, params: params.params, state },
    }
  },
  asks: (wish) => moduleQuestions(wish),
  plan: (wish, world) => editing(() => plan(wish, world)),
})

function plan(wish: Wish, world: World): Plan {
  const { name } = wish
  const seen = moduleSeen(wish, world)
  const loads = seen.loaded !== wish.present
  if (loads && !seen.tool) return missingTool(world, 'modprobe', 'kmod')
  if (loads && wish.present && seen.problem !== undefined)
    return missing(
      world,
      `the module ${name}`,
      seen.problem,
      'look for a typing error; the module may be in another package of the kernel',
    )
  const writes = persistentWrites(wish, seen)
  if (!loads && writes.length === 0)
    return {
      status: 'ok',
      reason:
        `module ${name} is ${wish.present ? '' : 'not '}loaded${wish.persistent === 'disabled' ? '' : ', now and at boot'}`.replace(
          'not loaded, now and at boot',
          'not loaded, neither now nor at boot',
        ),
      result: wish.result,
    }
  const diff: Diff[] = writes.map(({ path, before, after }) => ({ type: 'text', path, before, after }))
  const word = (on: boolean): string => (on ? 'loaded' : 'not loaded')
  if (loads)
    diff.unshift({
      type: 'fields',
      subject: `module ${name}`,
      fields: [{ name: 'now', before: word(seen.loaded), after: word(wish.present) }],
    })
  return {
    status: 'change',
    summary: loads
      ? `${wish.present ? 'load' : 'unload'} module ${name}`
      : `change what is loaded at boot: ${name}`,
    diff,
    apply: lines(SBIN, loads ? loading(wish) : nothing, writes.length > 0 ? writing(writes) : nothing),
    effects: [
      ...writes.map(writeEffect),
      ...moduleBecomes(wish, {
        ...seen,
        loaded: wish.present,
        ...confsAfter(seen, writes),
      }),
    ],
    result: wish.result,
  }
}

function loading({ name, params, present }: Wish): Script {
  return present ? sh`modprobe ${[name, ...params]} || exit 1` : sh`modprobe -r ${name} || exit 1`
}

interface Write {
  path: string
  before: string
  after: string
  content: Buffer
  encode: (text: string) => Buffer
  mode: number
}

/** Files of both directories that have to be others, by what Ansible would make of them. */
function persistentWrites(wish: Wish, seen: ModuleSeen): Write[] {
  if (wish.persistent === 'disabled') return []
  const { name } = wish
  const on = wish.persistent === 'present'
  const loadLine = new RegExp(String.raw`^ *${escaped(name)} *(?:[#;].*)?$`)
  const optionLine = new RegExp(String.raw`^options ${escaped(name)} (\w+=\S+) *(?:[#;].*)?$`)
  const find = (directory: string, line: RegExp): Conf[] =>
    seen.confs.filter(
      ({ path, text }) =>
        path.startsWith(`${directory}/`) && text.split('\n').some((each) => line.test(each)),
    )
  const out = new Map<string, string>()
  const disable = (directory: string, line: RegExp): void => {
    for (const { path, text } of find(directory, line))
      out.set(
        path,
        text
          .split('\n')
          .map((each) => (line.test(each) ? `#${each}` : each))
          .join('\n'),
      )
  }
  const loadFile = `${LOAD}/${name}.conf`
  const optionFile = `${PARAMETERS}/${name}.conf`
  if (!on) disable(LOAD, loadLine)
  else if (find(LOAD, loadLine).length === 0) out.set(loadFile, `${name}\n`)
  const is = new Set(
    find(PARAMETERS, optionLine).flatMap(({ text }) =>
      text.split('\n').flatMap((each) => optionLine.exec(each)?.[1] ?? []),
    ),
  )
  const shall = on ? new Set(wish.params) : new Set<string>()
  if (is.size !== shall.size || [...is].some((param) => !shall.has(param))) {
    disable(PARAMETERS, optionLine)
    if (on) out.set(optionFile, `${wish.params.map((param) => `options ${name} ${param}`).join('\n')}\n`)
  }
  return [...out].map(([path, after]) => {
    const there = seen.confs.find((conf) => conf.path === path)
    const { text: before, encode } = there ?? bytesAsText(path, undefined)
    return { path, before, after, content: encode(after), encode, mode: there?.mode ?? 0o644 }
  })
}

function confsAfter(seen: ModuleSeen, writes: readonly Write[]): Pick<ModuleSeen, 'confs'> {
  const others = seen.confs.filter(({ path }) => !writes.some((write) => write.path === path))
  const written = writes.map(({ path, after, encode, mode }) => ({ path, text: after, encode, mode }))
  return { confs: [...others, ...written] }
}

function writing(writes: readonly Write[]): Script {
  return lines(sh`mkdir -p ${[LOAD, PARAMETERS]} || exit 1`, writeFiles(writes))
}

function writeEffect({ path, content, mode }: Write): Effect {
  const owner = { uid: 0, gid: 0, owner: 'root', group: 'root' }
  return pathBecomes(path, { type: 'file', mode, ...owner, content })
}

function escaped(name: string): string {
  return name.replaceAll('.', String.raw`\.`)
}
