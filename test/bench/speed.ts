/** `npm run bench`: whole-process times as ratios within one run, kept with their date in test/bench/results. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lab } from '../lab/lab.ts'
import { compare, table, time, type Command, type Figures } from './measure.ts'

const root = new URL('../..', import.meta.url).pathname
const program = join(root, 'dist/cli.js')
const playbook = join(root, 'test/bench/site.yml')
const work = join(root, 'test/lab/.state/bench')
const ROUNDS = 7

const hakube = (name: string, ...args: string[]): Command => ({
  name,
  argv: [process.execPath, program, ...args],
})
const results: Record<string, Figures[]> = {}
const facts: Record<string, string | number> = { node: process.version }

function report(title: string, figures: Figures[]): void {
  results[title] = figures
  console.log(`\n${table(title, figures)}`)
}

function inventory(name: string, hosts: readonly string[], vars: Record<string, string> = {}): string {
  const path = join(work, name)
  writeFileSync(path, lab.inventory(hosts, vars))
  return path
}

mkdirSync(work, { recursive: true })
execFileSync(process.execPath, ['--import', 'tsx', join(root, 'scripts/build.ts')], { stdio: 'inherit' })
facts['bundle KiB'] = Math.round(
  readdirSync(join(root, 'dist'))
    .filter((file) => file.endsWith('.js'))
    .reduce((sum, file) => sum + statSync(join(root, 'dist', file)).size, 0) / 1024,
)
await lab.ensureUp((text) => console.log(`lab: ${text}`))

report(
  'start-up',
  await compare(
    [{ name: 'node -e 0', argv: [process.execPath, '-e', '0'] }, hakube('hakube --version', '--version')],
    11,
  ),
)

const three = ['m1', 'm2', 'm3']
const ha = inventory('ha.ini', three, { ha_vip: '10.88.0.100' })
await lab.reset(three)
facts['first apply, s'] = Number((await time(hakube('first apply', 'apply', '-i', ha))).toFixed(2))
console.log(`\nfirst apply of the bundled playbook on three blank hosts: ${facts['first apply, s']} s`)
const ssh = three.map((host) => `ssh -F ${lab.paths.sshConfig} ${host} true &`).join(' ')
report(
  'nothing to change, bundled playbook, three hosts',
  await compare(
    [
      { name: 'three parallel ssh HOST true', argv: ['sh', '-c', `${ssh} wait`] },
      hakube('hakube apply', 'apply', '-i', ha),
    ],
    ROUNDS,
  ),
)

if (spawnSync('ansible-playbook', ['--version']).status === 0) {
  const twins = ['mpy', 'dpy']
  const both = inventory('twins.ini', twins)
  await lab.reset(twins)
  await time(hakube('prepare', 'apply', playbook, '-i', both))
  const ansible = (name: string, pipelining: boolean): Command => ({
    name,
    argv: ['ansible-playbook', '-i', both, playbook],
    env: { ANSIBLE_PIPELINING: pipelining ? '1' : '0', ANSIBLE_NOCOWS: '1' },
  })
  await time(ansible('prepare', true))
  report(
    'nothing to change, the same playbook, two hosts with Python',
    await compare(
      [
        hakube('hakube apply', 'apply', playbook, '-i', both),
        ansible('ansible-playbook, pipelining', true),
        ansible('ansible-playbook', false),
      ],
      5,
    ),
  )
} else console.log('\nansible-playbook is not installed: no comparison (apt-get install ansible-core)')

const date = new Date().toISOString().slice(0, 10)
mkdirSync(join(root, 'test/bench/results'), { recursive: true })
const file = join(root, 'test/bench/results', `${date}.json`)
writeFileSync(file, `${JSON.stringify({ date, facts, results }, undefined, 2)}\n`)
console.log(`\nraw figures: test/bench/results/${date}.json`)
