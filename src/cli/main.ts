import { Command, CommanderError } from 'commander'
import { EXIT, isKnown, type ExitCode } from '../errors.ts'
import { version } from '../version.ts'
import { addCommands } from './commands.ts'
import type { Terminal } from './terminal.ts'

/** Runs one command line. Returns its exit code; nothing is thrown, whatever happens. */
export async function main(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  const program = new Command('hakube')
    .description('Makes a Kubernetes API endpoint highly available over plain SSH.')
    .version(version, '--version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    })
    .showHelpAfterError('(--help lists the options)')
  addCommands(program, terminal, (result) => (code = result))
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.invalid
    const { showError } = await import('./show-error.ts')
    await showError(error, terminal)
    return isKnown(error) ? error.exitCode : EXIT.bug
  }
}
