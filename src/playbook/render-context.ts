import type { Including } from '../run/including.ts'
import type { TaskScope } from '../variables/scope.ts'
import type { Vault } from '../vault/vault.ts'
import type { ControllerFiles } from './controller-files.ts'
import type { HomeBook } from './home-book.ts'
import type { Defaults } from './settings.ts'
import type { Step } from './step.ts'
import type { Way } from './way.ts'

/** What rendering a task needs beside the task and its variables. */
export interface RenderContext {
  playbookDir: string
  files: ControllerFiles
  vault?: Vault | undefined
  defaults: Defaults
  /** The homes that hosts have told. */
  homes: HomeBook
  check: boolean
  verbosity: number
  /** Puts what a task includes into the line of steps; without it an include only says what it would bring. */
  include?: ((including: Including) => void) | undefined
  /** Whether a host is reached this way anyway. */
  isUsual(host: string, way: Way): boolean
  /** Whether a host is usually the controller itself. */
  isHere(host: string): boolean
  /** The variables of another host, as this play sees them. */
  scopeOf(host: string, step: Step, position: number): TaskScope
}
