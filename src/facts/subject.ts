import type { Script } from '../shell/sh.ts'
import type { Value } from '../value.ts'
import type { Seen } from './seen.ts'

/** Facts under Ansible's names without the `ansible_` prefix. An undefined one does not exist on the host. */
export type Facts = Record<string, Value | undefined>

/** One field of facts: what it looks at on the host, and what it makes of it. */
export interface Subject {
  /** Paths and globs to read; a file that is missing or not readable is simply not seen. */
  files: readonly string[]
  /** Shell text that prints sections (`section NAME` first); read-only. */
  probe?: Script
  /** `known` are the facts of the subjects before this one. */
  parse(seen: Seen, known: Facts): Facts
}
