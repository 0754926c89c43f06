/** Brings up the container hosts and runs the main job on them: check, apply, the API through the VIP, apply again. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lab } from '../test/lab/lab.ts'

const root = new URL('..', import.meta.url).pathname
const HOSTS = ['m1', 'm2', 'm3']
const VIP = '10.88.0.100'
const PORT = 8443

/** Shows a command and runs it; its exit status must be one of the expected ones. */
function show(
  words: readonly string[],
  program: string,
  args: readonly string[],
  expected: readonly number[],
): void {
  console.log(`\n$ ${words.join(' ')}`)
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' })
  if (!expected.includes(status ?? -1)) {
    throw new Error(`${words.join(' ')} ended with status ${String(status)}`)
  }
}

function hakube(args: readonly string[], expected: readonly number[] = [0]): void {
  show(['hakube', ...args], process.execPath, [join(root, 'dist/cli.js'), ...args], expected)
}

async function apiAnswers(): Promise<string> {
  const url = `https://${VIP}:${PORT}/version`
  const curl = ['curl', '-fsS', '-m', '2', '--cacert', '/opt/lab/pki/lab-ca.crt', url]
  for (let tries = 0; tries < 100; tries++) {
    const { code, stdout } = await lab.exec('client', curl)
    if (code === 0) return stdout
    await sleep(200)
  }
  throw new Error(`${url} does not answer`)
}

console.log('Bringing up the test hosts (the first time this makes their images, a few minutes).')
await lab.ensureUp((text) => console.log(`  ${text}`))
await lab.reset(HOSTS)
show(['npm', 'run', 'build'], process.execPath, ['--import', 'tsx', join(root, 'scripts/build.ts')], [0])

const inventory = join(mkdtempSync(join(tmpdir(), 'hakube-demo-')), 'inventory.ini')
writeFileSync(inventory, lab.inventory(HOSTS, { ha_vip: VIP }))
console.log(`\nThree blank hosts and a virtual IP, in ${inventory}.`)

hakube(['check', '-i', inventory], [3])
hakube(['apply', '-i', inventory])
console.log(`\nA client in their network asks https://${VIP}:${PORT}/version:`)
console.log(await apiAnswers())
const [holder] = await lab.holders(VIP, HOSTS)
console.log(`${VIP} is on ${holder ?? 'no host'}.`)
hakube(['apply', '-i', inventory])
console.log('\nNothing was left to change. The hosts stay up: `npm run lab down` removes them.')
