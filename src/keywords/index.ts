import {
  BLOCK_KEYWORDS,
  HANDLER_KEYWORDS,
  IMPORT_PLAYBOOK_KEYWORDS,
  LOOP_CONTROL_KEYWORDS,
  LOOP_KEYWORDS,
  PLAY_KEYWORDS,
  ROLE_KEYWORDS,
  type Support,
  TASK_KEYWORDS,
} from '../playbook/keywords.ts'
import type { KeywordDoc, KeywordDocs } from './doc.ts'
import { LOOP_KEYWORD_DOCS } from './loops.ts'
import { PLAY_ONLY_KEYWORDS } from './plays.ts'
import { SHARED_KEYWORDS } from './shared.ts'
import { TASK_ONLY_KEYWORDS } from './tasks.ts'

export type { KeywordDoc, KeywordType } from './doc.ts'

const DOCS: KeywordDocs = {
  ...PLAY_ONLY_KEYWORDS,
  ...SHARED_KEYWORDS,
  ...TASK_ONLY_KEYWORDS,
  ...LOOP_KEYWORD_DOCS,
}

/** Where keywords may stand, and which of them: the loader's own tables. */
export const SCOPES: Readonly<Record<string, Readonly<Record<string, Support>>>> = {
  play: PLAY_KEYWORDS,
  'import_playbook entry': IMPORT_PLAYBOOK_KEYWORDS,
  'role entry': ROLE_KEYWORDS,
  block: BLOCK_KEYWORDS,
  task: { ...TASK_KEYWORDS, ...LOOP_KEYWORDS },
  handler: { ...HANDLER_KEYWORDS, ...LOOP_KEYWORDS },
  loop_control: LOOP_CONTROL_KEYWORDS,
}

/** All about one keyword. */
export interface Keyword {
  name: string
  /** Undefined for one that nobody has described yet. */
  doc: KeywordDoc | undefined
  /** Scopes in which it works. */
  where: readonly string[]
  /** Scopes in which it is refused, with what to write instead. */
  refused: readonly { scope: string; why: string }[]
}

/** Every keyword that Ansible has and hakube knows of, by name. */
export function allKeywords(): Keyword[] {
  const names = Object.values(SCOPES).flatMap((table) => Object.keys(table))
  return [...new Set(names)]
    .filter((name) => !name.includes('.'))
    .toSorted()
    .map((name) => {
      const scopes = Object.entries(SCOPES).filter(([, table]) => Object.hasOwn(table, name))
      return {
        name,
        doc: Object.hasOwn(DOCS, name) ? DOCS[name] : undefined,
        where: scopes.filter(([, table]) => table[name] === 'yes').map(([scope]) => scope),
        refused: scopes.flatMap(([scope, table]) => {
          const why = table[name]
          return why === undefined || why === 'yes' ? [] : [{ scope, why }]
        }),
      }
    })
}
