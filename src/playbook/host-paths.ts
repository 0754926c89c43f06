import { join } from 'node:path'
import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { anyPath, path, paths, source } from '../tasks/params.ts'
import type { Task } from './model.ts'

/** A ~ or ~user that a path begins with. */
const TILDE = /^~([^/]*)/
/** As Python finds them. */
const VARIABLE = /\$(?:([A-Za-z0-9_]+)|\{([^}]*)\})/g

type Values = Readonly<Record<string, unknown>>

/**
 * The one place where paths on hosts get their home directories and variables, before a module sees them: what
 * modules ask, change and predict is keyed by path, and `~/x` and `/root/x` would be two things.
 * `base`: the directory from which relative paths go, where the task runs on the controller.
 * `homes` are those that were filled in, by whose they are ('' = who runs the task).
 * Throws HakubeError `wrong-parameter` for a variable that is not known here.
 */
export function filledIn(
  task: Pick<Task, 'module' | 'args' | 'place'>,
  values: Values,
  environment: ReadonlyMap<string, string>,
  homeOf: (user: string) => string,
  base?: string,
): { values: Values; homes: ReadonlyMap<string, string> } {
  const homes = new Map<string, string>()
  const out = { ...values }
  const home = (user: string): string => {
    const set = user === '' ? environment.get('HOME') : undefined
    if (set !== undefined) return set
    const found = homeOf(user)
    homes.set(user, found)
    return found
  }
  for (const [key, value] of Object.entries(values)) {
    const type = hostPathType(task, key, values)
    if (!type) continue
    const relative = base !== undefined && type !== anyPath
    const fill = (text: string): string => {
      const whole = fillIn(text, { key, task, environment, home })
      return relative && whole !== '' && !whole.startsWith('/') ? join(base, whole) : whole
    }
    out[key] = changed(type === paths && typeof value === 'string' ? value.split(',') : value, fill)
  }
  // What a command creates is said as it is written, and goes from where the command starts.
  const starts = [values['creates'], values['removes']].some(
    (value) => typeof value === 'string' && /^[^/~$]/.test(value),
  )
  if (base !== undefined && starts && values['chdir'] === undefined) out['chdir'] = base
  return { values: out, homes }
}

/** Which type of path a parameter is of; undefined: it is none, or not on the host. */
function hostPathType({ module }: Pick<Task, 'module'>, name: string, values: Values) {
  if (!('params' in module)) return undefined
  const { shape } = module.params
  const type = pathType(shape[name])
  if (type !== source) return type
  const says = (other: string) => shape[other]?.safeParse(values[other]).data
  return says('remote_src') === true || says('copy') === false ? type : undefined
}

/** Which of the types of paths a field has, whatever is around it. */
function pathType(field: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (field instanceof z.ZodOptional || field instanceof z.ZodDefault || field instanceof z.ZodNullable)
    return pathType(field.def.innerType)
  return [path, paths, anyPath, source].find((type) => type._zod.def === field?._zod.def)
}

function changed(value: unknown, fill: (text: string) => string): unknown {
  // Not of an address, which `src` may be as well.
  if (typeof value === 'string') return value.includes('://') ? value : fill(value.trimStart())
  return Array.isArray(value) ? value.map((one: unknown) => changed(one, fill)) : value
}

interface Filling {
  key: string
  task: Pick<Task, 'args' | 'place'>
  environment: ReadonlyMap<string, string>
  home: (user: string) => string
}

/** Variables first, as in Ansible: one may hold the ~. */
function fillIn(text: string, { key, task, environment, home }: Filling): string {
  const whole = text.replaceAll(VARIABLE, (written: string, plain?: string, braced?: string) => {
    const name = plain ?? braced ?? ''
    const set = environment.get(name)
    if (set !== undefined) return set
    if (name === 'HOME') return home('')
    throw new HakubeError(`${key}: ${written} is not looked up in ${JSON.stringify(text)}`, {
      code: 'wrong-parameter',
      place: task.args.get(key)?.place ?? task.place,
      hint: `write {{ ansible_env.${name} }}, or give it a value with environment:; of other variables only $HOME is known`,
    })
  })
  return whole.replace(TILDE, (_, user: string) => home(user).replace(/\/+$/, '')) || '/'
}

/** Whether a parameter is a path on a host, or several. */
export function isHostPath(field: z.core.$ZodType): boolean {
  const type = pathType(field)
  return type === path || type === paths
}
