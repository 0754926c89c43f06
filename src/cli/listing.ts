import { EXIT, type ExitCode } from '../errors.ts'
import { isMeta } from '../playbook/model.ts'
import { readInputs } from '../run/inputs.ts'
import type { RunOptions } from '../run/options.ts'
import type { ApplyOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

/** --list-hosts, --list-tasks and --syntax-check: everything is read and checked, nothing is connected to. */
export async function listing(options: ApplyOptions, run: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const inputs = await readInputs({ ...run, check: true, ask: 'defaults' })
  const lines: string[] = []
  const runs = new Map(inputs.line.steps.map((step) => [step.run.play, step.run]))
  for (const play of runs.values()) {
    lines.push(`${play.play.name}  (hosts: ${play.play.hosts.value})`)
    if (options.listHosts) lines.push(...play.allHosts.map((host) => `  ${host}`))
    if (options.listTasks) {
      for (const step of inputs.line.steps) {
        if (step.run !== play || !step.task) continue
        const { task } = step
        const module = isMeta(task.module) ? `meta ${task.module.meta}` : task.module.name
        const tags = task.tags.length === 0 ? '' : `  [${task.tags.join(', ')}]`
        lines.push(`  ${task.name ?? task.action}  (${module})${tags}`)
      }
    }
  }
  if (options.syntaxCheck && !options.listHosts && !options.listTasks)
    lines.push(`${run.playbook}: no mistakes found`)
  terminal.stdout.write(`${lines.join('\n')}\n`)
  return EXIT.ok
}
