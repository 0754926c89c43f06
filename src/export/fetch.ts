import { EXIT, HakubeError } from '../errors.ts'
import { Hosts } from '../run/hosts.ts'
import type { RunOptions } from '../run/options.ts'
import { sh } from '../shell/sh.ts'
import type { Planned } from './endpoint.ts'

/**
 * The content of a file that only root may read, from the first control-plane node that has it. Throws HakubeError
 * `admin-conf` where none has it, with exit code 4 where none could be reached.
 */
export async function fetchFromControlPlane(
  planned: Planned,
  path: string,
  options: RunOptions,
): Promise<{ host: string; text: string }> {
  const { inputs, members, scope } = planned
  const plays = [...new Set(inputs.line.steps.map((step) => step.run))]
  const hosts = new Hosts(options, inputs.store, plays, scope)
  const reasons: string[] = []
  let isReached = false
  try {
    for (const host of members.controlPlane.filter((name) => inputs.hosts.includes(name))) {
      const play = plays.find((run) => run.hosts.includes(host))
      const connection = play && (await hosts.reach(host))
      if (!play || !connection) {
        reasons.push(`${host}: not reached`)
        continue
      }
      isReached = true
      const shell = await connection.shell(hosts.identity(host, play))
      const { answers } = await shell.exchange({ questions: [{ id: 'file', script: sh`cat -- ${path}` }] })
      const answer = answers.get('file')
      if (answer?.code === 0) return { host, text: answer.stdout.toString('utf8') }
      reasons.push(`${host}: ${answer?.stderr.toString('utf8').trim() ?? 'no answer'}`)
    }
  } finally {
    await hosts.close()
  }
  throw new HakubeError([`no control-plane node gives ${path}`, ...reasons].join('\n'), {
    code: 'admin-conf',
    hint: 'kubeadm init writes it; name another file with --admin-conf',
    exitCode: isReached ? EXIT.failed : EXIT.unreachable,
  })
}
