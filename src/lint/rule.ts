import type { Place } from '../errors.ts'
import type { LintFile } from './file.ts'
import type { WrittenEntry, WrittenPlay, WrittenTask } from './written.ts'

/** What a rule has found: where, in words, and what to write instead. */
export interface Found {
  place: Place
  message: string
  hint?: string
}

/** All files of a playbook or role, for rules that look further than one task. */
export interface Scene {
  files: readonly LintFile[]
  /** Whether the playbooks that use all this are among them: only then all that notifies is. */
  whole: boolean
}

/** One piece of advice. Its id is stable: comments silence it by it. */
export interface Rule {
  id: string
  /** Names under which ansible-lint knows the same, for its noqa comments. */
  alsoKnownAs: readonly string[]
  /** One line for the table in the docs. */
  summary: string
  /** Why, two or three sentences. */
  why: string
  /** Tasks (or plays) that it finds something in, and the same without; the docs show them and tests lint them. */
  bad: string
  good: string
  task?(task: WrittenTask): readonly Found[]
  play?(play: WrittenPlay): readonly Found[]
  entry?(entry: WrittenEntry): readonly Found[]
  file?(file: LintFile): readonly Found[]
  scene?(scene: Scene): readonly Found[]
}
