import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CHECKS } from '../../../src/ha/preflight/finding.ts'

const docs = readFileSync(new URL('../../../docs/preflight.md', import.meta.url), 'utf8')

it.each(Object.entries(CHECKS))('docs/preflight.md explains the check %s', (name, title) => {
  expect(docs).toContain(`\n| ${title} | \`${name}\` |`)
  expect(docs).toMatch(new RegExp(`one of .*\\b${name}\\b.*\\.\n`))
})
