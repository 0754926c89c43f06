import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ExitCode } from '../errors.ts'
import type { Terminal } from './terminal.ts'
import { addVaultCommand } from './vault-command.ts'
import { addVaultOptions, type VaultOptions } from './vault-options.ts'

/** What the shared options of apply, check and facts come to. */
export interface SharedOptions extends VaultOptions {
  inventory?: string[]
  limit?: string
  extraVars?: string[]
  forks?: number
  user?: string
  askPass?: boolean
  connectionPasswordFile?: string
  becomePasswordFile?: string
  askBecomePass?: boolean
  become?: boolean
  becomeUser?: string
  becomeMethod?: string
  privateKey?: string
  hostKeyChecking?: 'strict' | 'accept-new' | 'no'
  timeout?: number
  verbose: number
  output?: 'pretty' | 'plain' | 'json'
}

export interface ApplyOptions extends SharedOptions {
  check?: boolean
  diff?: boolean
  tags?: string[]
  skipTags?: string[]
  startAtTask?: string
  rolesPath?: string[]
  without?: string[]
  forceHandlers?: boolean
  adopt?: boolean
  upgrade?: boolean
  allowDegraded?: boolean
  allowOutage?: boolean
  listHosts?: boolean
  listTasks?: boolean
  syntaxCheck?: boolean
}

export interface TeardownOptions extends SharedOptions {
  check?: boolean
  diff?: boolean
  yes?: boolean
}

export interface FactsOptions extends SharedOptions {
  json?: boolean
}

export interface VerifyOptions extends SharedOptions {
  junit?: string
}

export interface StatusOptions extends SharedOptions {
  watch?: boolean
}

export interface ExportOptions extends SharedOptions {
  name?: string
  cluster?: string
  configVersion?: 'v1beta4' | 'v1beta3'
  adminConf?: string
  file?: string
  contextName?: string
  replace?: boolean
}

export interface LintOptions extends VaultOptions {
  inventory?: string[]
  extraVars?: string[]
  rolesPath?: string[]
  without?: string[]
  skip?: string[]
  strict?: boolean
  output?: 'pretty' | 'plain' | 'json' | 'github'
}

export interface InventoryOptions extends VaultOptions {
  inventory?: string[]
  limit?: string
  extraVars?: string[]
  playbookDir?: string
  list?: boolean
  graph?: boolean
  vars?: boolean
  yaml?: boolean
  host?: string
  explain?: string
  json?: boolean
}

export interface TrustOptions extends SharedOptions {
  yes?: boolean
  replace?: boolean
}

/** Declares every command. What a command needs is loaded when it runs: start-up counts. */
export function addCommands(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  applyOptions(shared(program.command('apply')))
    .description(
      'bring the hosts to the state that a playbook describes; without one, the bundled playbooks/ha.yml',
    )
    .option('-C, --check', 'change nothing, say what would change')
    .option('-D, --diff', 'show the differences')
    .action(async (playbook: string | undefined, options: ApplyOptions) => {
      const { apply } = await import('./apply.ts')
      done(await apply(playbook, options, terminal, process.argv.slice(2)))
    })
  applyOptions(shared(program.command('check')))
    .description('the same as apply --check --diff')
    .action(async (playbook: string | undefined, options: ApplyOptions) => {
      const { apply } = await import('./apply.ts')
      done(await apply(playbook, { ...options, check: true, diff: true }, terminal, process.argv.slice(2)))
    })
  shared(program.command('teardown'))
    .description('take the endpoint out of the nodes again: the address first, then keepalived and haproxy')
    .option('-C, --check', 'change nothing, say what would change')
    .option('-D, --diff', 'show the differences')
    .option('-y, --yes', 'do not ask')
    .action(async (options: TeardownOptions) => {
      const { teardown } = await import('./teardown.ts')
      done(await teardown(options, terminal, process.argv.slice(2)))
    })
  shared(program.command('verify'))
    .description('look at the endpoint, and say whether it is highly available now; changes nothing')
    .option('--junit <file>', 'also write the findings to this file, as JUnit XML')
    .action(async (options: VerifyOptions) => {
      const { verify } = await import('./verify.ts')
      done(await verify(options, terminal))
    })
  shared(program.command('preflight'))
    .description(
      'what apply looks at before its first change: whether the endpoint can work; changes nothing',
    )
    .action(async (options: SharedOptions) => {
      const { preflight } = await import('./preflight.ts')
      done(await preflight(options, terminal))
    })
  shared(program.command('status'))
    .description('the endpoint at a glance: who holds each address, and what runs on which node')
    .option('-w, --watch', 'look again every second, until q or Ctrl-C')
    .action(async (options: StatusOptions) => {
      const { status } = await import('./status.ts')
      done(await status(options, terminal))
    })
  addExportCommand(program, terminal, done)
  shared(program.command('facts'))
    .description('gather and print facts')
    .argument('[pattern]', 'hosts to ask', 'all')
    .option('--json', 'all facts, as JSON by host')
    .action(async (pattern: string, options: FactsOptions) => {
      const { facts } = await import('./facts.ts')
      done(await facts(pattern, options, terminal))
    })
  const hosts = program.command('hosts').description('what is known about the hosts of an inventory')
  shared(hosts.command('trust'))
    .description('show the keys of the hosts, and add them to known_hosts once they are confirmed')
    .argument('[pattern]', 'hosts to look at', 'all')
    .option('-y, --yes', 'add them without asking')
    .option('--replace', 'also put new keys in the place of known ones that have changed')
    .action(async (pattern: string, options: TrustOptions) => {
      const { trust } = await import('./hosts.ts')
      done(await trust(pattern, options, terminal))
    })
  addVaultOptions(program.command('inventory'))
    .description('print the inventory as hakube understands it')
    .addOption(inventoryOption())
    .option('--list', "everything, in the JSON of Ansible's dynamic inventories")
    .option('--graph', 'groups and hosts as a tree, from GROUP or all down')
    .option('--vars', 'with --graph: the variables of each host and group, too')
    .option('--host <name>', 'the variables of one host, as JSON')
    .option(
      '--explain <host.var>',
      'every place that sets a variable, and why one wins; HOST for all of its variables',
    )
    .option('-y, --yaml', 'YAML instead of JSON, for --list and --host')
    .option('--json', 'JSON, for --explain')
    .option('-l, --limit <pattern>', 'only these of the hosts', once)
    .option('-e, --extra-vars <vars>', 'name=value …, {JSON}, or @file; wins over everything else', collect)
    .option('--playbook-dir <dir>', 'directory of the playbook, whose group_vars and host_vars count, too')
    .argument('[group]', 'with --graph: where the tree begins')
    .action(async (group: string | undefined, options: InventoryOptions) => {
      const { inventory } = await import('./inventory.ts')
      done(await inventory(group, options, terminal))
    })
  addVaultOptions(program.command('lint'))
    .description(
      'find mistakes in playbooks, roles, keepalived.conf and haproxy.cfg; with -i alone, show the failover budget; connects nowhere',
    )
    .argument('[paths...]', 'files, told apart by what is in them, and folders')
    .addOption(inventoryOption())
    .option('-e, --extra-vars <vars>', 'name=value …, {JSON}, or @file; wins over everything else', collect)
    .option('--roles-path <folders>', 'where roles are, beside roles/ (several with :)', colons)
    .option('--without <modules>', WITHOUT, commas)
    .option('--skip <ids>', 'advice that is not wanted, with commas', commas)
    .option('--strict', 'advice ends with exit code 1, too')
    .addOption(
      new Option('-o, --output <format>', 'how to report').choices(['pretty', 'plain', 'json', 'github']),
    )
    .action(async (paths: string[], options: LintOptions) => {
      const { lint } = await import('./lint.ts')
      done(await lint(paths, options, terminal))
    })
  addVaultCommand(program, terminal, done)
  program
    .command('modules')
    .description('list the task modules, or explain one')
    .argument('[name]')
    .action(async (name: string | undefined) => {
      const { modules } = await import('./modules.ts')
      done(modules(name, terminal))
    })
  program
    .command('keywords')
    .description('list the keywords of plays, blocks and tasks, or explain one')
    .argument('[name]')
    .action(async (name: string | undefined) => {
      const { keywords } = await import('./keywords.ts')
      done(keywords(name, terminal))
    })
}

function addExportCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  const parent = program.command('export').description('hand the endpoint over to what installs the cluster')
  const add = (format: 'kubespray' | 'kubeadm' | 'kubeconfig', description: string): Command =>
    shared(parent.command(format))
      .description(description)
      .option('--name <name>', 'name of the endpoint, where one resolves to its address')
      .option('--cluster <name>', 'the cluster (ha_cluster) that is meant, where the inventory has several')
      .action(async (options: ExportOptions) => {
        const { exportTo } = await import('./export.ts')
        done(await exportTo(format, options, terminal))
      })
  add('kubespray', 'print group variables for kubespray')
  add('kubeadm', "print what kubeadm's configuration must say about the endpoint").addOption(
    new Option('--config-version <version>', 'version of kubeadm’s configuration').choices([
      'v1beta4',
      'v1beta3',
    ]),
  )
  add('kubeconfig', 'fetch admin.conf, and put it with the virtual address into a kubeconfig')
    .option('--admin-conf <path>', 'the file on the control-plane nodes (/etc/kubernetes/admin.conf)')
    .option('--file <file>', 'the kubeconfig to put it into ($KUBECONFIG, else ~/.kube/config)')
    .option('--context-name <name>', 'name of the context, cluster and user in it')
    .option('--replace', 'replace what has the same name there')
}

function inventoryOption(): Option {
  return new Option(
    '-i, --inventory <file>',
    'inventory file, folder, or "host1,host2,"; may be given several times',
  ).argParser(collect)
}

function shared(command: Command): Command {
  return addVaultOptions(command)
    .addOption(inventoryOption())
    .option('-l, --limit <pattern>', 'only these of the hosts', once)
    .option('-e, --extra-vars <vars>', 'name=value …, {JSON}, or @file; wins over everything else', collect)
    .option('-f, --forks <n>', 'hosts worked on at a time (25)', positive)
    .option('-u, --user <name>', 'user to log in as')
    .option('-k, --ask-pass', 'ask for the login password')
    .option('--connection-password-file <file>', 'file with the login password, or program that prints it')
    .option('--become-password-file <file>', 'the same for the password that becoming another user needs')
    .option('-K, --ask-become-pass', 'ask for the password that becoming another user needs')
    .option('-b, --become', 'become root (or --become-user) by sudo (or --become-method)')
    .option('--become-user <name>', 'user to become')
    .addOption(
      new Option('--become-method <program>', 'what to become another user by').choices([
        'sudo',
        'su',
        'doas',
      ]),
    )
    .option('--private-key <file>', 'key to log in with')
    .addOption(
      new Option('--host-key-checking <policy>', 'what to do about unknown host keys').choices([
        'strict',
        'accept-new',
        'no',
      ]),
    )
    .option('-T, --timeout <seconds>', 'time-out of a connection attempt', positive)
    .option('-v, --verbose', 'say more; twice for more yet', (_: string, before: number) => before + 1, 0)
    .addOption(new Option('-o, --output <format>', 'how to report').choices(['pretty', 'plain', 'json']))
}

const WITHOUT =
  'modules that hakube does not have, with commas: no mistakes, and a host that reaches one fails'

function applyOptions(command: Command): Command {
  return command
    .argument('[playbook]')
    .option('-t, --tags <tags>', 'only tasks with one of these tags', commas)
    .option('--skip-tags <tags>', 'no tasks with one of these tags', commas)
    .option('--start-at-task <name>', 'leave out the tasks before this one')
    .option('--roles-path <folders>', 'where roles are, beside roles/ (several with :)', colons)
    .option('--without <modules>', WITHOUT, commas)
    .option('--force-handlers', 'run notified handlers even on hosts that have failed')
    .option('--adopt', 'let the bundled playbook replace configs that hakube did not write; a backup is kept')
    .option(
      '--upgrade',
      'have the bundled playbook bring the newest haproxy and keepalived of the repositories',
    )
    .option('--allow-degraded', 'change an endpoint although some of its nodes cannot be reached')
    .option('--allow-outage', 'change VRRP although the address may be away, or held twice, meanwhile')
    .option('--list-hosts', 'print the hosts and stop')
    .option('--list-tasks', 'print the tasks and stop')
    .option('--syntax-check', 'read everything, connect nowhere')
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

function commas(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...value.split(',').map((one) => one.trim())]
}

function colons(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...value.split(':').filter((one) => one !== '')]
}

/** Of two limits one would be dropped without a word. */
function once(value: string, before: string | undefined): string {
  if (before === undefined) return value
  throw new InvalidArgumentError(`Give it once, with commas between the terms: ${before},${value}`)
}

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number from 1 on.')
  return value
}
