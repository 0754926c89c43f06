/**
 * How long an inventory of 5,000 hosts with ranges and nested groups takes to load, and how much memory:
 * `npx tsx test/bench/inventory.ts`. Where ansible-inventory is installed, it does the same for comparison.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const MAX_MS = 500
const MAX_MIB = 150
const RUNS = 5

const run = promisify(execFile)

/** 5,000 hosts in 100 racks, 10 rooms and 2 sites, with variables at every level and a file per rack. */
async function writeInventory(root: string): Promise<string> {
  const racks = Array.from({ length: 100 }, (_, index) => String(index).padStart(3, '0'))
  const lines: string[] = []
  for (const rack of racks) {
    lines.push(`[rack${rack}]`, `n[01:40].r${rack}.example.org ansible_user=root weight=10`)
    for (let host = 41; host <= 50; host += 1) {
      lines.push(
        `n${host}.r${rack}.example.org ansible_host=10.${Number(rack)}.0.${host} labels="['a', 'b']"`,
      )
    }
    lines.push(`[rack${rack}:vars]`, `rack=${rack}`, `gateway=10.${Number(rack)}.0.1`)
  }
  for (let room = 0; room < 10; room += 1) {
    lines.push(
      `[room${room}:children]`,
      ...racks.slice(room * 10, room * 10 + 10).map((rack) => `rack${rack}`),
    )
    lines.push(`[room${room}:vars]`, `room=${room}`)
  }
  lines.push('[east:children]', ...Array.from({ length: 5 }, (_, room) => `room${room}`))
  lines.push('[west:children]', ...Array.from({ length: 5 }, (_, room) => `room${room + 5}`))
  lines.push('[all:vars]', 'ha_vip=192.0.2.10', 'ntp="{{ gateway }}"')
  const file = join(root, 'hosts.ini')
  await writeFile(file, `${lines.join('\n')}\n`)
  await mkdir(join(root, 'group_vars'))
  await writeFile(join(root, 'group_vars', 'all.yml'), 'dns: [10.0.0.1, 10.0.0.2]\nha_port: 6443\n')
  for (const rack of racks) {
    await writeFile(join(root, 'group_vars', `rack${rack}.yml`), `power: {a: ${Number(rack)}, b: true}\n`)
  }
  return file
}

interface Measured {
  hosts: number
  ms: number
  mib: number
}

// Loading the code counts, too. The figure for memory is in kilobytes on Linux.
const PROGRAM = `
  const started = performance.now()
  const { loadInventory } = await import('./bundle/load.js')
  const { hosts } = await loadInventory([process.argv[2]])
  const ms = performance.now() - started
  const mib = process.resourceUsage().maxRSS / 1024
  process.stdout.write(JSON.stringify({ hosts: hosts.size, ms, mib }))
`

/** A program that loads an inventory with code bundled as it is shipped: compiling it is no part of the figures. */
async function writeProgram(root: string): Promise<string> {
  await build({
    entryPoints: [fileURLToPath(new URL('../../src/inventory/load.ts', import.meta.url))],
    outdir: join(root, 'bundle'),
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // CommonJS dependencies require Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module';const require=createRequire(import.meta.url);",
    },
  })
  const file = join(root, 'load.mjs')
  await writeFile(join(root, 'package.json'), '{"type": "module"}')
  await writeFile(file, PROGRAM)
  return file
}

/** Loads the inventory in a process of its own, as a command does. */
async function load(program: string, file: string): Promise<Measured> {
  const { stdout } = await run(process.execPath, [program, file])
  return JSON.parse(stdout)
}

async function compare(file: string): Promise<void> {
  const started = performance.now()
  try {
    await run('ansible-inventory', ['-i', file, '--list'], { maxBuffer: 256 * 1024 * 1024 })
    process.stdout.write(
      `ansible-inventory --list   ${Math.round(performance.now() - started)} ms, start-up included\n`,
    )
  } catch {
    process.stdout.write('ansible-inventory is not installed: nothing to compare with\n')
  }
}

async function main(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'hakube-bench-'))
  try {
    const file = await writeInventory(root)
    const program = await writeProgram(root)
    const all: Measured[] = []
    for (let index = 0; index < RUNS; index += 1) all.push(await load(program, file))
    const ms = [...all].sort((a, b) => a.ms - b.ms)[Math.floor(RUNS / 2)]?.ms ?? Infinity
    const mib = Math.max(...all.map((one) => one.mib))
    const { hosts = 0 } = all[0] ?? {}
    process.stdout.write(
      `hakube, ${hosts} hosts         ${Math.round(ms)} ms (median of ${RUNS}), ${Math.round(mib)} MiB at most\n`,
    )
    await compare(file)
    const isGood = ms < MAX_MS && mib < MAX_MIB
    process.stdout.write(`${isGood ? 'within' : 'OVER'} the budget of ${MAX_MS} ms and ${MAX_MIB} MiB\n`)
    process.exitCode = isGood ? 0 : 1
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

await main()
