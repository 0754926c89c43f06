import { EXIT, type ExitCode } from '../errors.ts'
import { apply } from './apply.ts'
import type { TeardownOptions } from './options.ts'
import { askYes } from './prompt.ts'
import type { Terminal } from './terminal.ts'

/** `hakube teardown`: the bundled playbooks/teardown.yml, after a question. Exit code 3 if the answer is no. */
export async function teardown(
  options: TeardownOptions,
  terminal: Terminal,
  argv: readonly string[],
): Promise<ExitCode> {
  if (!options.check && !options.yes) {
    const nodes = options.limit ?? 'all nodes of the inventory: nothing serves its address any more'
    const sure = await askYes(`Take the endpoint out of ${nodes}?`, terminal, {
      what: 'whether to take the endpoint out',
      hint: 'see what it does with --check, then run again with --yes',
    })
    if (!sure) return EXIT.pending
  }
  return apply(undefined, options, terminal, argv, 'teardown')
}
