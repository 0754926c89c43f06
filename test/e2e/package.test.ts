import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { inventoryFile, scratch } from './support/hakube.ts'

const root = new URL('../..', import.meta.url).pathname

it('installed from its tarball into an empty folder, finds its playbook and templates', async () => {
  const folder = await scratch()
  // The bundle is built already; prepack would build it once more.
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    stdio: 'pipe',
  })
  const [tarball = ''] = readdirSync(folder)
  execFileSync(
    'npm',
    ['install', '--global', '--offline', '--prefix', join(folder, 'g'), join(folder, tarball)],
    {
      cwd: folder,
      stdio: 'pipe',
    },
  )
  expect(readdirSync(join(folder, 'g/lib/node_modules'))).toEqual(['hakube'])
  const inventory = await inventoryFile(['m1', 'm2'], { ha_vip: '10.88.0.104' })
  const ran = spawnSync(join(folder, 'g/bin/hakube'), ['check', '-i', inventory], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(ran.status, ran.stdout + ran.stderr).toBe(3)
  expect(ran.stdout).toMatch(/Configure haproxy/)
  expect(ran.stdout).toMatch(/10\.88\.0\.104/)
})
