/** Bundles src into dist: what is published needs no dependencies to be installed. */
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { z } from 'zod'

const Manifest = z.object({ name: z.string(), version: z.string(), license: z.string().optional() })
const root = new URL('..', import.meta.url).pathname
const dist = join(root, 'dist')
const BANNER = `#!/usr/bin/env node
import { createRequire as hakubeRequire } from 'node:module'
import { fileURLToPath as hakubePath } from 'node:url'
const require = hakubeRequire(import.meta.url)
const __filename = hakubePath(import.meta.url)
const __dirname = hakubePath(new URL('.', import.meta.url))`

await rm(dist, { recursive: true, force: true })
const result = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli.ts'],
  outdir: 'dist',
  bundle: true,
  // Chunks that a command does not need are never parsed.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Readable stacks are worth more than the few milliseconds that smaller files would save.
  minifySyntax: true,
  legalComments: 'none',
  metafile: true,
  // Native accelerators of ssh2: optional, and not to be had in a bundle.
  external: ['cpu-features', './crypto/build/Release/sshcrypto.node'],
  // What CommonJS packages expect to find around them.
  banner: { js: BANNER },
})
await chmod(join(dist, 'cli.js'), 0o755)
const packages = packagesOf(Object.keys(result.metafile.inputs))
await writeFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), await licenses(packages))

let bytes = 0
for (const name of await readdir(dist)) if (name.endsWith('.js')) bytes += (await stat(join(dist, name))).size
console.log(`dist: ${(bytes / 1024).toFixed(0)} KiB of JavaScript, ${packages.length} packages bundled`)

/** Folders of the packages that are in the bundle. */
function packagesOf(inputs: readonly string[]): string[] {
  const found = inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? [])
  return [...new Set(found)].sort()
}

/** The licence texts that the bundled packages ask to be handed on. */
async function licenses(folders: readonly string[]): Promise<string> {
  const sections: string[] = []
  for (const folder of folders) {
    const manifest = Manifest.parse(JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')))
    const { name, version, license } = manifest
    const file = (await readdir(join(root, folder))).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file
      ? await readFile(join(root, folder, file), 'utf8')
      : `Licence: ${license ?? 'unknown'}\n`
    sections.push(`${name} ${version}\n${'='.repeat(72)}\n${text.trim()}\n`)
  }
  return sections.join('\n')
}
