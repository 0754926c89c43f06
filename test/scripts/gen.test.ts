import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { generate } from '../../scripts/gen/generate.ts'

const root = path.resolve(import.meta.dirname, '../..')

test('the generated files are what the modules say; if not: npm run gen', async () => {
  for (const [name, text] of await generate(root)) {
    expect(await readFile(path.join(root, name), 'utf8').catch(() => 'missing'), name).toBe(text)
  }
})
