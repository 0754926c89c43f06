import { EXIT, HakubeError, type ExitCode } from '../errors.ts'
import { didYouMean } from '../suggest.ts'
import { insteadOf } from '../playbook/known-modules.ts'
import { findModule, modules as all, moduleNames } from '../tasks/index.ts'
import type { Terminal } from './terminal.ts'
import { moduleText } from './module-text.ts'

/** `hakube modules`: the list with a line each, or all about one module. */
export function modules(name: string | undefined, terminal: Terminal): ExitCode {
  if (name === undefined) {
    const width = Math.max(...[...all.keys()].map((key) => key.length))
    const lines = [...all].map(([key, module]) => `${key.padEnd(width)}  ${module.summary}`)
    terminal.stdout.write(`${lines.join('\n')}\n`)
    return EXIT.ok
  }
  const module = findModule(name)
  if (!module) {
    throw new HakubeError(`there is no module ${name}`, {
      code: 'unknown-module',
      hint: insteadOf(name) ?? didYouMean(name, moduleNames()) ?? '`hakube modules` lists them',
      docs: 'docs/support.md',
    })
  }
  terminal.stdout.write(moduleText(module))
  return EXIT.ok
}
