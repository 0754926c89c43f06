/**
 * Writes what follows from the modules in src/tasks: the index of the modules, a page of documentation for each,
 * and a JSON schema of their parameters. `npm run gen`; a test fails when the files are older than the modules.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { generate } from './gen/generate.ts'

const root = path.resolve(import.meta.dirname, '..')

/** Writes the generated files and removes pages of modules that are gone. */
async function main(): Promise<void> {
  const files = await generate(root)
  for (const [name, text] of files) {
    const target = path.join(root, name)
    await mkdir(path.dirname(target), { recursive: true })
    await writeFile(target, text)
  }
  for (const page of await readdir(path.join(root, 'docs/modules'))) {
    if (!files.has(`docs/modules/${page}`)) await rm(path.join(root, 'docs/modules', page))
  }
  console.log(`${files.size} files are up to date`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
