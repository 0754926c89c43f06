import type { HakubeError } from '../errors.ts'

const PLAYBOOKS = 'docs/playbooks.md'
const SUPPORT = 'docs/support.md'

/** The page that tells more about a mistake, by its code. */
const PAGES: Readonly<Record<string, string>> = {
  'playbook-syntax': PLAYBOOKS,
  'template-syntax': PLAYBOOKS,
  'not-static': PLAYBOOKS,
  'unknown-role': PLAYBOOKS,
  'unknown-handler': PLAYBOOKS,
  'wrong-role-argument': PLAYBOOKS,
  'unknown-filter': `${SUPPORT}#filters`,
  'unknown-test': `${SUPPORT}#tests`,
  'unknown-lookup': `${SUPPORT}#lookups`,
  'unknown-module': SUPPORT,
}

/** The page of the docs, below the folder of the package, that tells more about a mistake; undefined where none does. */
export function docsOf({ code, docs }: HakubeError): string | undefined {
  return docs ?? PAGES[code]
}
