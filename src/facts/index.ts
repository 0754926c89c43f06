import type { Answer, Question } from '../connect/connection.ts'
import { HakubeError, EXIT } from '../errors.ts'
import { lines, Script, sh } from '../shell/sh.ts'
import { dict, type Dict, type Value } from '../value.ts'
import { env } from './env.ts'
import { hardware } from './hardware.ts'
import { local } from './local.ts'
import { mounts } from './mounts.ts'
import { network } from './network.ts'
import { os } from './os.ts'
import { python } from './python.ts'
import { readSeen } from './seen.ts'
import { selinux } from './selinux.ts'
import { software } from './software.ts'
import { sshKeys } from './ssh-keys.ts'
import type { Facts, Subject } from './subject.ts'
import { time } from './time.ts'
import { user } from './user.ts'
import { virtual } from './virtual.ts'

/** In the order in which later ones need earlier ones. */
const SUBJECTS: readonly Subject[] = [
  os,
  network,
  hardware,
  mounts,
  user,
  time,
  env,
  selinux,
  software,
  python,
  virtual,
  sshKeys,
  local,
]

/** The question that all facts of a host come from: one read-only script. */
export function factsQuestion(): Question {
  return { id: 'facts', script: factsScript() }
}

function factsScript(): Script {
  const probes = SUBJECTS.flatMap((subject) => subject.probe ?? [])
  // Globs must not be quoted; all names are our own.
  const files = new Script(SUBJECTS.flatMap((subject) => subject.files).join(' '))
  return lines(
    sh`section() { printf '\036%s\n' "$1"; }
section env
cat /proc/self/environ
exec 2>/dev/null
PATH="$PATH:/usr/sbin:/sbin:/usr/bin:/bin"
LC_ALL=C
export PATH LC_ALL
section files
grep -asH '' ${files}`,
    ...probes,
    sh`section end
:`,
  )
}

/**
 * The facts out of the question's answer, under Ansible's names without the prefix.
 * Throws HakubeError `facts-failed` if the answer is not whole.
 */
export function parseFacts(answer: Answer): Dict {
  const seen = readSeen(answer.stdout.toString('utf8'), sectionNames())
  if (seen.section('end') === undefined) {
    throw new HakubeError(`the facts script stopped in the middle (exit status ${answer.code})`, {
      code: 'facts-failed',
      exitCode: EXIT.failed,
      hint: `run it by hand to see why: the host's /bin/sh must be a POSIX shell${lastWords(answer)}`,
    })
  }
  const facts: Facts = { gather_subset: ['all'], module_setup: true }
  for (const subject of SUBJECTS) Object.assign(facts, subject.parse(seen, facts))
  return dict(facts)
}

function lastWords(answer: Answer): string {
  const text = answer.stderr.toString('utf8').trim()
  return text === '' ? '' : `; it said: ${text.split('\n').at(-1) ?? ''}`
}

/** Facts as variables of their own: with the prefix `ansible_`, but for the names that have none in Ansible. */
export function injectFacts(facts: Dict): Dict {
  const plain = new Set(['gather_subset', 'module_setup', 'discovered_interpreter_python'])
  return new Map(
    [...facts].map(([key, value]): [string, Value] => {
      const name = String(key)
      return [name.startsWith('ansible_') || plain.has(name) ? name : `ansible_${name}`, value]
    }),
  )
}

/** The sections that the script prints, read off its own text. */
function sectionNames(): Set<string> {
  return new Set([...factsScript().text.matchAll(/^section (\w+)$/gm)].map((match) => match[1] ?? ''))
}
