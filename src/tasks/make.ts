import * as z from 'zod'
import { quote, type Script, sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import { fromJson } from '../value.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import { int, name, path, text } from './params.ts'

interface Make {
  chdir: string
  /** undefined: gmake, or make where there is none. */
  program: string | undefined
  words: readonly string[]
  target: string | undefined
  file: string | undefined
  jobs: number | undefined
  params: Record<string, string> | undefined
}

export default defineTask({
  name: 'make',
  aliases: ['community.general.make', 'community.general.system.make'],
  summary: 'Make a target of a Makefile, if it is not made yet.',
  kind: () => 'action',
  params: z.strictObject({
    chdir: path.describe('Directory with the Makefile.'),
    target: name.optional().describe('What to make; the first target of the Makefile by default.'),
    params: z.record(z.string(), text).optional().describe('Variables for the Makefile, as a mapping.'),
    file: name.optional().describe('Another file than Makefile.'),
    jobs: int.optional().describe('How many commands may run at a time.'),
    make: path.optional().describe('The make to use.'),
  }),
  late: () => true,
  example: `
- name: Build and install
  make:
    chdir: /usr/src/keepalived
    target: install
    params:
      PREFIX: /usr/local
`,
  returns: { command: 'the command line', stdout: 'what make said', stderr: 'and its errors' },
  notes: [
    'Whether there is something to make is asked with make -q when the turn of the task has come, in check mode too: commands in the Makefile that run even then (+, $(MAKE), $(shell …), rules for makefiles) run. It costs the no-op a round trip.',
    'Where make -q finds no rule or cannot read the Makefile, the task fails without being tried; where one of those commands fails under -q, only make itself can tell, and check mode says that it would run.',
  ],
  prepare({ make, target, params, file, jobs, chdir }): Make {
    return {
      chdir,
      program: make,
      words: [
        ...(jobs === undefined ? [] : ['-j', String(jobs)]),
        ...(file === undefined ? [] : ['-f', file]),
        ...(target === undefined ? [] : [target]),
        ...Object.entries(params ?? {}).map(([key, value]) => `${key}=${value}`),
      ],
      target,
      file,
      jobs,
      params,
    }
  },
  asks: (make) => [
    { kind: 'path', ask: { path: make.chdir, follow: true } },
    { kind: 'script', ask: askFor(make) },
  ],
  plan(make, world): Plan {
    const directory = world.get('path', { path: make.chdir, follow: true })
    if (!directory.exists || directory.type !== 'directory')
      return { status: 'fail', message: `${make.chdir} is not a directory` }
    const reply = world.get('script', askFor(make))
    const said = saidBy(reply)
    const why = said.stderr.split('\n').at(-1) ?? ''
    // What is going to change may be what is made of: only what is to be made anyway is certain.
    if (reply.code !== 1 && (world.predicts('path') || world.predicts('package')))
      return { status: 'unknown', why: 'whether there is something to make, once the changes above are made' }
    if (reply.code === NO_MAKE) return { status: 'fail', message: why }
    if (reply.code === NO_ENTRY)
      return { status: 'unknown', why: `whether there is something to make: ${why}` }
    if (reply.code > 1 && !RECIPE_FAILED.test(why))
      return { status: 'fail', message: why || `make -q ended with ${reply.code}`, result: shown(make) }
    if (reply.code === 0) {
      return { status: 'ok', reason: `${make.target ?? 'all'} is made`, result: { ...shown(make), ...said } }
    }
    return {
      status: 'change',
      summary: `make ${make.target ?? 'all'} in ${make.chdir}`,
      diff: [],
      apply: run(make, [], sh``),
      effects: [],
      openEnded: true,
      // A command that ran under -q failed, perhaps because -q ran none of those before it.
      ...(reply.code > 1 && { maybe: true }),
      timeout: 3600,
      result: shown(make),
    }
  },
  result: (_make, output) => saidBy(output),
})

const NO_ENTRY = 126
const NO_MAKE = 127

/** The last line of an error that is none of make's own. */
const RECIPE_FAILED = /: \*\*\* \[.*\] (Error \d+|\S+)$/

/** As Ansible gives it back: without line ends behind it. */
function saidBy({ stdout, stderr }: Pick<ScriptReply, 'stdout' | 'stderr'>): {
  stdout: string
  stderr: string
} {
  const text = (bytes: Buffer): string => bytes.toString('utf8').replace(/[\r\n]+$/, '')
  return { stdout: text(stdout), stderr: text(stderr) }
}

function askFor(make: Make): ScriptAsk {
  return { id: `make ${JSON.stringify(make)}`, text: run(make, ['-q'], sh`LC_ALL=C`), volatile: true }
}

function run({ chdir, program, words }: Make, more: readonly string[], settings: Script): Script {
  return sh`cd ${chdir} || exit ${NO_ENTRY}
hk_make=${program ?? ''}
[ -n "$hk_make" ] || { if command -v gmake >/dev/null 2>&1; then hk_make=gmake; else hk_make=make; fi; }
command -v "$hk_make" >/dev/null 2>&1 || { echo 'make is not installed' >&2; exit ${NO_MAKE}; }
${settings} "$hk_make" ${words} ${more} </dev/null`
}

function shown({ chdir, program, words, target, file, jobs, params }: Make) {
  return {
    chdir,
    command: [program ?? 'make', ...words].map(quote).join(' '),
    target: target ?? null,
    file: file ?? null,
    jobs: jobs ?? null,
    params: fromJson(params ?? null),
  }
}
