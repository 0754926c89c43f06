import type { Identity } from '../connect/connection.ts'
import type { HostKeyChecking } from '../connect/target.ts'
import type { Conduct } from '../playbook/conduct.ts'
import type { TagSelection } from '../playbook/tags.ts'
import type { Event } from '../report/events.ts'
import type { Redactor, Secret } from '../secret.ts'
import type { RawVariables } from '../variables/store.ts'
import type { TaskScope } from '../variables/scope.ts'
import type { Vault } from '../vault/vault.ts'
import type { Ask } from './prompts.ts'
import type { Hosts } from './hosts.ts'
import type { Inputs } from './inputs.ts'

/** Everything the command line decides about a run. Nothing below reads argv, the environment or a terminal. */
export interface RunOptions {
  /** Path of the playbook as messages name it. */
  playbook: string
  /** It is the playbook that comes with hakube. */
  bundled: boolean
  inventories: readonly string[]
  limit: string | undefined
  tags: TagSelection
  startAtTask: string | undefined
  /** Folders that are searched for roles, after `roles` beside the playbook. */
  rolesPath?: readonly string[] | undefined
  /** Modules that hakube does not have and that are no mistakes: a host that reaches one fails. */
  without?: ReadonlySet<string> | undefined
  extraVars: RawVariables
  check: boolean
  diff: boolean
  /** A rolling change goes on without the nodes that cannot be reached. */
  allowDegraded?: boolean | undefined
  /** A rolling change may leave the endpoint without an address for a while, or with two holders. */
  allowOutage?: boolean | undefined
  /** What holds for plays that do not say it. */
  conduct?: Pick<Conduct, 'strategy' | 'forceHandlers'> | undefined
  /** How many hosts are worked on at a time. */
  forks: number
  connection: ConnectionOptions
  become: { become: boolean; user: string | undefined; method?: string | undefined }
  /** Said before the run: what ansible.cfg says that the user should know, and which one it was. */
  settings?:
    | {
        notes: readonly string[]
        warnings: readonly string[]
        file?: string | undefined
        ansibleManaged?: string | undefined
      }
    | undefined
  verbosity: number
  version: string
  /** Why the run holds its lock, as another run is told: `hakube apply ha.yml`. */
  purpose: string
  /** Path of that lock on the hosts; the usual one when not given. Runs with different ones do not see each other. */
  lockFile?: string | undefined
  redactor: Redactor
  /** The vault passwords; without it there are none. */
  vault?: Vault | undefined
  signal: AbortSignal
  /** Second Ctrl-C: what runs on the hosts is ended there. */
  abort: AbortSignal
  /** For lookup('env', …). */
  env: NodeJS.ProcessEnv
  /** Whether an endpoint's hosts are looked at before the first change, and the run refused where it cannot work; yes when not given. */
  preflight?: boolean | undefined
  /** Called when every host has come to its end, with the connections still open. */
  inspect?: ((scene: Scene) => Promise<void>) | undefined
  /** Asks for vars_prompt; undefined where nobody can answer. `defaults` takes what stands for answers, or nothing. */
  ask?: Ask | 'defaults' | undefined
  emit(event: Event): void
}

/** A run's hosts and variables, for who looks at more than its playbook does. */
export interface Scene {
  inputs: Inputs
  hosts: Hosts
  /** Hosts with an open connection when the run began. */
  reached: readonly string[]
  /** The variables of a host at the begin of its first play. */
  scope(host: string): TaskScope
  /** Who asks a host in the name of its first play. */
  identity(host: string): Identity
}

/** How to reach hosts where their inventory variables do not say it. */
export interface ConnectionOptions {
  user: string | undefined
  keyFile: string | undefined
  password: Secret | undefined
  becomePassword: Secret | undefined
  hostKeyChecking: HostKeyChecking | undefined
  /** Seconds. */
  timeout: number | undefined
  /** Connection variables by name, for hosts that do not have them: what ansible.cfg says. */
  defaults?: RawVariables | undefined
  /** Asks for the passphrase of an encrypted key, again after a wrong one; undefined where nobody can answer. */
  passphrase?: ((keyFile: string, again: boolean) => Promise<Secret>) | undefined
}
