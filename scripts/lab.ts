import { lab } from '../test/lab/lab.ts'

const USAGE = `npm run lab up                 install and start what is missing, wait until every host answers
npm run lab status             the state of every container
npm run lab reset [HOST…]      return hosts (all without a name) to blank
npm run lab exec HOST CMD…     run a command as root on a host, on the client or in a stand-in (api-m1)
npm run lab down [--engine]    remove the hosts; with --engine also end the engine that the lab started`

async function main(argv: readonly string[]): Promise<number> {
  const [verb, ...rest] = argv
  switch (verb) {
    case 'up':
      return timed('up', () => lab.up(say))
    case 'down':
      return timed('down', () => lab.down({ engine: rest.includes('--engine') }))
    case 'reset':
      return timed(`reset ${rest.join(' ')}`.trim(), () => lab.reset(rest.length > 0 ? rest : undefined))
    case 'status':
      return printStatus()
    case 'exec':
      return exec(rest)
    default:
      console.error(USAGE)
      return verb === undefined || verb === 'help' ? 0 : 1
  }
}

const began = performance.now()
const seconds = (): string => ((performance.now() - began) / 1000).toFixed(1)

function say(line: string): void {
  console.log(`[${seconds()} s] ${line}`)
}

async function timed(what: string, work: () => Promise<void>): Promise<number> {
  await work()
  console.log(`lab ${what}: done in ${seconds()} s`)
  return 0
}

async function printStatus(): Promise<number> {
  const states = await lab.status()
  for (const { name, state } of states) {
    const host = lab.hosts.find((one) => one.name === name)
    const where = host
      ? `${host.family.padEnd(14)} ${host.address.padEnd(12)} ${host.ipv6.padEnd(9)} ${host.sshPort ?? 'through m1'}`
      : ''
    console.log(`${name.padEnd(8)} ${state.padEnd(9)} ${where}`.trimEnd())
  }
  return states.every(({ state }) => state === 'running') ? 0 : 1
}

async function exec([name, ...command]: readonly string[]): Promise<number> {
  if (name === undefined || command.length === 0) {
    console.error(USAGE)
    return 1
  }
  const ended = await lab.exec(name, command)
  process.stdout.write(ended.stdout)
  process.stderr.write(ended.stderr)
  return ended.code
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`lab: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
