import { isAbsolute } from 'node:path'
import { HakubeError, HakubeErrors, isKnown, type Place } from '../errors.ts'
import { checkTemplate, type TemplateLayout } from '../jinja/index.ts'
import { checkEntries, checkVariables, TEMPLATE_CHECKS } from '../playbook/check-templates.ts'
import { inFile, loadEntries } from '../playbook/load-entries.ts'
import { loadRole } from '../playbook/load-role.ts'
import { ALONE, readYaml, taskFiles, type Loading, type Within } from '../playbook/loading.ts'
import { NOTHING, inherit } from '../playbook/inherited.ts'
import {
  isInclude,
  isMeta,
  type Entry,
  type Located,
  type Origin,
  type RoleUse,
  type Task,
} from '../playbook/model.ts'
import { mayMake, receives } from '../playbook/receives.ts'
import { searchPath } from '../playbook/search.ts'
import { variablesIn } from '../playbook/sources.ts'
import { writtenLayout } from '../playbook/template-layout.ts'
import includeRole from '../tasks/include_role.ts'
import includeVars from '../tasks/include_vars.ts'
import type { TaskModule } from '../task.ts'
import { toJson } from '../value.ts'
import type { RawVariables } from '../variables/store.ts'
import { literalTexts } from './literal.ts'
import { withinOf } from './within.ts'

/** Modules that take a file of the controller, by the folder it is searched in. */
const SOURCES: ReadonlyMap<string, 'files' | 'templates'> = new Map([
  ['template', 'templates'],
  ['copy', 'files'],
  ['script', 'files'],
  ['unarchive', 'files'],
])

type Around = Pick<Within, 'lent' | 'playVars'>

/**
 * Follows what entries name and loading leaves to the run: included files and roles, templates, files to copy, files of
 * variables. Only names that are written out are followed. Mistakes go to the loading's reader; each file is read once.
 */
export class Completion {
  /** Includes whose names hang on variables: what they bring is checked when the run knows it. */
  readonly open: Place[] = []
  /** Roles that includes have brought. */
  readonly roles: RoleUse[] = []
  readonly #loading: Loading
  readonly #seen = new Set<string>()
  readonly #parts: Within['parts']
  /** What follows is run on this machine. */
  here = false
  /** It is a role alone: who uses it may make the files whose places it names. */
  alone = false
  /** A task has been seen that may make files on this machine. */
  #makes = false

  constructor(loading: Loading, parts: Within['parts']) {
    this.#loading = loading
    this.#parts = parts
  }

  /** `certain`: these entries run whatever happens. `around`: what the play and the includes around them lend. */
  entries(entries: readonly Entry[], certain: boolean, around: Around = ALONE): void {
    for (const entry of entries) {
      const sure = certain && entry.when.length === 0
      if (entry.type === 'task') this.#task(entry, sure, around)
      else {
        this.entries(entry.block, sure, around)
        this.entries(entry.rescue, false, around)
        this.entries(entry.always, sure, around)
      }
    }
  }

  /** The templates in the variables of a role and of those that it uses. */
  role(use: RoleUse): void {
    for (const variables of [use.defaults, use.vars, use.entryVars, use.params]) this.#variables(variables)
    for (const dependency of use.dependencies) this.role(dependency)
  }

  /** A file of tasks, as if an include brought it. */
  tasksFile(file: string, origin: Origin, certain: boolean, around: Around = ALONE): void {
    const key = JSON.stringify(['tasks', file, origin.role?.path])
    const text = this.#loading.sources.read(file)
    if (this.#seen.has(key) || !text) return
    this.#seen.add(key)
    const root = readYaml(this.#loading, file, text)
    const within = this.#within(origin, around)
    this.#brought(loadEntries(inFile(within, file), root, 'a file of tasks'), certain, around)
  }

  /** A template file's syntax, where it is known how it is written. */
  template(file: string, layout: TemplateLayout | 'unknown' = {}): void {
    if (this.#seen.has(file)) return
    this.#seen.add(file)
    const found = this.#loading.sources.read(file)
    if (found && layout !== 'unknown' && !file.endsWith('.hbs'))
      this.#add(checkTemplate(found.text, file, { ...TEMPLATE_CHECKS, delimiters: layout.delimiters }))
  }

  /** A file of variables: its YAML, and the syntax of the templates in it. */
  variablesFile(file: string): void {
    const { sources } = this.#loading
    const text = sources.read(file)
    if (this.#seen.has(file) || !text) return
    this.#seen.add(file)
    try {
      this.#variables(variablesIn(text, file, (values) => sources.hide(values)))
    } catch (error) {
      if (!isKnown(error)) throw error
      this.#add(error instanceof HakubeErrors ? error.errors : [error])
    }
  }

  #task(task: Task, sure: boolean, around: Around): void {
    const { module } = task
    if (isMeta(module)) return
    this.#makes ||= receives(task) || mayMake(task, this.here)
    if (isInclude(task)) return this.#include(task, module, sure, lentTo(task, around))
    if (module === (includeVars as TaskModule)) return this.#includeVars(task)
    const folder = SOURCES.get(module.name)
    const src = task.args.get('src')
    if (folder === undefined || !src || onTheHost(task)) return
    for (const name of literalTexts(src.value, task.loop) ?? []) {
      const file = this.#find(searchPath(name, folder, task.origin, this.#loading.playbookDir))
      const guaranteed = sure && !this.#makes && !(this.alone && isAbsolute(name))
      if (file === undefined && guaranteed && !this.#isFolder(name, folder, task))
        this.#missing(`there is no file ${name}`, src.place)
      else if (file !== undefined && folder === 'templates')
        this.template(file, writtenLayout(task) ?? 'unknown')
    }
  }

  #include(task: Task, module: TaskModule, sure: boolean, around: Around): void {
    const role = module === (includeRole as TaskModule)
    const named = task.args.get(role ? 'name' : 'file')
    const names = literalTexts(named?.value, task.loop)
    if (!named || !names) {
      this.open.push(task.place)
      return
    }
    for (const name of names) {
      if (role) this.#includeRole(task, name, around)
      else this.#includeTasks(task, { value: name, place: named.place }, sure, around)
    }
  }

  #includeTasks(task: Task, name: Located<string>, sure: boolean, around: Around): void {
    const file = this.#find(taskFiles(name.value, this.#within(task.origin, around)))
    if (file !== undefined) this.tasksFile(file, task.origin, sure && !task.loop, around)
    else if (sure) this.#missing(`there is no file ${name.value}`, name.place)
  }

  #includeRole(task: Task, name: string, around: Around): void {
    const from = (key: string) => literalTexts(task.args.get(key)?.value ?? 'main', task.loop)
    const key = JSON.stringify(['role', name, [...task.args].map(([arg, { value }]) => [arg, toJson(value)])])
    const [tasks, vars, defaults, handlers] = ['tasks', 'vars', 'defaults', 'handlers'].map(
      (folder) => from(`${folder}_from`)?.[0],
    )
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    if (tasks === undefined || vars === undefined || defaults === undefined || handlers === undefined) {
      this.open.push(task.place)
      return
    }
    const loaded = loadRole(
      {
        name,
        node: { kind: 'scalar', value: name, style: 'plain', place: task.place },
        shared: NOTHING,
        when: [],
        params: new Map(),
        from: { tasks, vars, defaults, handlers },
        once: false,
      },
      this.#within(task.origin, around),
    )
    if (!loaded) return
    this.roles.push(loaded.use)
    this.role(loaded.use)
    this.#brought([loaded.block], false, around)
  }

  #includeVars(task: Task): void {
    for (const name of literalTexts(task.args.get('file')?.value, task.loop) ?? []) {
      const file = this.#find(searchPath(name, 'vars', task.origin, this.#loading.playbookDir))
      if (file !== undefined) this.variablesFile(file)
    }
  }

  #brought(entries: readonly Entry[], certain: boolean, around: Around): void {
    this.#add(checkEntries(entries, this.#loading))
    this.entries(entries, certain, around)
  }

  #variables(variables: RawVariables): void {
    this.#add(checkVariables(variables))
  }

  #within(origin: Origin, around: Around): Within {
    return { ...withinOf(this.#loading, this.#parts, origin), ...around }
  }

  #find(paths: readonly string[]): string | undefined {
    return paths.find((path) => this.#loading.sources.read(path) !== undefined)
  }

  #isFolder(name: string, folder: 'files' | 'templates', { origin }: Task): boolean {
    const paths = searchPath(name.replace(/\/$/, ''), folder, origin, this.#loading.playbookDir)
    return paths.some((path) => this.#loading.sources.isDirectory(path))
  }

  #missing(message: string, place: Place): void {
    this.#add([new HakubeError(message, { code: 'file-not-found', place, hint: 'check the path' })])
  }

  #add(problems: readonly HakubeError[]): void {
    this.#loading.reader.problems.push(...problems)
  }
}

/** As a run lends it to the tasks that an include brings. */
function lentTo({ include }: Task, { lent, playVars }: Around): Around {
  return { playVars, lent: include ? inherit({ ...NOTHING, ...lent }, include.apply) : lent }
}

/** Whether `src` names a file of the host, or may do so. */
function onTheHost(task: Task): boolean {
  const remote = task.args.get('remote_src')
  const copy = task.args.get('copy')
  return (remote !== undefined && remote.value !== false) || (copy !== undefined && copy.value !== true)
}
