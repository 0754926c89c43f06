import type { RunOptions } from '../run/options.ts'
import { Redactor, type Secret } from '../secret.ts'
import { version } from '../version.ts'
import { HakubeError } from '../errors.ts'
import type { ApplyOptions } from './commands.ts'
import { extraVariables } from './extra-vars.ts'
import { askSecret } from './prompt.ts'
import type { Terminal } from './terminal.ts'
import { openVault } from './vault-options.ts'

/** What a run needs of the command line. Asks for passwords where that was asked for. */
export async function runOptions(
  playbook: string,
  options: ApplyOptions,
  terminal: Terminal,
  purpose: string,
): Promise<Omit<RunOptions, 'emit'>> {
  const inventories = options.inventory ?? []
  if (inventories.length === 0) {
    throw new HakubeError('there is no inventory', {
      code: 'no-inventory',
      hint: 'name one with -i; inventory.example.ini shows what goes into it',
    })
  }
  const redactor = new Redactor()
  const ask = async (wanted: boolean | undefined, question: string): Promise<Secret | undefined> => {
    if (wanted !== true) return undefined
    const secret = await askSecret(question, terminal)
    redactor.add(secret)
    return secret
  }
  const vault = await openVault(options, terminal, redactor)
  const extraVars = new Map(await extraVariables(options.extraVars ?? [], vault))
  if (options.adopt) extraVars.set('ha_adopt', { value: true, place: { file: '--adopt' } })
  const password = await ask(options.askPass, 'SSH password')
  const becomePassword = (await ask(options.askBecomePass, 'BECOME password')) ?? undefined
  return {
    playbook,
    bundled: false,
    inventories,
    limit: options.limit,
    tags: { only: options.tags ?? [], skip: options.skipTags ?? [] },
    startAtTask: options.startAtTask,
    extraVars,
    check: options.check ?? false,
    diff: options.diff ?? false,
    forks: options.forks,
    connection: {
      user: options.user,
      keyFile: options.privateKey,
      password,
      becomePassword,
      hostKeyChecking: options.hostKeyChecking,
      timeout: options.timeout,
      passphrase: terminal.stdin.isTTY === true ? passphrases(terminal, redactor) : undefined,
    },
    become: { become: options.become ?? false, user: options.becomeUser },
    verbosity: options.verbose,
    version,
    purpose,
    redactor,
    vault,
    signal: terminal.interrupt,
    abort: terminal.abort,
    env: terminal.env,
  }
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
