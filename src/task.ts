import type * as z from 'zod'
import type { Place } from './errors.ts'
import type { Answer } from './connect/connection.ts'
import type { TemplateLayout } from './jinja/index.ts'
import type { Script } from './shell/sh.ts'
import type { Dict, Value } from './value.ts'
import { type Effect, type World, type WorldQuestion } from './world/world.ts'

/**
 * state: asks, plans, applies, and is asked again afterwards: it must be clean then.
 * action: runs once, no second question. wait: never asked ahead of an unfinished task.
 * local: decided on the controller, the host is not touched.
 */
export type TaskKind = 'state' | 'action' | 'wait' | 'local'

/** A difference to show: a file's text, or named fields of anything else. */
export type Diff =
  | { type: 'text'; path: string; before: string; after: string }
  | { type: 'fields'; subject: string; fields: readonly { name: string; before: string; after: string }[] }

/**
 * Return values of a module, under Ansible's names. `changed`, `failed` and `skipped` are the engine's, but where only
 * the apply can tell: `changed: false` of its result makes the task ok.
 */
export type Result = Record<string, Value>

/** How long a host may be away, and what shows that it is back. */
export interface Absence {
  /** It is gone for certain: connect anew before the first look. */
  gone: boolean
  /** Seconds before the first attempt. */
  delay: number
  /** Seconds until it must be back, and again until it must be ready. */
  timeout: number
  /** Seconds between two attempts; undefined: 1, 2, 4, … up to 12. */
  sleep?: number | undefined
  /** Seconds for one attempt to connect. */
  connectTimeout?: number | undefined
  /** Ends with 0 once it is back; before that it may answer as the one that is about to go. */
  isBack: Script
  /** Ends with 0 once it can be worked with. */
  isReady: Script
}

export type Plan =
  /** Nothing to do. The reason is one short clause: "haproxy 2.6.12 is installed". */
  | {
      status: 'ok'
      reason: string
      result?: Result
      /** True: tasks of check mode have made it so, and what it returns beyond `result` only the real run knows. */
      foreseen?: true
      /** True: it counts as skipped, such as a message that is shown with -v only. */
      skips?: true
    }
  /** The host differs: `apply` is the only text that may change it, `effects` what it does to the World. */
  | {
      status: 'change'
      /** What is going to be done, one short clause in the infinitive: "install haproxy". */
      summary: string
      diff: readonly Diff[]
      apply: Script
      /** Seconds until the apply counts as hung. */
      timeout?: number
      effects: readonly Effect[]
      result?: Result
      /** Said in check mode, such as: "keepalived.conf is not validated: keepalived is not installed yet". */
      notes?: readonly string[]
      /** True: no second look after this apply, such as starting a oneshot unit, which is not active afterwards. */
      once?: boolean
      /** False: the apply runs, but the task reports ok, as a daemon-reload does in Ansible. */
      counts?: boolean
      /** True: only the apply shows whether anything changes; then `result` returns `changed`. */
      maybe?: boolean
      /** True: beside its effects it may do anything, as a command does; what fails behind it may not fail then. */
      openEnded?: true
      /** The host goes away and comes back, as with a reboot: the run waits for it behind the apply. */
      absence?: Absence
    }
  /** `effects`: what it may change beyond what it asks about, such as all that an unknown package brings. */
  | { status: 'unknown'; why: string; effects?: readonly Effect[] }
  /** It can be told already that the task fails. */
  | { status: 'fail'; message: string; hint?: string; result?: Result }

/** What a module may use on the controller while its arguments are prepared. */
export interface Controller {
  /**
   * Content of a file from the search path of `files/` or `templates/`, decrypted if Ansible Vault encrypted it.
   * Throws HakubeError if there is none, or no vault password that fits.
   */
  readFile(
    name: string,
    from: 'files' | 'templates',
    options?: { decrypt?: boolean },
  ): Promise<{ path: string; content: Buffer }>
  /** The variables of a YAML or JSON file from the search path of `vars/`, unrendered. Throws HakubeError(s). */
  readVariables(name: string): Promise<{ path: string; variables: Dict }>
  /** The content of a file that was read otherwise, decrypted if Ansible Vault encrypted it. */
  decrypt(path: string, content: Buffer): Buffer
  /** Absolute path of a file or directory in that search path. Throws HakubeError if there is none. */
  findFile(name: string, from: 'files' | 'templates' | 'vars'): Promise<string>
  /**
   * A template file rendered with the task's variables: .j2 and others by Jinja2, .hbs by Handlebars. `dest`: where
   * on the host it goes, which it may ask for.
   */
  renderTemplate(
    name: string,
    layout?: TemplateLayout,
    dest?: string,
  ): Promise<{ path: string; text: string }>
  /** A Jinja2 expression evaluated with the task's variables, for debug's `var` and assert's `that`. */
  evaluate(expression: string): Value
  /** A variable of the task as it is, such as `hostvars` or `groups`; undefined = not defined. */
  variable(name: string): Value | undefined
  /** Where the inventory says something of a host, for messages; undefined where it does not. */
  placeOf(host: string, variable: string): Place | undefined
  /** Like evaluate, but Python's truth of it, as in `when`. */
  test(expression: string): boolean
  /** A mistake fails the task, since something may rescue or ignore that, or the run has begun; otherwise it is thrown. */
  readonly tolerant?: boolean
  /** How many times -v was given. */
  readonly verbosity: number
}

/** A task module: one object with the same fields in the same order in every file of src/tasks. */
export interface TaskModule<Schema extends z.ZodObject = z.ZodObject, Prepared = unknown> {
  name: string
  /** Other names, fully qualified ones included. */
  aliases: readonly string[]
  summary: string
  kind(params: z.output<Schema>): TaskKind
  /** A strict object, every field described: docs, schema and `hakube modules` come from it. */
  params: Schema
  /** Other names of parameters, as Ansible has them: `{ dest: 'path' }`. The engine renames them before it parses. */
  paramAliases?: Readonly<Record<string, string>>
  /** Parameters that Ansible's module has and this one has not: why, or what to write instead. */
  unsupported?: Readonly<Record<string, string>>
  /**
   * What it does or asks may reach other hosts, as with an arbitrary command: the engine keeps the linear order of
   * all hosts around it. A function says it of the parameters.
   */
  beyond?: boolean | ((params: z.output<Schema>) => boolean)
  /**
   * Few of its tasks reach further: what stands behind one is asked ahead with the rest, and hosts wait for each other
   * only where the parameters are known to say so. Without it that costs every play with such a task a round trip.
   */
  seldomBeyond?: true
  /**
   * Its questions go over the network: they are asked when its turn has come, not ahead, and with the task's
   * environment (`http_proxy`). That costs the no-op a round trip.
   */
  late?(params: z.output<Schema>): boolean
  /** Once for all hosts, as if it said run_once; `controller`: and delegate_to: localhost. */
  bypass?: 'once' | 'controller'
  /** It adds to the inventory: what stands behind it sees more hosts and groups. */
  grows?: true
  /** It only looks, whatever its arguments are: what it runs needs no lock and no preflight. */
  readOnly?: true
  /** The parameter that takes the free text of `command: ls -l`. */
  freeForm?: string
  /**
   * Names of the facts that it adds to the host's, out of its arguments as they are written; undefined where only
   * the rendered arguments tell. They come back in its result as `ansible_facts`.
   */
  facts?(args: ReadonlyMap<string, { value: Value }>): readonly string[] | undefined
  /** One task, as YAML. */
  example: string
  /** Names and meanings of the return values, for the docs. */
  returns?: Readonly<Record<string, string>>
  /** What a user of Ansible would not expect, a sentence each, for the docs. */
  notes?: readonly string[]
  /** Reads and renders what the arguments name on the controller. Runs once; later looks reuse its answer. */
  prepare(params: z.output<Schema>, controller: Controller): Prepared | Promise<Prepared>
  asks(prepared: Prepared): readonly WorldQuestion[]
  /**
   * What is asked only where the first answers do not settle it, because it is dear: when the task's turn has come, in a
   * round trip of its own. May let World.get throw UnknownAnswer: then nothing more is asked. Without a World: all that
   * it may come to, which is what the task may change.
   */
  asksThen?(prepared: Prepared, world: World | undefined): readonly WorldQuestion[]
  /** Pure. May let World.get throw UnknownAnswer: that is the same as status unknown. */
  plan(prepared: Prepared, world: World): Plan
  /** Return values out of what the apply printed (register, until, failed_when). */
  result?(prepared: Prepared, output: Answer): Result
  /** Whether the apply has done all it can although a second look would still find a difference. */
  isDone?(prepared: Prepared, output: Answer): boolean
  /** It brings a file to the controller. What stands behind it is rendered when it is done, since it may read that file. */
  receive?: {
    /** Absolute path of the file. */
    path(prepared: Prepared): string
    /** Takes what the apply printed into the file; what it gives goes into the result. */
    take(prepared: Prepared, output: Answer): Promise<Result>
  }
  /** The failure of the apply in words, where the last line of its standard error does not say it. */
  failure?(prepared: Prepared, output: Answer): string
}

/** Types a module; the object comes back as it is. */
export function defineTask<Schema extends z.ZodObject, Prepared>(
  module: TaskModule<Schema, Prepared>,
): TaskModule<Schema, Prepared> {
  return module
}
