import { withoutModules } from './without.ts'
import type { RunOptions } from '../run/options.ts'
import { USUAL_CONDUCT } from '../playbook/conduct.ts'
import { Redactor, type Secret } from '../secret.ts'
import { version } from '../version.ts'
import { connectionDefaults } from '../config/connection-defaults.ts'
import { readPasswordFile } from '../config/password-file.ts'
import { readSettings, type Settings } from '../config/settings.ts'
import { HakubeError } from '../errors.ts'
import type { ApplyOptions } from './options.ts'
import { extraVariables } from './extra-vars.ts'
import { askPrompt } from './ask-prompt.ts'
import { askSecret } from './prompt.ts'
import type { Terminal } from './terminal.ts'
import { openVault } from './vault-options.ts'

const DEFAULT_FORKS = 25

/** What a run needs of the command line and of ansible.cfg, beside the playbook if that is the user's own. Asks for passwords where that was asked for. */
export async function runOptions(
  playbook: string,
  options: ApplyOptions,
  terminal: Terminal,
  purpose: string,
  playbookDir?: string,
): Promise<Omit<RunOptions, 'emit'>> {
  const settings = await readSettings({ env: terminal.env, cwd: terminal.cwd, playbookDir })
  const inventories = inventoriesOf(options, settings)
  const redactor = new Redactor()
  const ask = async (wanted: boolean | undefined, question: string): Promise<Secret | undefined> => {
    if (wanted !== true) return undefined
    const secret = await askSecret(question, terminal)
    redactor.add(secret)
    return secret
  }
  const vault = await openVault(options, settings, terminal, redactor)
  const extraVars = new Map(await extraVariables(options.extraVars ?? [], vault))
  if (options.adopt) extraVars.set('ha_adopt', { value: true, place: { file: '--adopt' } })
  if (options.upgrade) extraVars.set('ha_upgrade', { value: true, place: { file: '--upgrade' } })
  const fromFile = async (file: string | undefined): Promise<Secret | undefined> => {
    if (file === undefined) return undefined
    const secret = await readPasswordFile(file, terminal)
    redactor.add(secret)
    return secret
  }
  const password =
    (await ask(options.askPass ?? settings.askPass, 'SSH password')) ??
    (await fromFile(options.connectionPasswordFile ?? settings.connectionPasswordFile))
  const becomePassword =
    (await ask(options.askBecomePass ?? settings.becomeAskPass, 'BECOME password')) ??
    (await fromFile(options.becomePasswordFile ?? settings.becomePasswordFile))
  return {
    playbook,
    bundled: false,
    inventories,
    limit: options.limit,
    tags: { only: options.tags ?? [], skip: options.skipTags ?? [] },
    startAtTask: options.startAtTask,
    rolesPath: [...(options.rolesPath ?? []), ...(settings.rolesPath ?? [])],
    without: withoutModules(options.without),
    conduct: {
      strategy: settings.strategy ?? USUAL_CONDUCT.strategy,
      forceHandlers: options.forceHandlers ?? settings.forceHandlers ?? USUAL_CONDUCT.forceHandlers,
    },
    extraVars,
    check: options.check ?? false,
    allowDegraded: options.allowDegraded,
    allowOutage: options.allowOutage,
    diff: options.diff ?? settings.diffAlways ?? false,
    forks: options.forks ?? settings.forks ?? DEFAULT_FORKS,
    connection: {
      user: options.user ?? settings.remoteUser,
      keyFile: options.privateKey ?? settings.privateKeyFile,
      password,
      becomePassword,
      hostKeyChecking: options.hostKeyChecking,
      timeout: options.timeout ?? settings.timeout,
      defaults: connectionDefaults(settings),
      passphrase: terminal.stdin.isTTY === true ? passphrases(terminal, redactor) : undefined,
    },
    become: {
      become: options.become ?? settings.become ?? false,
      user: options.becomeUser ?? settings.becomeUser,
      method: options.becomeMethod ?? settings.becomeMethod,
    },
    settings,
    verbosity: options.verbose,
    version,
    purpose,
    redactor,
    vault,
    signal: terminal.interrupt,
    abort: terminal.abort,
    env: terminal.env,
    ask: terminal.stdin.isTTY === true ? (prompt) => askPrompt(prompt, terminal) : undefined,
  }
}

/** The inventories of the command line, else those of ansible.cfg. Throws HakubeError `no-inventory`. */
export function inventoriesOf(options: { inventory?: string[] }, settings: Settings): readonly string[] {
  const inventories = options.inventory?.length ? options.inventory : (settings.inventory ?? [])
  if (inventories.length > 0) return inventories
  throw new HakubeError('there is no inventory', {
    code: 'no-inventory',
    hint: 'name one with -i, or in ansible.cfg; inventory.example.ini shows what goes into it',
  })
}

/** Asks for the passphrase of a key file; the run remembers what came of it. */
function passphrases(
  terminal: Terminal,
  redactor: Redactor,
): (keyFile: string, again: boolean) => Promise<Secret> {
  return async (keyFile, again) => {
    const wrong = again ? 'That was not it. ' : ''
    const secret = await askSecret(`${wrong}Passphrase of ${keyFile}`, terminal)
    redactor.add(secret)
    return secret
  }
}
