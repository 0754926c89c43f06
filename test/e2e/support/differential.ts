import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { lab } from '../../lab/lab.ts'
import { install } from '../../lab/engine.ts'
import { has, must, run } from '../../lab/process.ts'
import { hakube, scratch } from './hakube.ts'
import { installUfw } from './ufw.ts'

/**
 * The same tasks by ansible-core and by hakube. Cases are data: `test/e2e/differential/<module>.yml`. All cases of
 * a twin become one playbook that both tools run, each on the freshly reset host; what is compared is put down by
 * the playbook itself, so that neither tool's output needs reading.
 */

const FOLDER = new URL('../differential', import.meta.url).pathname

export type Family = 'el' | 'debian'

export const TWIN: Readonly<Record<Family, string>> = { el: 'mpy', debian: 'dpy' }

const Task = z.record(z.string(), z.json())

const Fields = z.strictObject({
  name: z.string(),
  on: z.array(z.enum(['el', 'debian'])).default(['el', 'debian']),
  prepare: z.string().default(''),
  tasks: z.array(Task).min(1),
  look: z.string().default(''),
  results: z.array(z.string()).default([]),
  check: z.boolean().default(true),
  /** Where hakube means to differ: path of what is compared (`check0.changed`, `look`) to the reason. */
  differs: z.record(z.string(), z.string()).default({}),
})

/** YAML 1.1 reads the key `on` as true. */
const Case = z.preprocess((given) => {
  const { true: on, ...rest } = z.record(z.string(), z.unknown()).parse(given)
  return on === undefined ? rest : { ...rest, on }
}, Fields)

export type DifferentialCase = z.infer<typeof Case> & { module: string }

/** All cases, or those of the files that DIFFERENTIAL names (`DIFFERENTIAL=user,group`). */
export function differentialCases(family: Family): DifferentialCase[] {
  const wanted = process.env['DIFFERENTIAL']?.split(',')
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => name.replace(/\.yml$/, ''))
    .filter((module) => wanted === undefined || wanted.includes(module))
    .toSorted()
    .flatMap((module) => {
      // PyYAML's rules: `mode: 0644` is a number to both tools.
      const text = readFileSync(join(FOLDER, `${module}.yml`), 'utf8')
      const cases = z.array(Case).parse(parse(text, { version: '1.1' }))
      return cases.map((one) => ({ ...one, module }))
    })
    .filter((one) => one.on.includes(family))
}

type Json = z.infer<ReturnType<typeof z.json>>

/** Where the playbook puts what it saw, one file a case. */
const SEEN = '/root/.differential'

function playOf(cases: readonly DifferentialCase[], host: string): Json {
  return [
    {
      hosts: host,
      gather_facts: true,
      tasks: [{ shell: `mkdir -p ${SEEN}` }, ...cases.flatMap((one, index) => tasksOf(one, index))],
    },
  ]
}

function tasksOf(one: DifferentialCase, index: number): Json[] {
  const kept: string[] = []
  const registered = (task: Record<string, Json>, name: string, more: Record<string, Json> = {}): Json => {
    kept.push(name)
    return { ...task, ignore_errors: true, register: `case${index}_${name}`, ...more }
  }
  const first = one.tasks.flatMap((task, at) => [
    ...(one.check ? [registered(task, `check${at}`, { check_mode: true })] : []),
    registered(task, `run${at}`),
  ])
  const again = one.tasks.map((task, at) => registered(task, `again${at}`))
  const shell = (script: string, name: string) => registered({ shell: script }, name)
  const steps = [
    ...(one.prepare ? [shell(one.prepare, 'prepare')] : []),
    ...first,
    ...again,
    ...(one.look ? [shell(one.look, 'look')] : []),
  ]
  const seen = kept.map((name) => `"${name}": case${index}_${name}`).join(', ')
  return [
    ...steps,
    { copy: { content: `{{ {${seen}} | to_json }}`, dest: `${SEEN}/${index}.json`, mode: '0600' } },
  ]
}

/** What both tools have to agree on; `undefined` where a tool got to no end. */
export interface Seen {
  prepare: Json
  tasks: Record<string, Json>
  look: string | undefined
}

/** One flat line for each thing compared: `run0.changed`, `look` … */
export function flat(seen: Seen): Record<string, Json> {
  const out: Record<string, Json> = { prepare: seen.prepare, look: seen.look ?? null }
  for (const [task, result] of Object.entries(seen.tasks)) {
    for (const [key, value] of Object.entries(Object(result))) out[`${task}.${key}`] = z.json().parse(value)
  }
  return out
}

const Result = z.record(z.string(), z.json())

function seenOf(one: DifferentialCase, text: string): Seen {
  const all = z.record(z.string(), Result).parse(JSON.parse(text))
  const tasks: Record<string, Json> = {}
  for (const [name, result] of Object.entries(all)) {
    if (name === 'look' || name === 'prepare') continue
    const keys = name.startsWith('run') ? one.results : []
    tasks[name] = {
      changed: result['changed'] ?? false,
      failed: result['failed'] ?? false,
      skipped: result['skipped'] ?? false,
      ...Object.fromEntries(keys.map((key) => [key, result[key] ?? null])),
    }
  }
  const look = all['look']?.['stdout']
  return {
    prepare: all['prepare']?.['rc'] ?? 0,
    tasks,
    look: typeof look === 'string' ? `${look}\n` : undefined,
  }
}

/** Runs the cases by one tool on the reset twin. */
export async function runBy(
  tool: 'ansible' | 'hakube',
  cases: readonly DifferentialCase[],
  host: string,
): Promise<(Seen | undefined)[]> {
  const folder = await scratch()
  const inventory = join(folder, 'inventory.ini')
  const playbook = join(folder, 'site.yml')
  await writeFile(inventory, lab.inventory([host]))
  await writeFile(playbook, JSON.stringify(playOf(cases, host), null, 1))
  await lab.reset([host])
  if (cases.some(({ module }) => module === 'ufw')) await installUfw(host)
  const said = tool === 'ansible' ? await byAnsible(folder) : await byHakube(folder)
  const out: (Seen | undefined)[] = []
  for (const [index, one] of cases.entries()) {
    const { code, stdout } = await lab.exec(host, ['cat', `${SEEN}/${index}.json`])
    out.push(code === 0 ? seenOf(one, stdout) : undefined)
  }
  if (out.includes(undefined)) throw new Error(`${tool} came to no end:\n${said.slice(-3000)}`)
  return out
}

async function byAnsible(folder: string): Promise<string> {
  const { stdout, stderr } = await run(['ansible-playbook', '-i', 'inventory.ini', 'site.yml'], {
    cwd: folder,
    // Connections that are kept belong to this lab: another one has the same ports.
    env: {
      ANSIBLE_PIPELINING: '1',
      ANSIBLE_NOCOLOR: '1',
      ANSIBLE_SSH_CONTROL_PATH_DIR: join(folder, 'cp'),
    },
    timeout: 2_400_000,
  })
  return `${stdout}\n${stderr}`
}

async function byHakube(folder: string): Promise<string> {
  const args = ['apply', '-i', 'inventory.ini', 'site.yml']
  const { stdout, stderr } = await hakube(args, { cwd: folder, timeout: 2400 })
  return `${stdout}\n${stderr}`
}

/** Debian's ansible-core with its collections, installed where it is missing; says which. */
export async function ensureAnsible(): Promise<string> {
  if (!(await has('ansible-doc'))) await install(['ansible', 'openssh-client'], () => undefined)
  return (await must(['ansible-playbook', '--version'])).split('\n')[0] ?? ''
}
