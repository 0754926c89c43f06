import { type Command, Option } from 'commander'
import type { Settings } from '../config/settings.ts'
import type { Redactor } from '../secret.ts'
import type { VaultSources } from '../vault/secrets.ts'
import type { Vault } from '../vault/vault.ts'
import { collect } from './option-values.ts'
import type { Terminal } from './terminal.ts'

/** Where the command line says that vault passwords are. */
export interface VaultOptions {
  vaultId?: string[]
  vaultPasswordFile?: string[]
  vaultPassFile?: string[]
  askVaultPass?: boolean
  askVaultPassword?: boolean
}

/** Declares Ansible's options for vault passwords, with both of their spellings. */
export function addVaultOptions(command: Command): Command {
  return command
    .option(
      '--vault-id <id>',
      'vault password: ID@FILE, ID@prompt or FILE; may be given several times',
      collect,
    )
    .option(
      '--vault-password-file <file>',
      'file with the vault password, or program that prints it',
      collect,
    )
    .addOption(new Option('--vault-pass-file <file>').argParser(collect).hideHelp())
    .option('-J, --ask-vault-pass', 'ask for the vault password')
    .addOption(new Option('--ask-vault-password').hideHelp())
}

/** Reads the vault passwords of a run, asking where that is wanted. */
export async function openVault(
  options: VaultOptions,
  settings: VaultSettings,
  terminal: Terminal,
  redactor?: Redactor,
): Promise<Vault> {
  const [{ readSecrets }, { Vault }, { askSecret }] = await Promise.all([
    import('../vault/secrets.ts'),
    import('../vault/vault.ts'),
    import('./prompt.ts'),
  ])
  const secrets = await readSecrets(sourcesOf(options, settings), {
    cwd: terminal.cwd,
    env: terminal.env,
    ask: (question) => askSecret(question, terminal, 'give it with --vault-password-file FILE instead'),
  })
  return new Vault(secrets, { redactor, matchIds: settings.vaultIdMatch })
}

/** What ansible.cfg says about vaults. */
export type VaultSettings = Pick<
  Settings,
  'askVaultPass' | 'vaultPasswordFile' | 'vaultIdentityList' | 'vaultIdMatch'
>

/** The options as the vault knows them. As in Ansible, those of ansible.cfg come on top of them. */
export function sourcesOf(options: VaultOptions, settings: VaultSettings): VaultSources {
  const { vaultPasswordFile: file } = settings
  return {
    ids: [...(settings.vaultIdentityList ?? []), ...(options.vaultId ?? [])],
    passwordFiles: [
      ...(options.vaultPasswordFile ?? []),
      ...(options.vaultPassFile ?? []),
      ...(file === undefined ? [] : [file]),
    ],
    ask: options.askVaultPass ?? options.askVaultPassword ?? settings.askVaultPass ?? false,
  }
}
