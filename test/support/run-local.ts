import { mkdtemp, mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { HakubeErrors, isKnown, type HakubeError } from '../../src/errors.ts'
import type { Event, TaskOutcome } from '../../src/report/events.ts'
import { run, type RunSummary } from '../../src/run.ts'
import type { RunOptions } from '../../src/run/options.ts'
import { Redactor } from '../../src/secret.ts'
import type { Raw } from '../../src/variables/store.ts'
import type { Value } from '../../src/value.ts'

export interface LocalRun {
  /** Folder of playbook and inventory; {{ playbook_dir }} in them. */
  folder: string
  events: Event[]
  outcomes: TaskOutcome[]
  summary: RunSummary | undefined
  /** Known errors that refused the run. */
  errors: readonly HakubeError[]
  /** `host task status` of every outcome, in order; `refused: why` where the run was refused. */
  story: string[]
}

export interface LocalSettings extends Partial<RunOptions> {
  /** Folder of an earlier run, to run again in. */
  folder?: string
  inventory?: string
  files?: Readonly<Record<string, string>>
  extra?: Readonly<Record<string, Value>>
}

/** Three hosts that are this machine: real shells, no network. */
export const LOCAL_HOSTS = `[web]
a ansible_connection=local
b ansible_connection=local
c ansible_connection=local
`

/** Runs a playbook against this machine through real shells. What it writes belongs into its folder. */
export async function runLocal(playbook: string, settings: LocalSettings = {}): Promise<LocalRun> {
  const { folder: given, inventory = LOCAL_HOSTS, files = {}, extra = {}, ...options } = settings
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'hakube-run-')))
  for (const [name, text] of Object.entries({ ...files, 'site.yml': playbook, 'hosts.ini': inventory })) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  const events: Event[] = []
  const base: RunOptions = {
    playbook: join(folder, 'site.yml'),
    bundled: false,
    inventories: [join(folder, 'hosts.ini')],
    limit: undefined,
    tags: { only: [], skip: [] },
    startAtTask: undefined,
    extraVars: new Map(
      Object.entries(extra).map(([name, value]): [string, Raw] => [name, { value, place: undefined }]),
    ),
    check: false,
    diff: false,
    forks: 10,
    connection: {
      user: undefined,
      keyFile: undefined,
      password: undefined,
      becomePassword: undefined,
      hostKeyChecking: undefined,
      timeout: 5,
    },
    become: { become: false, user: undefined },
    verbosity: 0,
    version: '0.0.0-test',
    purpose: 'a test',
    // Test files run side by side, and this machine would have one lock for all of them.
    lockFile: join(folder, '.hakube.lock'),
    redactor: new Redactor(),
    signal: new AbortController().signal,
    abort: new AbortController().signal,
    env: {},
    emit: (event) => events.push(event),
    ...options,
  }
  let summary: RunSummary | undefined
  let errors: readonly HakubeError[] = []
  try {
    summary = await run(base)
  } catch (error) {
    if (!isKnown(error)) throw error
    errors = error instanceof HakubeErrors ? error.errors : [error]
  }
  const outcomes = events.flatMap((event) => (event.type === 'task-end' ? [event.outcome] : []))
  const story = outcomes.map(({ host, task, item, status }) =>
    [host, task, ...(item === undefined ? [] : [`(${item})`]), status].join(' '),
  )
  for (const error of errors) story.push(`refused: ${error.message}`)
  return { folder, events, outcomes, summary, errors, story }
}

/** The story of one host. */
export function storyOf(done: LocalRun, host: string): string[] {
  return done.story.filter((line) => line.startsWith(`${host} `)).map((line) => line.slice(host.length + 1))
}
