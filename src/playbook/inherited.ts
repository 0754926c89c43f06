import type { YamlNode } from '../yaml/load.ts'
import { readCollections } from './collections.ts'
import type { Inherited, Located } from './model.ts'
import { readModuleDefaults } from './module-defaults.ts'
import type { Reader } from './reader.ts'
import { checkConnection } from './way.ts'

type Setting = Exclude<
  keyof Inherited,
  'vars' | 'environment' | 'tags' | 'notify' | 'moduleDefaults' | 'collections'
>

/** What an entry says that says nothing. */
export const NOTHING: Inherited = { vars: new Map(), environment: [], tags: [] }

/** The keywords that plays, blocks and tasks share. */
export function inherited(reader: Reader, keys: ReadonlyMap<string, YamlNode>): Inherited {
  const optional = (property: Setting, keyword: string): Partial<Record<Setting, Located>> => {
    const located = reader.located(keys.get(keyword))
    return located ? { [property]: located } : {}
  }
  checkConnection(reader, keys.get('connection'))
  const moduleDefaults = readModuleDefaults(reader, keys.get('module_defaults'))
  const collections = readCollections(reader, keys.get('collections'))
  const environment = reader.located(keys.get('environment'))
  return {
    vars: reader.variables(keys.get('vars'), 'vars'),
    environment: environment ? [environment] : [],
    tags: reader
      .texts(keys.get('tags'), 'tags')
      .flatMap((tag) => tag.value.split(',').map((one) => one.trim())),
    ...(keys.has('notify') && { notify: reader.texts(keys.get('notify'), 'notify') }),
    ...(moduleDefaults && { moduleDefaults }),
    ...(collections && { collections }),
    ...optional('become', 'become'),
    ...optional('becomeUser', 'become_user'),
    ...optional('becomeMethod', 'become_method'),
    ...optional('connection', 'connection'),
    ...optional('remoteUser', 'remote_user'),
    ...optional('port', 'port'),
    ...optional('becomeFlags', 'become_flags'),
    ...optional('becomeExe', 'become_exe'),
    ...optional('checkMode', 'check_mode'),
    ...optional('diff', 'diff'),
    ...optional('ignoreErrors', 'ignore_errors'),
    ...optional('ignoreUnreachable', 'ignore_unreachable'),
    ...optional('noLog', 'no_log'),
    ...optional('anyErrorsFatal', 'any_errors_fatal'),
    ...optional('runOnce', 'run_once'),
    ...optional('delegateTo', 'delegate_to'),
    ...optional('delegateFacts', 'delegate_facts'),
    ...optional('throttle', 'throttle'),
    ...optional('timeout', 'timeout'),
  }
}

/** What an inner entry gets from the outer one: inner settings win, variables and tags add up. */
export function inherit(outer: Inherited, inner: Inherited): Inherited {
  return {
    ...outer,
    ...inner,
    vars: new Map([...outer.vars, ...inner.vars]),
    environment: [...outer.environment, ...inner.environment],
    tags: [...new Set([...outer.tags, ...inner.tags])],
    ...(outer.moduleDefaults && {
      // An inner one replaces all that is said of the same module.
      moduleDefaults: new Map([...outer.moduleDefaults, ...(inner.moduleDefaults ?? [])]),
    }),
  }
}
