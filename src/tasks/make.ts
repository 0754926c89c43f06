import * as z from 'zod'
import { quote, type Script, sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import { fromJson } from '../value.ts'
import type { ScriptAsk } from '../world/replies.ts'
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
    'Whether there is something to make is asked with make -q, in check mode too: commands in the Makefile that run even then (+, $(MAKE), $(shell …)) run.',
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
    if (reply.code === 127) return { status: 'fail', message: 'make is not installed' }
    const stderr = reply.stderr.toString('utf8')
    if (reply.code === 0) {
      const said = { stdout: reply.stdout.toString('utf8'), stderr }
      return { status: 'ok', reason: `${make.target ?? 'all'} is made`, result: { ...shown(make), ...said } }
    }
    return {
      status: 'change',
      summary: `make ${make.target ?? 'all'} in ${make.chdir}`,
      diff: [],
      apply: run(make, []),
      effects: [],
      openEnded: true,
      timeout: 3600,
      result: shown(make),
    }
  },
  result: (_make, { stdout, stderr }) => ({
    stdout: stdout.toString('utf8'),
    stderr: stderr.toString('utf8'),
  }),
})

function askFor(make: Make): ScriptAsk {
  return { id: `make ${JSON.stringify(make)}`, text: run(make, ['-q']), volatile: true }
}

function run({ chdir, program, words }: Make, more: readonly string[]): Script {
  return sh`cd ${chdir} || exit 126
hk_make=${program ?? ''}
[ -n "$hk_make" ] || { if command -v gmake >/dev/null 2>&1; then hk_make=gmake; else hk_make=make; fi; }
command -v "$hk_make" >/dev/null 2>&1 || { echo 'make is not installed' >&2; exit 127; }
"$hk_make" ${words} ${more} </dev/null`
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
