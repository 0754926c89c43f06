import { Option, type Command } from 'commander'
import type { ExitCode } from '../errors.ts'
import { collect } from './option-values.ts'
import type { Terminal } from './terminal.ts'
import { addVaultOptions } from './vault-options.ts'
import type { VaultAction, VaultCommandOptions } from './vault.ts'

/** Declares `hakube vault` with the commands and options of ansible-vault. */
export function addVaultCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  const vault = program.command('vault').description('encrypt and decrypt files as ansible-vault does')
  const add = (action: VaultAction, what: string, files = '[files...]'): Command =>
    addVaultOptions(vault.command(action))
      .description(what)
      .argument(files)
      .action(async (given: string | string[], options: VaultCommandOptions) => {
        const { vaultCommand } = await import('./vault.ts')
        done(await vaultCommand(action, [given].flat(), options, terminal))
      })
  const output = () => new Option('--output <file>', 'write to this file; - is standard output')
  const id = () =>
    new Option('--encrypt-vault-id <id>', 'the vault id to encrypt with, of several that are given')

  add('encrypt', 'encrypt files; without files, standard input').addOption(output()).addOption(id())
  add('decrypt', 'decrypt files; without files, standard input').addOption(output())
  add('view', 'print decrypted files', '<files...>')
  add('edit', 'change encrypted files with $EDITOR', '<files...>')
  add('create', 'write a new encrypted file with $EDITOR', '<file>').addOption(id())
  add('rekey', 'encrypt files with another password', '<files...>')
    .addOption(id())
    .addOption(new Option('--new-vault-id <id>', 'the new password: ID@FILE or ID@prompt'))
    .addOption(
      new Option('--new-vault-password-file <file>', 'file with the new password').conflicts('newVaultId'),
    )
  add('encrypt_string', 'print texts as encrypted values for YAML', '[texts...]')
    .addOption(output())
    .addOption(id())
    .option('-n, --name <name>', 'name of the variable, one for each text', collect)
    .option('--stdin-name <name>', 'read a text from standard input, for this variable')
    .option('-p, --prompt', 'ask for the text')
}
