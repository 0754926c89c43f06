import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'

const Record = z.object({
  version: z.string(),
  /** Full name → parameter → its other names. */
  modules: z.record(z.string(), z.record(z.string(), z.array(z.string()))),
  /** Keyword → scopes. */
  keywords: z.record(z.string(), z.array(z.string())),
  filters: z.array(z.string()),
  tests: z.array(z.string()),
  lookups: z.array(z.string()),
})

/** What scripts/record/names.py has recorded of ansible-core. */
export type AnsibleRecord = z.output<typeof Record>

export function readRecord(root: string): AnsibleRecord {
  return Record.parse(JSON.parse(readFileSync(path.join(root, 'scripts/record/ansible.json'), 'utf8')))
}
