import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CHECKS } from '../../src/verify/finding.ts'

const docs = readFileSync(new URL('../../docs/verify.md', import.meta.url), 'utf8')

it.each(Object.entries(CHECKS))('docs/verify.md explains the check %s', (id, title) => {
  expect(docs.replaceAll('’', "'")).toContain(`\n| ${title.replaceAll('’', "'")} |`)
  expect(docs.replaceAll('\n', ' ')).toMatch(new RegExp(`[ ,]${id}[ ,.]`))
})
