import { createConnection } from 'node:net'
import { CLIENT, type LabHost } from './hosts.ts'
import { run, until } from './process.ts'

/** Waits until sshd of every host answers (and firewalld runs where it does at boot) and their API stand-ins serve. Throws with the reason and the end of the logs. */
export async function waitReady(hosts: readonly LabHost[], ms = 30_000): Promise<void> {
  await Promise.all(
    hosts.map(async (host) => {
      const sshd = await until(ms, () => (host.sshPort === undefined ? listens(host) : greets(host.sshPort)))
      if (!sshd) throw new Error(`${host.name}: sshd does not answer\n${await logs(host)}`)
      const guarded = host.family !== 'el-firewall' || (await until(ms, () => runsFirewalld(host)))
      if (!guarded) throw new Error(`${host.name}: firewalld does not run\n${await logs(host)}`)
    }),
  )
  const serving = hosts.filter((host) => host.api !== undefined)
  if (serving.length === 0) return
  const urls = serving.flatMap((host) => [
    `https://${host.address}:6443/livez`,
    `https://[${host.ipv6}]:6443/livez`,
  ])
  let last = ''
  const served = await until(ms, async () => {
    const ended = await run([
      'docker',
      'exec',
      `hakube-lab-${CLIENT}`,
      'curl',
      '-skSf',
      '-m',
      '2',
      '--fail-early',
      ...urls,
    ])
    last = ended.stderr
    return ended.code === 0
  })
  if (!served)
    throw new Error(
      `the API stand-ins of ${serving.map((host) => host.name).join(', ')} do not all serve\n${last}`,
    )
}

/** Whether an SSH server greets on this port. The engine's proxy accepts connections that nobody serves. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    const done = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(2000, () => done(false))
    socket.on('data', (chunk: Buffer) => done(chunk.toString('latin1').startsWith('SSH-')))
    socket.on('error', () => done(false))
    socket.on('close', () => done(false))
  })
}

async function runsFirewalld(host: LabHost): Promise<boolean> {
  return (
    (await run(['docker', 'exec', host.container, 'systemctl', 'is-active', '-q', 'firewalld'])).code === 0
  )
}

async function listens(host: LabHost): Promise<boolean> {
  const { stdout } = await run(['docker', 'exec', host.container, 'ss', '-Hltn', 'sport = :22'])
  return stdout.trim() !== ''
}

async function logs(host: LabHost): Promise<string> {
  const parts = [
    [
      'docker',
      'container',
      'inspect',
      '-f',
      'container: {{.State.Status}}, exit code {{.State.ExitCode}} {{.State.Error}}',
      host.container,
    ],
    ['docker', 'logs', '--tail', '15', host.container],
    ['docker', 'exec', host.container, 'journalctl', '-b', '--no-pager', '-n', '15'],
  ]
  const said = await Promise.all(parts.map((argv) => run(argv)))
  return said.map((ended) => `${ended.stdout}${ended.stderr}`.trim()).join('\n')
}
