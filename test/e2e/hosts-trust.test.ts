import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { lab } from '../lab/lab.ts'
import { PATHS } from '../lab/paths.ts'
import { hakube, scratch } from './support/hakube.ts'

/** An inventory of hosts with a known_hosts file of its own, and that file. */
async function stranger(names: readonly string[]): Promise<{ inventory: string; known: string }> {
  const folder = await scratch()
  const known = join(folder, 'known_hosts')
  const inventory = join(folder, 'inventory.ini')
  await writeFile(inventory, lab.inventory(names).replaceAll(PATHS.knownHosts, known))
  return { inventory, known }
}

const count = (text: string): number => text.split('\n').filter((line) => line !== '').length

it('hosts trust shows the keys of strangers, keeps what is confirmed, once, and then they can be reached', async () => {
  const { inventory, known } = await stranger(['m1', 'd1'])
  const refused = await hakube(['facts', '-i', inventory])
  expect(refused.code).toBe(4)
  expect(refused.stderr + refused.stdout).toContain('hosts trust')

  const asked = await hakube(['hosts', 'trust', '-i', inventory])
  expect(asked.code).toBe(1)
  expect(asked.stdout).toMatch(/m1 .*ED25519 .*SHA256:\S{43} .*new/i)
  await expect(readFile(known)).rejects.toThrow('ENOENT')

  const runs = await Promise.all([1, 2].map(() => hakube(['hosts', 'trust', '-i', inventory, '--yes'])))
  expect(runs.map(({ code }) => code)).toEqual([0, 0])
  const kept = await readFile(known, 'utf8')
  // Three keys of each host, hashed or not, by two runs at the same time.
  expect(count(kept)).toBe(6)

  const again = await hakube(['hosts', 'trust', '-i', inventory, '--yes'])
  expect(again.code).toBe(0)
  expect(await readFile(known, 'utf8')).toBe(kept)
  expect((await hakube(['facts', '-i', inventory])).code).toBe(0)
})

it('a changed key is shown with the old one, stays without --replace, and goes with it', async () => {
  const { inventory, known } = await stranger(['m1'])
  await hakube(['hosts', 'trust', '-i', inventory, '--yes'])
  const right = await readFile(known, 'utf8')
  const other = (await readFile(PATHS.knownHosts, 'utf8'))
    .split('\n')
    .find((line) => line.includes('[127.0.0.1]:2221') || line.startsWith('d1,'))
  const wrong = right
    .split('\n')
    .filter((line) => line.includes('ssh-ed25519'))
    .map((line) => [line.split(' ')[0], ...(other ?? '').split(' ').slice(1)].join(' '))
    .join('\n')
  await writeFile(known, `${wrong}\n`)
  const stays = await hakube(['hosts', 'trust', '-i', inventory, '--yes'])
  expect(stays.code).toBe(2)
  expect(stays.stdout.match(/SHA256:/g)?.length).toBeGreaterThan(count(wrong))
  expect(await readFile(known, 'utf8')).toBe(`${wrong}\n`)
  const replaced = await hakube(['hosts', 'trust', '-i', inventory, '--yes', '--replace'])
  expect(replaced.code, replaced.stderr).toBe(0)
  expect((await hakube(['facts', '-i', inventory])).code).toBe(0)
  expect(await readFile(known, 'utf8')).not.toContain(other?.split(' ')[2])
})
