import type { Plan, TaskModule } from '../task.ts'
import type { World, WorldQuestion } from '../world/world.ts'
import { attributeParams } from './attributes.ts'

const LABELS = ['seuser', 'serole', 'setype', 'selevel'] as const

/** As the fact `selinux.status` has it: SELinux is on where its file system is mounted and it is configured. */
const SIGNS: readonly WorldQuestion[] = ['/sys/fs/selinux/enforce', '/etc/selinux/config'].map((path) => ({
  kind: 'path',
  ask: { path, follow: true },
}))

/**
 * The module for a task with these parameters. One that gives files parts of an SELinux context asks along whether the host
 * has SELinux on: if not, they mean nothing, as in Ansible; if so, the task fails. No question costs a round trip of its own.
 */
export function labelled(module: TaskModule, params: Readonly<Record<string, unknown>>): TaskModule {
  if (module.params.shape['setype'] !== attributeParams.setype) return module
  const given = LABELS.filter((name) => params[name] !== undefined)
  // Nothing is left there to have a context.
  const isNothing = module.name === 'file' && params['state'] === 'absent'
  if (given.length === 0 || isNothing) return module
  return {
    ...module,
    asks: (prepared) => [...module.asks(prepared), ...SIGNS],
    plan: (prepared, world) => (isOn(world) ? refusal(given, params) : module.plan(prepared, world)),
  }
}

function isOn(world: World): boolean {
  return SIGNS.every(({ kind, ask }) => kind === 'path' && world.get(kind, ask).exists)
}

function refusal(given: readonly string[], params: Readonly<Record<string, unknown>>): Plan {
  const isDefault = given.every((name) => params[name] === '_default')
  const type = params['setype']
  const label = typeof type === 'string' && type !== '_default' ? type : 'TYPE'
  return {
    status: 'fail',
    message: `${given.join(', ')}: SELinux is switched on on this host, and hakube sets no contexts of files`,
    hint: isDefault
      ? `leave ${given.join(', ')} out, and write a command task with restorecon PATH behind it`
      : `leave ${given.join(', ')} out, and write command tasks behind it: semanage fcontext -a -t ${label} PATH and restorecon PATH, or chcon -t ${label} PATH, which lasts until files are labelled anew`,
  }
}
